/**
 * How experience points become levels.
 *
 * @module
 */

/** The highest level. */
export const maxLevel = 200;

/**
 * Points that reach each level: 0, 100, 300, 600, 1000 …; entry `n − 1` is `50·n·(n − 1)`, so that
 * each level costs 100 points more than the one before. The quality rule hands this very table to
 * the database.
 */
export const xpThresholds: readonly number[] = Array.from(
  { length: maxLevel },
  (_, i) => 50 * (i + 1) * i,
);

/**
 * The level that `xp` points give; 1 for none or fewer.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([levelOf(-5), levelOf(99), levelOf(100), levelOf(299), levelOf(300)], [1, 1, 2, 2,
 * 3]);
 * ```
 */
export function levelOf(xp: number): number {
  let low = 0;
  let high = maxLevel;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xpThresholds[middle]! <= xp) low = middle;
    else high = middle;
  }
  return low + 1;
}
