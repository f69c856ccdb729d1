/** The tables of the online store and the cache. @module */
import { fromFileUrl } from "@std/path";
import type { Sql } from "../connect.ts";
import { migrate, type Migration, readMigrations } from "../migrate.ts";

const FOLDER = fromFileUrl(new URL("./migrations", import.meta.url));

/**
 * Makes or brings up to date `features.online` and `engine.cache`, under the set "online".
 * @throws {MigrationError} If the database is newer than this program.
 */
export async function migrateOnline(sql: Sql): Promise<readonly Migration[]> {
  return await migrate(sql, "online", await readMigrations(FOLDER));
}
