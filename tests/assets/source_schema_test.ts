import { assertEquals, assertRejects } from "@std/assert";
import { checkSourceSchema, SourceSchemaError } from "../../assets/source_schema.ts";
import { auroraDatabase } from "./database.ts";

Deno.test("checkSourceSchema() accepts what the migrations make, and further columns", async () => {
  await using db = await auroraDatabase();
  await db.sql`alter table aurora_life.users add column theme text`;
  await db.sql`alter table aurora_life.users alter column email type varchar(200)`;
  await checkSourceSchema(db.sql);
});

Deno.test("checkSourceSchema() lists every mismatch in one error", async () => {
  await using db = await auroraDatabase();
  await db.sql`alter table aurora_life.users drop column timezone`;
  await db.sql`alter table aurora_life.life_events alter column mood_level type text`;
  await db.sql`drop table aurora_life.friendships`;
  const error = await assertRejects(() => checkSourceSchema(db.sql), SourceSchemaError);
  assertEquals(
    error.message,
    [
      "Cannot read the source tables: 3 mismatches",
      "  aurora_life.users.timezone: expected text, found missing",
      "  aurora_life.life_events.mood_level: expected integer, found text",
      "  aurora_life.friendships: expected a table, found missing",
    ].join("\n"),
  );
});

Deno.test("the migration of the source leaves an application's schema alone", async () => {
  await using db = await auroraDatabase();
  await db.sql`drop table aurora_life.friendships`;
  const file = new URL("../../assets/migrations/0001_source.sql", import.meta.url);
  await db.sql.unsafe(await Deno.readTextFile(file));
  const [row] = await db.sql`select to_regclass('aurora_life.friendships') as friendships`;
  assertEquals(row!.friendships, null);
});
