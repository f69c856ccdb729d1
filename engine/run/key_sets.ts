/**
 * Keeping dynamic partitions as the ledger remembers them.
 *
 * @module
 */
import type { Cross, Dynamic, Partitions } from "../declare/partitions.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";

const isDynamic = (rule: Partitions): rule is Dynamic => rule.grain === "dynamic";
const isCross = (rule: Partitions): rule is Cross<{ [d: string]: Partitions<string> }> =>
  rule.grain === "cross";

/** The dynamic rules of definitions by the name of their set, those that are dimensions included. */
export function dynamicRules(
  { assets }: Pick<Definitions, "assets">,
): ReadonlyMap<string, readonly Dynamic[]> {
  const rules = assets.map((a) => a.partitions)
    .flatMap((rule) => (isCross(rule) ? Object.values(rule.dimensions) : [rule]));
  return Map.groupBy(new Set(rules.filter(isDynamic)), (rule) => rule.set);
}

/**
 * What tells the dynamic rules of the definitions the keys that they have now. Sets that did not change cost one look at
 * their revisions; definitions without such rules cost nothing.
 */
export function keySetReader(
  ledger: Pick<Ledger, "keySets">,
  definitions: Pick<Definitions, "assets">,
): () => Promise<void> {
  const rules = dynamicRules(definitions);
  const known = new Map([...rules.keys()].map((set) => [set, 0]));
  return async () => {
    if (rules.size === 0) return;
    for (const { set, revision, keys } of await ledger.keySets(new Map(known))) {
      // Answers may overtake each other.
      if (revision <= known.get(set)!) continue;
      known.set(set, revision);
      for (const rule of rules.get(set) ?? []) rule.load(keys);
    }
  };
}

/**
 * The ledger itself, or one that tells the dynamic rules of the definitions what keys they have, before anything is
 * judged, ticks or runs: who reads slices or cursors, or is handed a step, finds the rules as they were a moment ago.
 * Sets that did not change cost one look at their revisions.
 */
export function withKeySets(ledger: Ledger, definitions: Pick<Definitions, "assets">): Ledger {
  if (dynamicRules(definitions).size === 0) return ledger;
  const refresh = keySetReader(ledger, definitions);
  const then = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    await refresh();
    return done;
  };
  return {
    ...ledger,
    slices: async (assets) => (await refresh(), await ledger.slices(assets)),
    cursors: async (prefix) => (await refresh(), await ledger.cursors(prefix)),
    claim: (ask) => then(ledger.claim(ask)),
    finish: (outcomes, ask) => then(ledger.finish(outcomes, ask)),
    addKeys: (set, keys) => then(ledger.addKeys(set, keys)),
    removeKeys: (set, keys) => then(ledger.removeKeys(set, keys)),
  };
}
