/**
 * Which pools keep a step waiting.
 *
 * @module
 */
import type { PoolRecord } from "../ledger/pools.ts";

/** A pool with too few free slots for a step. */
export interface FullPool {
  /** Its name. */
  readonly name: string;
  /** How many slots the step takes. */
  readonly wanted: number;
  /** The pool as it stands; undefined if nobody declared it. */
  readonly pool: PoolRecord | undefined;
}

/** Slots that nobody has; below zero where slots were taken away from those that run. */
const freeOf = ({ slots, holders }: PoolRecord): number =>
  holders.reduce((free, h) => free - h.slots, slots);

/**
 * The pools that have too few free slots for a step; none if it may begin. A pool that nobody declared has no slots.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fullPools } from "engine";
 *
 * const since = new Date("2025-01-28T06:00:00Z");
 * const holders = [{ asset: "report", partition: "", run: "7", slots: 1, since }];
 * const pools = [{ name: "api", slots: 2, declared: 2, by: null, holders, waiting: 0 }];
 * assertEquals(fullPools({ api: 1 }, pools), []);
 * assertEquals(fullPools({ api: 2 }, pools).map((p) => p.name), ["api"]);
 * ```
 */
export function fullPools(
  wanted: { readonly [pool: string]: number },
  pools: readonly PoolRecord[],
): readonly FullPool[] {
  return Object.entries(wanted).flatMap(([name, slots]) => {
    const pool = pools.find((p) => p.name === name);
    return pool && freeOf(pool) >= slots ? [] : [{ name, wanted: slots, pool }];
  });
}
