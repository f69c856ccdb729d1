/** A test's own database with an outbox. @module */
import type { Sql } from "../../../adapters/postgres/connect.ts";
import { migrate, readMigrations } from "../../../adapters/postgres/migrate.ts";
import { type TestDatabase, testDatabase } from "../../services/postgres.ts";

const FOLDER = new URL("../../../adapters/postgres/migrations", import.meta.url).pathname;

/** An empty database with the tables of the ledger. */
export async function outboxDatabase(): Promise<TestDatabase> {
  const migrations = await readMigrations(FOLDER);
  return await testDatabase({
    template: "engine " + migrations.map((migration) => migration.text).join("\n"),
    prepare: async (sql) => {
      await migrate(sql, "engine", migrations);
    },
  });
}

/** Writes one event a key, in this order, with its place as payload. */
export async function tell(
  sql: Sql,
  topic: string,
  keys: readonly string[],
  from = 0,
): Promise<void> {
  await sql`
    insert into engine.outbox (topic, key, event_id, schema_version, run, payload)
    select ${topic}, key, gen_random_uuid(), 1, '7', jsonb_build_object('place', ${from}::int + n - 1)
    from unnest(${[...keys]}::text[]) with ordinality as k (key, n) order by n`;
}
