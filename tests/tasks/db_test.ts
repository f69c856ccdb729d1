import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { applied } from "../../adapters/postgres/migrate.ts";
import { migrateAll, SETS } from "../../tasks/database.ts";
import { dumpTo } from "../../tasks/db_dump.ts";
import { restoreFrom } from "../../tasks/db_restore.ts";
import { testDatabase } from "../services/postgres.ts";

Deno.test("db:dump and db:restore carry the program's own database to a new one", async () => {
  await using from = await testDatabase();
  await using to = await testDatabase();
  await migrateAll(from.sql);
  assertEquals(new Set((await applied(from.sql)).map((each) => each.set)).size, SETS.length);
  await from.sql`insert into engine.outbox (topic, key, event_id, schema_version, run, payload)
    values ('t', 'k', gen_random_uuid(), 1, 'r', '{"a": "tab\\tnull\\\\N"}')`;
  const folder = await Deno.makeTempDir();
  const file = join(folder, "aurora.dump");
  const written = await dumpTo(file, from.url);
  assertEquals(await restoreFrom(file, to.url, { replace: true }), written);
  const rows = (db: typeof from) => db.sql`select o::text from engine.outbox o`;
  assertEquals([...await rows(to)], [...await rows(from)]);
  await assertRejects(() => restoreFrom(file, to.url, { replace: false }), Error, "has rows");
  assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  await Deno.remove(folder, { recursive: true });
});
