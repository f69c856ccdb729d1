/** Removing artefacts that nothing refers to. @module */
import { artefactKey, digestOfKey } from "./artefact_key.ts";
import { FLAG_LIFE_MS, FLAGS, raiseFlag } from "./collection_flag.ts";
import type { ObjectInfo, Objects } from "./objects.ts";

/** What is collected, and how. */
export interface Collection {
  readonly objects: Objects;
  /** Digests that something refers to; asked anew before each batch is removed. */
  referenced(): Promise<ReadonlySet<string>>;
  /** What was written at or after this instant stays: its writer may not have told of it yet. */
  readonly before: Date;
  /** Only counts. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/** What was found and done. */
export interface Collected {
  /** Artefacts in the store. */
  readonly artefacts: number;
  /** Of these, what something refers to. */
  readonly referenced: number;
  /** What nothing refers to, but is young. */
  readonly young: number;
  /** What was removed, or would be. */
  readonly removed: number;
  /** Their bytes. */
  readonly bytes: number;
  /** What interrupted writers left, removed as well; 0 in a dry run. */
  readonly swept: number;
}

/** Artefacts that one flag names. */
const BATCH = 500;
/** What a flag names is removed in this time, or stays for the next collection: long before the flag is ignored. */
const BATCH_MS = FLAG_LIFE_MS / 6;

/**
 * Removes artefacts that nothing refers to and that were written before an instant, also while others write. Objects
 * under other keys are left alone. Every environment needs a bucket or prefix of its own: what another database refers
 * to is not seen.
 *
 * @throws {RangeError} If there are artefacts and nothing refers to any of them: then these are references of another
 * store, and removing would be for good.
 */
export async function collectGarbage(o: Collection): Promise<Collected> {
  const found = await artefactsIn(o);
  const used = await o.referenced();
  const unused = found.filter(({ digest }) => !used.has(digest));
  if (found.length > 0 && unused.length === found.length) throw foreign(o.objects, found.length);
  const old = unused.filter(({ modified }) => modified < o.before);
  const counted = {
    artefacts: found.length,
    referenced: found.length - unused.length,
    young: unused.length - old.length,
  };
  if (o.dryRun) return { ...counted, removed: old.length, bytes: sizeOf(old), swept: 0 };
  const removed: ObjectInfo[] = [];
  for (let at = 0; at < old.length; at += BATCH) {
    removed.push(...await removeSome(o, old.slice(at, at + BATCH)));
  }
  const swept = await o.objects.sweep(o.before, o) + await removeDeadFlags(o);
  return { ...counted, removed: removed.length, bytes: sizeOf(removed), swept };
}

interface Artefact extends ObjectInfo {
  readonly digest: string;
}

async function artefactsIn({ objects, signal }: Collection): Promise<readonly Artefact[]> {
  const found: Artefact[] = [];
  for await (const object of objects.list("", signal ? { signal } : {})) {
    const digest = digestOfKey(object.key);
    if (digest !== undefined) found.push({ ...object, digest });
  }
  return found;
}

async function removeSome(o: Collection, some: readonly Artefact[]): Promise<readonly Artefact[]> {
  const takeDown = await raiseFlag(o.objects, some.map(({ digest }) => digest));
  try {
    const until = performance.now() + BATCH_MS;
    const used = await o.referenced();
    const gone: Artefact[] = [];
    for (const artefact of some) {
      o.signal?.throwIfAborted();
      if (performance.now() > until) break;
      if (used.has(artefact.digest)) continue;
      const key = artefactKey(artefact.digest);
      const now = await o.objects.head(key);
      if (now === undefined || now.modified >= o.before) continue;
      await o.objects.delete(key);
      gone.push(artefact);
    }
    return gone;
  } finally {
    await takeDown();
  }
}

/** Flags of collections that died. */
async function removeDeadFlags({ objects, before }: Collection): Promise<number> {
  let removed = 0;
  for await (const { key, modified } of objects.list(FLAGS)) {
    if (modified >= before) continue;
    await objects.delete(key);
    removed++;
  }
  return removed;
}

const sizeOf = (some: readonly ObjectInfo[]) => some.reduce((sum, { size }) => sum + size, 0);

function foreign({ place }: Objects, artefacts: number): Error {
  return new RangeError(
    `Cannot collect garbage in "${place}": the database refers to none of its ${artefacts} artefacts, so it is ` +
      `probably not the store of this database (AURORA_OBJECTS, DATABASE_URL)`,
  );
}
