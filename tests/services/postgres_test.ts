import { assert, assertEquals } from "@std/assert";
import { testDatabase } from "./postgres.ts";

Deno.test("testDatabase() gives an empty PostgreSQL 18 that vanishes with the test", async () => {
  let name = "";
  {
    await using db = await testDatabase();
    const [row] = await db.sql<{ name: string; version: string; tables: bigint }[]>`
      select current_database() as name, current_setting('server_version') as version,
        (select count(*) from pg_tables where schemaname = 'public') as tables`;
    assert(row !== undefined && row.version.startsWith("18."));
    assertEquals(row.tables, 0n);
    name = row.name;
  }
  await using other = await testDatabase();
  const left = await other.sql`select 1 from pg_database where datname = ${name}`;
  assertEquals(left.length, 0);
});

Deno.test("testDatabase() prepares a template once and clones it", async () => {
  let prepared = 0;
  const from = {
    template: crypto.randomUUID(),
    prepare: async (sql: Awaited<ReturnType<typeof testDatabase>>["sql"]) => {
      prepared++;
      await sql`create table fruit as select 'pear' as name`;
    },
  };
  const two = await Promise.all([testDatabase(from), testDatabase(from)]);
  await using one = two[0];
  await using another = two[1];
  await one.sql`insert into fruit values ('plum')`;
  assertEquals((await another.sql`select name from fruit`).map((row) => row["name"]), ["pear"]);
  assertEquals(prepared, 1);
});
