/**
 * Keys of dynamic partitions of the in-memory ledger.
 *
 * @module
 */
import type { DynamicKey } from "../declare/partitions.ts";
import { at, type MemoryState, remember } from "./memory_state.ts";
import type { KeySet } from "./sets.ts";

/** A set that may change. */
export interface SetNode {
  revision: number;
  readonly keys: Map<string, DynamicKey>;
}

const nodeOf = (state: MemoryState, set: string): SetNode =>
  at(state.sets, set, () => ({ revision: 0, keys: new Map() }));

function changed(state: MemoryState, set: string, to: "added" | "removed", count: number): number {
  if (count === 0) return 0;
  nodeOf(state, set).revision++;
  remember(state, { kind: "keys", name: set, state: to });
  return count;
}

/** Adds keys. */
export function addKeys(state: MemoryState, set: string, keys: readonly string[]): number {
  const node = nodeOf(state, set);
  const fresh = [...new Set(keys)].filter((k) => node.keys.get(k)?.removed !== false);
  for (const key of fresh) {
    const addedAt = node.keys.get(key)?.addedAt ?? notBefore(state.now(), node);
    node.keys.set(key, { key, addedAt, removed: false });
  }
  return changed(state, set, "added", fresh.length);
}

/** Keys are as old as they stand in the set, also where a clock was set back. */
function notBefore(now: Date, { keys }: SetNode): Date {
  const last = [...keys.values()].at(-1)?.addedAt;
  return last && last > now ? last : now;
}

/** Takes keys away. */
export function removeKeys(state: MemoryState, set: string, keys: readonly string[]): number {
  const node = nodeOf(state, set);
  const gone = [...new Set(keys)].filter((k) => node.keys.get(k)?.removed === false);
  for (const key of gone) node.keys.set(key, { ...node.keys.get(key)!, removed: true });
  return changed(state, set, "removed", gone.length);
}

/** Sets that changed. */
export function keySets(state: MemoryState, known: ReadonlyMap<string, number>): KeySet[] {
  return [...known].flatMap(([set, revision]) => {
    const node = state.sets.get(set);
    if (!node || node.revision === revision) return [];
    return [{ set, revision: node.revision, keys: [...node.keys.values()] }];
  });
}
