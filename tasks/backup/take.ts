/** Taking a backup while everything runs. @module */
import { bodyOf, type Objects } from "engine";
import type { Sql, Transaction } from "../../adapters/postgres/connect.ts";
import { keptConnections } from "../../adapters/postgres/connections/kept.ts";
import { dump } from "../../adapters/postgres/dump/dump.ts";
import { digestsSeen } from "../../adapters/postgres/keep/digests.ts";
import { type Applied, applied } from "../../adapters/postgres/migrate.ts";
import { BackupError, finish, idOf, keyOf, type Manifest } from "./manifest.ts";
import { artefactsIn, copyMissing, printSizes, type Sizes } from "./objects.ts";
import { schemasOf } from "./schemas.ts";

/** What is backed up, and where to. */
export interface BackupOptions {
  readonly sql: Sql;
  /** The store that the database refers to. */
  readonly from: Objects;
  readonly to: Objects;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A finished backup, and what of its objects was not there from an earlier one. */
export interface Taken {
  readonly manifest: Manifest;
  readonly copied: { readonly count: number; readonly bytes: number };
}

interface Seen {
  readonly at: Date;
  readonly schemas: readonly string[];
  readonly left: readonly string[];
  readonly migrations: readonly Applied[];
  readonly digests: ReadonlySet<string>;
  readonly keys: readonly string[];
}

/**
 * Takes a backup: rows as of one moment, and the artefacts that they refer to.
 *
 * Artefacts go first into the store as they are, so they are shared by all backups there; the manifest goes last.
 *
 * @throws {BackupError} If another backup of this database is being taken.
 */
export async function takeBackup(o: BackupOptions): Promise<Taken> {
  if (o.from.place === o.to.place) {
    throw new BackupError(
      `Cannot back up to "${o.to.place}": the objects themselves are there (AURORA_OBJECTS)`,
    );
  }
  return await alone(o.sql, async () => {
    const before = await artefactsIn(o.from);
    const file = await Deno.makeTempFile({ prefix: "aurora-backup-" });
    try {
      return await write(o, before, file);
    } finally {
      await Deno.remove(file);
    }
  });
}

async function write(o: BackupOptions, before: Sizes, file: string): Promise<Taken> {
  const { schemas, left } = await schemasOf(o.sql);
  let seen: Seen | undefined;
  const sink = (await Deno.open(file, { write: true, truncate: true })).writable;
  const { rows } = await dump(o.sql, schemas, sink, {
    beside: async (tx) => void (seen = await look(tx, schemas, left)),
  });
  const { at, digests, migrations, keys } = seen!;
  const sizes = referred(digests, before, await artefactsIn(o.from));
  const copied = await copyMissing(sizes, o);
  const id = idOf(at);
  const put = async (name: string, open: () => Promise<ReadableStream<Uint8Array>>) => {
    const key = keyOf(id, name);
    const { size, sha256 } = await o.to.put(key, await bodyOf(open));
    return { key, size, sha256 };
  };
  const list = printSizes(sizes);
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const manifest: Manifest = {
    format: "aurora backup 1",
    id,
    at: at.toISOString(),
    program: o.version,
    migrations,
    schemas,
    left,
    database: { ...await put("database.gz", async () => (await Deno.open(file)).readable), rows },
    objects: {
      ...await put("objects.txt", () => Promise.resolve(new Blob([list]).stream())),
      count: sizes.size,
      bytes,
    },
    keys,
    settings: o.settings,
  };
  await finish(o.to, manifest);
  return { manifest, copied };
}

async function look(
  tx: Transaction,
  schemas: readonly string[],
  left: readonly string[],
): Promise<Seen> {
  const [now] = await tx<{ at: Date }[]>`select clock_timestamp() as at`;
  const migrations = await applied(tx);
  if (migrations.length === 0) {
    throw new BackupError("Cannot back up: no program has used this database yet");
  }
  return {
    at: now!.at,
    schemas,
    left,
    migrations,
    digests: await digestsSeen(tx),
    keys: await keysIn(tx),
  };
}

/** Ids of the keys that connections are encrypted by; a database that waits for its upgrade may have no such table. */
async function keysIn(tx: Transaction): Promise<readonly string[]> {
  const [found] = await tx`select to_regclass('engine.connection') is not null as exists`;
  if (found?.["exists"] !== true) return [];
  return [...new Set((await keptConnections(tx)).map((c) => c.key))].sort();
}

/** Of everything that looks like a digest, what is or was an artefact. */
function referred(digests: ReadonlySet<string>, ...stores: readonly Sizes[]): Sizes {
  const all = new Map(stores.flatMap((sizes) => [...sizes]));
  return new Map([...all].filter(([digest]) => digests.has(digest)));
}

/** Two backups at once would take each other's drafts for garbage. */
async function alone<T>(sql: Sql, use: () => Promise<T>): Promise<T> {
  const held = await sql.reserve();
  try {
    const [row] = await held`
      select pg_try_advisory_lock(hashtextextended('aurora backup', 0)) as mine`;
    if (row?.["mine"] !== true) {
      throw new BackupError("Cannot back up: another backup of this database is being taken");
    }
    try {
      return await use();
    } finally {
      await held`select pg_advisory_unlock(hashtextextended('aurora backup', 0))`;
    }
  } finally {
    held.release();
  }
}
