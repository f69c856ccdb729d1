/** How a garbage collection and the writers of artefacts keep out of each other's way. @module */
import { bytesOf } from "./body.ts";
import { artefactKey } from "./artefact_key.ts";
import type { ObjectBody, ObjectHead, Objects } from "./objects.ts";

/** Below it lie the flags of collections that are removing: each names what it may remove. */
export const FLAGS = "gc/";
/** A flag that is older, by the clock of the store, belongs to a collection that died. */
export const FLAG_LIFE_MS = 3_600_000;

/** Waits a little before it looks again. */
export type Wait = () => Promise<void>;

/** Says which artefacts may be removed from now on; gives what ends that. */
export async function raiseFlag(
  objects: Objects,
  digests: readonly string[],
): Promise<() => Promise<void>> {
  const key = `${FLAGS}${crypto.randomUUID()}`;
  await objects.put(key, new TextEncoder().encode(digests.join("\n")));
  return () => objects.delete(key);
}

/**
 * Puts an artefact so that no collection removes it.
 *
 * The writer writes and then looks for flags; a collection raises its flag and then looks how old the artefact is.
 * Whichever way these four fall, one of the two sees the other: the collection spares what is young, and the writer
 * waits until a flag that names its artefact is gone and looks whether the artefact still is there.
 */
export async function putBesideCollections(
  objects: Objects,
  body: ObjectBody,
  wait: Wait,
): Promise<ObjectHead> {
  const key = artefactKey(body.sha256);
  for (;;) {
    const written = await objects.put(key, body);
    while (await isNamed(objects, body.sha256, written.modified)) await wait();
    const left = await objects.head(key);
    if (left !== undefined) return left;
  }
}

/** Whether a collection that lives may remove this artefact now. */
async function isNamed(objects: Objects, digest: string, now: Date): Promise<boolean> {
  for await (const flag of objects.list(FLAGS)) {
    if (now.getTime() - flag.modified.getTime() > FLAG_LIFE_MS) continue;
    if ((await digestsOf(objects, flag.key)).includes(digest)) return true;
  }
  return false;
}

/** What a flag names; nothing if it was taken down meanwhile. */
async function digestsOf(objects: Objects, key: string): Promise<readonly string[]> {
  try {
    return new TextDecoder().decode(await bytesOf(await objects.get(key))).split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
