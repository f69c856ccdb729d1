import { join } from "@std/path";
import type { Queries, Sql, Transaction } from "./connect.ts";
import { isConcurrent, runConcurrently } from "./migrate_concurrently.ts";
import { BlockedError, withShortLock } from "./short_lock.ts";

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
  constructor(
    readonly kind: "newer" | "changed" | "failed" | "blocked",
    message: string,
    cause?: unknown,
  ) {
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

/** How one waits for those who use what is migrated. */
export type MigrateOptions = {
  /** Milliseconds that a statement waits for a lock before everything is tried again; 1,000. */
  readonly lockMs?: number;
  /** Milliseconds after which a file is given up whose locks are not to be had; 10 minutes. */
  readonly patienceMs?: number;
  /** Is told who keeps a file from being applied. */
  onWait?(sentence: string): void;
};

const LOCK_MS = 1_000;
const PATIENCE_MS = 600_000;

/**
 * Brings one set of migrations up to date, gives those that were applied now.
 *
 * Each file runs in a transaction of its own, together with its line in `engine.migration`; programs that start
 * at once wait for each other. Programs that work meanwhile are kept waiting for {@link MigrateOptions.lockMs} at most:
 * a lock that is not to be had by then is let go and tried again. A file that begins with `-- concurrently` runs
 * statement by statement outside of a transaction, for `create index concurrently`; it must be harmless to repeat. Sets are independent: "engine" is the ledger's, "aurora" the application's.
 * The schema `engine` exists before the first file runs.
 *
 * @throws {MigrationError} If the database is newer, a file was changed after it ran, or its SQL fails.
 */
export async function migrate(
  sql: Sql,
  set: string,
  migrations: readonly Migration[],
  options: MigrateOptions = {},
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
    if (await applyWhole(sql, set, migration, options)) done.push(migration);
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

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const LOCK = "select pg_try_advisory_xact_lock(hashtextextended('aurora migration', 0)) as mine";

/**
 * Held to the end of the transaction, so that it works through PgBouncer as well. `create index concurrently` waits for
 * the end of every snapshot, of a statement that waits as of a portal that is left open: so it is asked for again and
 * again, and by the simple protocol.
 */
async function lock(tx: Transaction): Promise<void> {
  for (;;) {
    const [row] = await tx.unsafe(LOCK);
    if (row?.["mine"] === true) return;
    await pause(50);
  }
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
async function applyWhole(
  sql: Sql,
  set: string,
  migration: Migration,
  o: MigrateOptions,
): Promise<boolean> {
  const what = `apply migration "${migration.name}" of set "${set}"`;
  if (isConcurrent(migration.text)) {
    return await sql.begin(async (tx) => {
      await lock(tx);
      return await apply(tx, set, migration, async () => {
        // Leaves no portal open, and so no snapshot for whose end the statements would wait: see lock().
        await tx.unsafe("select 1");
        await runConcurrently(sql, migration.text);
      });
    });
  }
  const { lockMs = LOCK_MS, patienceMs = PATIENCE_MS, onWait } = o;
  const waiting = { what, lockMs, patienceMs, before: lock, ...(onWait ? { onWait } : {}) };
  try {
    return await withShortLock(
      sql,
      waiting,
      (tx) => apply(tx, set, migration, () => tx.unsafe(migration.text)),
    );
  } catch (error) {
    if (!(error instanceof BlockedError)) throw error;
    throw new MigrationError("blocked", error.message, error.cause);
  }
}

/** In the transaction that holds the lock of all migrations. */
async function apply(
  tx: Transaction,
  set: string,
  migration: Migration,
  run: () => Promise<unknown>,
): Promise<boolean> {
  const { id, name, text } = migration;
  const [found] = await tx`select 1 from engine.migration where set = ${set} and id = ${id}`;
  if (found !== undefined) return false;
  try {
    await run();
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
