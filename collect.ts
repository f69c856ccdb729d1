/**
 * Removing artefacts that the database does not refer to.
 *
 * @module
 */
import { type Collected, collectGarbage, markUser, mustBeOnlyUser, type Objects } from "engine";
import type { Sql } from "./adapters/postgres/connect.ts";
import { referencedDigests } from "./adapters/postgres/keep/digests.ts";
import { databaseId, toldOfBefore } from "./adapters/postgres/keep/store_use.ts";
import { takeTurn } from "./adapters/postgres/keep/turn.ts";

/** What is collected. */
export interface CollectOptions {
  /** The database that refers to artefacts. */
  readonly sql: Sql;
  /** Where they lie. */
  readonly objects: Objects;
  /** Milliseconds for which what nothing refers to stays. What a running step wrote stays in any case. */
  readonly graceMs: number;
  /** Only counts. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Collects.
 *
 * @throws {RangeError} If another database uses the store, or this one refers to nothing in it.
 */
export async function collect(o: CollectOptions): Promise<Collected> {
  mustBeOnlyUser(o.objects, await markUser(o.objects, await databaseId(o.sql)));
  return await collectNow(o);
}

async function collectNow({ sql, objects, graceMs, dryRun, signal }: CollectOptions) {
  return await collectGarbage({
    objects,
    referenced: () => referencedDigests(sql),
    before: await toldOfBefore(sql, graceMs),
    dryRun,
    ...(signal ? { signal } : {}),
  });
}

/** The cursor by which servers agree who collects. */
const CURSOR = "housekeeping:objects";

/**
 * Collects unless somebody did less than `everyMs` ago, or nobody ever asked before: undefined then. Each call says that
 * the database uses the store, so that by the first collection every database that does has said so.
 */
export async function collectOnce(
  o: CollectOptions & { readonly everyMs: number },
): Promise<Collected | undefined> {
  const others = await markUser(o.objects, await databaseId(o.sql));
  if (!await takeTurn(o.sql, { cursor: CURSOR, everyMs: o.everyMs })) return undefined;
  mustBeOnlyUser(o.objects, others);
  return await collectNow(o);
}
