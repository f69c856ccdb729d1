/** Giving a backup back into an empty place. @module */
import type { Objects } from "engine";
import type { Sql } from "../../adapters/postgres/connect.ts";
import { restore } from "../../adapters/postgres/dump/restore.ts";
import { renewIdentity } from "../../adapters/postgres/identity.ts";
import { bury } from "../../adapters/postgres/ledger/crew.ts";
import {
  type Applied,
  checksum,
  migrate,
  readMigrations,
} from "../../adapters/postgres/migrate.ts";
import { makePopulationTable, POPULATION_TABLE } from "../../assets/demo/seed.ts";
import { migrateAll, SETS } from "../database.ts";
import { mustBeEmpty } from "./empty.ts";
import { BackupError, type Manifest, textOf } from "./manifest.ts";
import { copyMissing, parseSizes } from "./objects.ts";

/** What is given back, and where to. */
export interface RestoreOptions {
  readonly sql: Sql;
  readonly from: Objects;
  /** The store that the database will refer to; artefacts that it has already stay. */
  readonly to: Objects;
  readonly manifest: Manifest;
}

/** What was given back. */
export interface GivenBack {
  readonly rows: number;
  readonly copied: { readonly count: number; readonly bytes: number };
  /** Workers that were at work when the backup was taken; their steps are queued again. */
  readonly workers: number;
}

/**
 * Restores objects and database: the migrations that the backup had, its rows, then the migrations since. Steps that ran
 * are queued again.
 *
 * @throws {BackupError} If the database is not empty, or a newer program made the backup.
 */
export async function giveBack(o: RestoreOptions): Promise<GivenBack> {
  const { sql, from, to, manifest } = o;
  if (from.place === to.place) {
    throw new BackupError(
      `Cannot restore into "${to.place}": the backup is there, AURORA_OBJECTS has to name another place`,
    );
  }
  const sets = await migrationsOf(manifest.migrations);
  await mustBeEmpty(sql);
  const copied = await copyMissing(
    parseSizes(await textOf(from, manifest.objects.key)),
    { from, to },
  );
  for (const [set, migrations] of sets) await migrate(sql, set, migrations);
  const rows = await readRows(o);
  await migrateAll(sql);
  // Before anything new is made: a version of the same number may be known to readers of events.
  await renewIdentity(sql);
  const workers = await buryAll(sql);
  return { rows, copied, workers };
}

async function readRows({ sql, from, manifest }: RestoreOptions): Promise<number> {
  if (POPULATION_TABLE in manifest.database.rows) await makePopulationTable(sql);
  await mustHaveTables(sql, Object.keys(manifest.database.rows));
  const stream = await from.get(manifest.database.key);
  const { rows } = await restore(sql, stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
    replace: true,
  });
  for (const [table, count] of Object.entries(manifest.database.rows)) {
    if (rows[table] === count) continue;
    throw new BackupError(`Cannot restore: "${table}" has ${rows[table]} rows of ${count}`);
  }
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** Somebody may have made tables of their own in a schema of the program. */
async function mustHaveTables(sql: Sql, names: readonly string[]): Promise<void> {
  const rows = await sql<{ name: string }[]>`
    select name from unnest(${names as string[]}::text[]) as t(name) where to_regclass(name) is null`;
  if (rows.length === 0) return;
  throw new BackupError(
    `Cannot restore: no migration makes ${
      rows.map((r) => `"${r.name}"`).join(", ")
    }, which the backup has; make it ` +
      `as it was there, then restore again`,
  );
}

/** The migrations of the program that made the backup. */
async function migrationsOf(made: readonly Applied[]) {
  const sets = await Promise.all(SETS.map(async ([set, folder]) => {
    const theirs = made.filter((each) => each.set === set);
    const ours = await readMigrations(folder);
    for (const { id, name, checksum: sum } of theirs) {
      const migration = ours.find((each) => each.id === id);
      if (migration !== undefined && await checksum(migration.text) === sum) continue;
      throw new BackupError(
        `Cannot restore: the backup has migration "${set}/${name}", this program has ${
          migration === undefined ? "not" : "another of this number"
        }; restore it by the program that made it, or a newer one`,
      );
    }
    return [set, ours.slice(0, theirs.length)] as const;
  }));
  const strange = made.find((each) => !SETS.some(([set]) => set === each.set));
  if (strange === undefined) return sets;
  throw new BackupError(`Cannot restore: this program knows no set "${strange.set}" of migrations`);
}

async function buryAll(sql: Sql): Promise<number> {
  const workers = await sql<{ id: string }[]>`
    select id::text from engine.worker where gone_at is null`;
  for (const { id } of workers) {
    await bury(sql, id, "the database was restored from a backup", true);
  }
  return workers.length;
}
