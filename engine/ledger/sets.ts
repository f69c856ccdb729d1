/**
 * The port to keys of dynamic partitions.
 *
 * @module
 */
import type { DynamicKey } from "../declare/partitions.ts";

/** A set of keys as it stands. */
export interface KeySet {
  /** Name, as in `partitions.dynamic(name)`. */
  readonly set: string;
  /** Changes with every key that is added or removed. */
  readonly revision: number;
  /** All keys ever added, in that order: a key's place is its ordinal. */
  readonly keys: readonly DynamicKey[];
}

/** Remembering which slices dynamic rules have. */
export interface KeySets {
  /**
   * Adds keys to a set, which comes into being with its first one. A key that was removed comes back to the place it had.
   * Gives how many were not there.
   */
  addKeys(set: string, keys: readonly string[]): Promise<number>;
  /** Takes keys from a set; what was built of their slices stays remembered. Gives how many were there. */
  removeKeys(set: string, keys: readonly string[]): Promise<number>;
  /** The sets of these names that have another revision than the one that is known; 0 is known of none. */
  keySets(known: ReadonlyMap<string, number>): Promise<readonly KeySet[]>;
}
