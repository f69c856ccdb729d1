/**
 * What a slice would be computed from now.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";
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

/** Keys of a rule of time with the ends of their slices, so that those up to an instant are found by bisection. */
interface Timeline {
  readonly now: number;
  readonly texts: readonly string[];
  readonly ends: readonly number[];
}

const timelines = new WeakMap<Partitions, Timeline>();

/** Enumerated once for each rule and moment: a plan of 7,608 days with a `newest` dep took 9.6 s without, 0.1 s with. */
function timelineOf(rule: Partitions, now: Date): Timeline {
  const before = timelines.get(rule);
  if (before?.now === now.getTime()) return before;
  const count = rule.count(now);
  const there = Array.from({ length: count }, (_, i) => i).filter((i) => !rule.removed(i));
  const made: Timeline = {
    now: now.getTime(),
    texts: there.map((i) => keyText(rule.keyAt(i))),
    ends: there.map((i) => (rule.timezone === undefined ? -Infinity : rule.born(i))),
  };
  timelines.set(rule, made);
  return made;
}

/** Texts of the keys whose slices have ended at an instant. */
function endedBy({ texts, ends }: Timeline, at: number): readonly string[] {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low === texts.length ? texts : texts.slice(0, low);
}

/** What a slice names of its upstreams, order included. O(slices that exist of the upstream) for `newest` and `all`. */
export function readings(asset: Asset, key: PartitionKey, now: Date): readonly Reading[] {
  return Object.entries(asset.deps).map(([input, dep]): Reading => {
    const up = upstreamOf(dep);
    if ("mode" in dep && dep.mode === "newest") {
      const end = asset.partitions.span(key)?.[1] ?? now;
      const partitions = endedBy(timelineOf(up.partitions, now), end.getTime());
      return { input, up, as: "newest", partitions };
    }
    const { as, keys } = wanted(dep, asset.partitions, key, now);
    return { input, up, as, partitions: keys.map(keyText) };
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
