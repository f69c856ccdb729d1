/** Removing older backups. @module */
import { artefactKey, type Objects } from "engine";
import { finished, keyOf, readManifest, textOf } from "./manifest.ts";
import { artefactsIn, parseSizes } from "./objects.ts";

/**
 * Removes all but the newest backups of a place, and the artefacts that only they had. A manifest goes first: what is
 * interrupted leaves no backup that lacks something.
 */
export async function discardOld(
  store: Objects,
  keep: number,
): Promise<{ readonly backups: number; readonly objects: number }> {
  const ids = await finished(store);
  const kept = new Set<string>();
  for (const id of ids.slice(0, keep)) {
    const { objects } = await readManifest(store, id);
    for (const digest of parseSizes(await textOf(store, objects.key)).keys()) kept.add(digest);
  }
  const old = ids.slice(keep);
  for (const id of old) {
    await store.delete(keyOf(id, "manifest.json"));
    for await (const { key } of store.list(keyOf(id, ""))) await store.delete(key);
  }
  const unused = [...(await artefactsIn(store)).keys()].filter((digest) => !kept.has(digest));
  for (const digest of unused) await store.delete(artefactKey(digest));
  return { backups: old.length, objects: unused.length };
}
