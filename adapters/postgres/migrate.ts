import { join } from "@std/path";
import type { Queries, Sql, Transaction } from "./connect.ts";

/** One numbered file of SQL. */
export type Migration = {
  readonly id: number;
  /** File name, `0001_ledger.sql`. */
  readonly name: string;
  readonly text: string;
};

/** What a database says it has had of one set. */
export type Applied = {
  readonly set: string;
  readonly id: number;
  readonly name: string;
  readonly checksum: string;
};

/** Why a database cannot be brought to this program's schema. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  /** `kind` is what a caller may decide by. */
  constructor(readonly kind: "newer" | "changed" | "failed", message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
  }
}

/**
 * Reads the migrations of a folder, in order; other files than `*.sql` are ignored.
 *
 * @throws {TypeError} If a name is not like `0001_name.sql`, or a number is missing or there twice.
 */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".sql")) names.push(entry.name);
  }
  return await Promise.all(
    names.sort().map(async (name, index) => {
      const id = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
      if (id === index + 1) return { id, name, text: await Deno.readTextFile(join(folder, name)) };
      const right = `${String(index + 1).padStart(4, "0")}_….sql`;
      throw new TypeError(`Cannot read migrations: "${name}" found where "${right}" is due`);
    }),
  );
}

/**
 * Brings one set of migrations up to date, gives those that were applied now.
 *
 * Each file runs in a transaction of its own, together with its line in `engine.migration`; programs that start
 * at once wait for each other. Sets are independent: "engine" is the ledger's, "aurora" the application's.
 * The schema `engine` exists before the first file runs.
 *
 * @throws {MigrationError} If the database is newer, a file was changed after it ran, or its SQL fails.
 */
export async function migrate(
  sql: Sql,
  set: string,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  await sql.begin(async (tx) => {
    await lock(tx);
    await tx`create schema if not exists engine`;
    await tx`create table if not exists engine.migration (
      set text not null, id int not null, name text not null, checksum text not null,
      applied_at timestamptz not null default now(), primary key (set, id))`;
    await verify(set, migrations, await applied(tx, set));
  });
  const done: Migration[] = [];
  for (const migration of migrations) {
    if (await sql.begin((tx) => apply(tx, set, migration))) done.push(migration);
  }
  return done;
}

/** What the database has had, of one set or of all. */
export async function applied(sql: Queries, set?: string): Promise<readonly Applied[]> {
  const [found] = await sql`select to_regclass('engine.migration') is not null as exists`;
  if (found?.["exists"] !== true) return [];
  return await sql<Applied[]>`select set, id, name, checksum from engine.migration
    where ${set ?? null}::text is null or set = ${set ?? null} order by set, id`;
}

/** SHA-256 of a migration's text, in hexadecimal digits. */
export async function checksum(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(bytes).toHex();
}

/** Held to the end of the transaction, so that it works through PgBouncer as well. */
async function lock(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended('aurora migration', 0))`;
}

async function verify(
  set: string,
  known: readonly Migration[],
  had: readonly Applied[],
): Promise<void> {
  for (const { id, name, checksum: sum } of had) {
    const migration = known.find((each) => each.id === id);
    if (migration === undefined) {
      throw new MigrationError(
        "newer",
        `Cannot use this database: it was migrated by a newer program (set "${set}" has ${had.length}, ` +
          `this one knows ${known.length}), start that program or restore an older dump`,
      );
    }
    if (await checksum(migration.text) === sum) continue;
    throw new MigrationError(
      "changed",
      `Cannot use this database: migration "${migration.name}" of set "${set}" was changed after it ran ` +
        `here as "${name}", undo the change and add a new migration instead`,
    );
  }
}

/** Runs one file unless someone else has; says if it did. */
async function apply(tx: Transaction, set: string, migration: Migration): Promise<boolean> {
  const { id, name, text } = migration;
  await lock(tx);
  const [found] = await tx`select 1 from engine.migration where set = ${set} and id = ${id}`;
  if (found !== undefined) return false;
  try {
    await tx.unsafe(text);
  } catch (cause) {
    throw new MigrationError("failed", sentence(set, migration, cause), cause);
  }
  await tx`insert into engine.migration (set, id, name, checksum)
    values (${set}, ${id}, ${name}, ${await checksum(text)})`;
  return true;
}

function sentence(set: string, { name, text }: Migration, cause: unknown): string {
  const { message, position } = cause as { readonly message?: string; readonly position?: string };
  const line = position === undefined ? 0 : text.slice(0, Number(position)).split("\n").length;
  const where = line === 0 ? "" : ` in line ${line}`;
  return `Cannot apply migration "${name}" of set "${set}": ${message ?? String(cause)}${where}`;
}
