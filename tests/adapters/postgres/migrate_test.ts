import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { connect } from "../../../adapters/postgres/connect.ts";
import {
  applied,
  migrate,
  type Migration,
  MigrationError,
  readMigrations,
} from "../../../adapters/postgres/migrate.ts";
import { testDatabase } from "../../services/postgres.ts";

const FRUIT: Migration = { id: 1, name: "0001_fruit.sql", text: "create table fruit (name text);" };
const PEAR: Migration = {
  id: 2,
  name: "0002_pear.sql",
  text: "insert into fruit values ('pear');\ninsert into fruit values ('plum');",
};

Deno.test("migrate() applies what is missing, once", async () => {
  await using db = await testDatabase();
  assertEquals(await migrate(db.sql, "test", [FRUIT]), [FRUIT]);
  assertEquals(await migrate(db.sql, "test", [FRUIT, PEAR]), [PEAR]);
  assertEquals(await migrate(db.sql, "test", [FRUIT, PEAR]), []);
  assertEquals((await db.sql`select from fruit`).length, 2);
  assertEquals((await applied(db.sql, "test")).map((each) => each.name), [FRUIT.name, PEAR.name]);
});

Deno.test("migrate() keeps sets apart", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "one", [FRUIT]);
  const other = { id: 1, name: "0001_other.sql", text: "create table other ()" };
  assertEquals(await migrate(db.sql, "two", [other]), [other]);
  assertEquals((await applied(db.sql)).map((each) => each.set), ["one", "two"]);
});

Deno.test("migrate() lets programs that start at once wait for each other", async () => {
  await using db = await testDatabase();
  const slow = { ...FRUIT, text: `select pg_sleep(0.1); ${FRUIT.text}` };
  const pools = [1, 2, 3, 4].map(() => connect(db.url));
  const done = await Promise.all(pools.map((sql) => migrate(sql, "test", [slow, PEAR])));
  await Promise.all(pools.map((sql) => sql.end()));
  assertEquals(done.flat().length, 2);
  assertEquals((await db.sql`select from fruit`).length, 2);
});

Deno.test("migrate() refuses a database of a newer program", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT, PEAR]);
  const error = await assertRejects(() => migrate(db.sql, "test", [FRUIT]), MigrationError);
  assertEquals(error.kind, "newer");
  assertStringIncludes(error.message, 'set "test" has 2, this one knows 1');
});

Deno.test("migrate() refuses a file that was changed after it ran", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT]);
  const changed = { ...FRUIT, text: "create table fruit (name text, colour text);" };
  const error = await assertRejects(() => migrate(db.sql, "test", [changed]), MigrationError);
  assertEquals(error.kind, "changed");
});

Deno.test("migrate() leaves nothing of a file that fails, and names its line", async () => {
  await using db = await testDatabase();
  const bad = { ...PEAR, text: "insert into fruit values ('pear');\ninsert into nuts values (1);" };
  const error = await assertRejects(() => migrate(db.sql, "test", [FRUIT, bad]), MigrationError);
  assertStringIncludes(
    error.message,
    'Cannot apply migration "0002_pear.sql" of set "test": relation "nuts" does not exist in line 2',
  );
  assertEquals((await db.sql`select from fruit`).length, 0);
  assertEquals((await migrate(db.sql, "test", [FRUIT, PEAR])).length, 1);
});

Deno.test("readMigrations() reads in order and refuses gaps and odd names", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "0002_b.sql"), "select 2");
    await Deno.writeTextFile(join(folder, "README.md"), "");
    await assertRejects(() => readMigrations(folder), TypeError, '"0002_b.sql" found');
    await Deno.writeTextFile(join(folder, "0001_a.sql"), "select 1");
    assertEquals((await readMigrations(folder)).map((each) => each.id), [1, 2]);
    await Deno.writeTextFile(join(folder, "3-c.sql"), "select 3");
    await assertRejects(() => readMigrations(folder), TypeError, 'where "0003_….sql" is due');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
