/**
 * Partitions of several assets as people name them: a key, or a range of keys.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";
import { isCross, isTime } from "../graph/mapping_parts.ts";
import { cellsOf, namedKeys, rangeEnds, slicesIn, timeOf } from "./named_keys.ts";

/** The slices of a rule for keys that only others can read: what they would read of it. */
function borrowedSlices(rule: Partitions, text: string, now: Date): readonly PartitionKey[] {
  if (rule.grain === "none") return [undefined];
  if (isCross(rule)) {
    return cellsOf(rule, (dimension) => {
      const own = attempt(() => namedKeys({ name: dimension.rule, rule: dimension }, text, now));
      return own instanceof RangeError ? borrowedSlices(dimension, text, now) : own;
    });
  }
  // A range of time says nothing of what is cut by something else: all of it is meant.
  if (!isTime(rule)) return rule.keys(now);
  const [from, to] = rangeEnds(text);
  const [a, b] = [timeOf(rule, from), timeOf(rule, to)];
  const end = b && (b[1] < now ? b[1] : now);
  const newest = end && rule.newest(end);
  if (!a || newest === undefined) return rule.keys(now).slice(-1);
  const within = slicesIn(rule, [a[0], end!], end!);
  return within.length ? within : [newest];
}

/** Slices of each asset. */
export type Named = ReadonlyMap<Asset, readonly PartitionKey[]>;

/** Slices of an asset from those of the assets above it; undefined where the words count. */
export type Derive = (asset: Asset, known: Named) => readonly PartitionKey[] | undefined;

/**
 * The slices of each asset, upstream first, that the given keys and ranges name.
 *
 * @throws {RangeError} If none of the assets can read a key, a slice has not ended, or a range runs backwards.
 */
export function namedSlices(
  assets: readonly Asset[],
  texts: readonly string[],
  { now, derive }: { readonly now: Date; readonly derive?: Derive },
): Named {
  const all = new Map<Asset, Map<string, PartitionKey>>(assets.map((a) => [a, new Map()]));
  for (const text of texts) {
    const found = new Map<Asset, readonly PartitionKey[]>();
    let problem: RangeError | undefined;
    for (const asset of assets) {
      const own = attempt(() => namedKeys({ name: asset.name, rule: asset.partitions }, text, now));
      if (!(own instanceof RangeError)) found.set(asset, own);
      // What an asset that is cut by time says of a key is more to the point than "is one piece".
      else if (!problem || asset.partitions.grain !== "none") problem = own;
    }
    if (!found.size && problem) throw problem;
    for (const asset of assets) {
      const keys = derive?.(asset, found) ?? found.get(asset) ??
        borrowedSlices(asset.partitions, text, now);
      found.set(asset, keys);
      for (const key of keys) all.get(asset)!.set(keyText(key), key);
    }
  }
  return new Map([...all].map(([asset, keys]) => [asset, [...keys.values()]]));
}

function attempt<T>(read: () => T): T | RangeError {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
