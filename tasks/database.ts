/** The database that a task works on: DATABASE_URL, or the embedded one. @module */
import { fromFileUrl, join } from "@std/path";
import { open, type Sql } from "../adapters/postgres/connect.ts";
import { startEmbedded } from "../adapters/postgres/embedded/start.ts";
import { ensureMonths } from "../adapters/postgres/keep/months.ts";
import { migrate, type MigrateOptions, readMigrations } from "../adapters/postgres/migrate.ts";
import { poolingOf, unprepared } from "../adapters/postgres/pooler.ts";
import { databaseAddress } from "../connections.ts";

/** Everything the program keeps, schema by schema. */
export const SCHEMAS = [
  "aurora_life",
  "features",
  "ml",
  "predictions",
  "quality",
  "engine",
  "access",
];

const ROOT = fromFileUrl(new URL("..", import.meta.url));

/** Sets of migrations, in the order in which they run. */
export const SETS: readonly (readonly [set: string, folder: string])[] = [
  ["engine", join(ROOT, "adapters/postgres/migrations")],
  ["online", join(ROOT, "adapters/postgres/online/migrations")],
  ["access", join(ROOT, "adapters/postgres/access/migrations")],
  ["code", join(ROOT, "adapters/postgres/code/migrations")],
  ["aurora", join(ROOT, "assets/migrations")],
];

/**
 * An open database: of `url`, else of the connection `aurora_postgres`; else the embedded one is started if need be, and
 * ended if nobody else uses it.
 */
export async function database(
  url: string | undefined,
): Promise<AsyncDisposable & { readonly sql: Sql }> {
  const address = url || await databaseAddress((name) => Deno.env.get(name) ?? "");
  const embedded = address === ""
    ? await startEmbedded({ directory: Deno.env.get("AURORA_DIRECTORY") ?? ".aurora" })
    : undefined;
  try {
    const sql = await open(embedded?.url ?? await carried(address));
    return {
      sql,
      [Symbol.asyncDispose]: async () => {
        await sql.end({ timeout: 5 });
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** The address as a pooler before the database can carry it. */
async function carried(url: string): Promise<string> {
  return await poolingOf(url) === "transaction" ? unprepared(url) : url;
}

/** Brings every set of migrations up to date. */
export async function migrateAll(sql: Sql, options: MigrateOptions = {}): Promise<void> {
  for (const [set, folder] of SETS) await migrate(sql, set, await readMigrations(folder), options);
  await ensureMonths(sql);
}
