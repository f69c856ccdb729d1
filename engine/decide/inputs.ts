/**
 * What a slice would be computed from now.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey } from "../declare/partitions.ts";
import { upstreamOf } from "../graph/order.ts";
import { type Wanted, wanted } from "../graph/wanted.ts";

/** One dep of a slice with the slices of the upstream that it names. */
export interface Reading {
  /** Name of the dep. */
  readonly input: string;
  /** The upstream. */
  readonly up: Asset;
  /** How it arrives; `order` is not read. */
  readonly as: Wanted["as"];
  /** Partition keys as text, oldest first. */
  readonly partitions: readonly string[];
}

/** What a slice names of its upstreams, order included. O(slices that exist of the upstream) for `newest` and `all`. */
export function readings(asset: Asset, key: PartitionKey, now: Date): readonly Reading[] {
  return Object.entries(asset.deps).map(([input, dep]) => {
    const { as, keys } = wanted(dep, asset.partitions, key, now);
    return { input, up: upstreamOf(dep), as, partitions: keys.map(keyText) };
  });
}

/** The slices among those of a reading that are really read, given which of them exist. */
export function chosen(reading: Reading, exists: (partition: string) => boolean): string[] {
  if (reading.as === "order") return [];
  if (reading.as === "newest") {
    const newest = reading.partitions.findLast(exists);
    return newest === undefined ? [] : [newest];
  }
  return reading.partitions.filter(exists);
}

/** The key that a text names under the rule of the asset; undefined if the rule has no such slice any more. */
export function keyOf(asset: Asset, partition: string): { readonly key: PartitionKey } | undefined {
  try {
    return { key: asset.partitions.parse(partition) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A slice as people read it: `"features/activity" [2025-01-27T06]`, `"source/users"`. */
export const sliceText = (asset: string, partition: string | null): string =>
  partition ? `"${asset}" [${partition}]` : `"${asset}"`;
