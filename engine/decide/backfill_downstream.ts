/**
 * Which slices of what is only downstream a backfill computes.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Dep } from "../declare/deps.ts";
import type { Partitions } from "../declare/partitions.ts";
import { mappingOf } from "../graph/mapping.ts";
import { upstreamOf } from "../graph/order.ts";
import type { Derive, Named } from "./named_slices.ts";

/**
 * What is cut as one of the named assets has the same range; of others it is the slices that read what was chosen above
 * them.
 */
export function downstreamOf(named: ReadonlySet<Asset>, now: Date): Derive {
  const cuts = new Set([...named].map((a) => a.partitions.cut));
  return (asset, known) => {
    const { partitions: rule } = asset;
    if (named.has(asset) || cuts.has(rule.cut) || rule.grain === "none") return undefined;
    const deps = Object.values(asset.deps).filter((dep) => isExact(dep, rule, known));
    // What reads only the newest of many may be all that comes later: there the words count.
    if (!deps.length) return undefined;
    const found = new Set(deps.flatMap((dep) => readersOf(dep, rule, known, now)));
    return [...found].filter((i) => !rule.removed(i)).sort((a, b) => a - b)
      .map((i) => rule.keyAt(i));
  };
}

function isExact(dep: Dep, rule: Partitions, known: Named): boolean {
  const { as } = mappingOf(dep, rule);
  return as !== "newest" && as !== "order" && known.has(upstreamOf(dep));
}

/** Ordinals that read the known slices through a dep. O(slices that are read and that read). */
function readersOf(dep: Dep, rule: Partitions, known: Named, now: Date): readonly number[] {
  const up = upstreamOf(dep);
  const { down } = mappingOf(dep, rule);
  const count = rule.count(now);
  return (known.get(up) ?? []).flatMap((key) => {
    const ranges = down(up.partitions.indexOf(key), now);
    const found: number[] = [];
    for (let r = 0; r < ranges.length; r += 2) {
      for (let i = ranges[r]!; i < Math.min(ranges[r + 1]!, count); i++) found.push(i);
    }
    return found;
  });
}
