/**
 * Which slices of an upstream a slice is computed from, by their keys.
 *
 * @module
 */
import type { Dep } from "../declare/deps.ts";
import type { PartitionKey, Partitions } from "../declare/partitions.ts";
import { type Mapping, mappingOf } from "./mapping.ts";
import { upstreamOf } from "./order.ts";

/** What a dep asks for. */
export interface Wanted {
  /** How it arrives. */
  readonly as: Mapping["as"];
  /** Candidate slices of the upstream, oldest first. */
  readonly keys: readonly PartitionKey[];
}

/** The slices of the upstream of `dep` that `key`, a slice under the rule `down`, is computed from. */
export function wanted(dep: Dep, down: Partitions, key: PartitionKey, now: Date): Wanted {
  const up = upstreamOf(dep).partitions;
  const mapping = mappingOf(dep, down);
  const ranges = mapping.up(down.indexOf(key), now);
  const keys: PartitionKey[] = [];
  for (let r = 0; r < ranges.length; r += 2) {
    for (let i = ranges[r]!; i < ranges[r + 1]!; i++) {
      if (!up.removed(i)) keys.push(up.keyAt(i));
    }
  }
  return { as: mapping.as, keys };
}
