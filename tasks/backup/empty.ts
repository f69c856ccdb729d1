/** Whether a database may be restored into. @module */
import type { Sql } from "../../adapters/postgres/connect.ts";
import { tables } from "../../adapters/postgres/dump/catalog.ts";
import { SCHEMAS } from "../database.ts";
import { BackupError } from "./manifest.ts";

/** Tables that have rows as soon as migrations have run or a program has started. */
const FILLED_BY_PROGRAMS = [
  "engine.code",
  "engine.code_closure",
  "engine.cursor",
  "engine.identity",
  "engine.pool",
  "engine.tally_place",
];

/**
 * A database that nobody has worked with: without our tables, or with nothing in them that a start did not put there.
 * The application's own tables may be there with rows.
 *
 * @throws {BackupError} Otherwise.
 */
export async function mustBeEmpty(sql: Sql): Promise<void> {
  const found = await tables(sql, SCHEMAS.filter((schema) => schema !== "aurora_life"));
  for (const { name } of found) {
    if (FILLED_BY_PROGRAMS.includes(name)) continue;
    const [row] = await sql.unsafe(`select 1 from ${name} limit 1`);
    if (row === undefined) continue;
    throw new BackupError(
      `Cannot restore: the database is not empty, "${name}" has rows; name a new one by DATABASE_URL, or a new folder ` +
        `by AURORA_DIRECTORY`,
    );
  }
}
