/**
 * As many values of a label as a time series database bears; the rest is one.
 *
 * @module
 */

/** The name under which the rest is told. */
export const OTHER = "other";

/**
 * Gives the name under which something is told: its own if it is known and among the first `limit` of the known, else
 * {@linkcode OTHER}. What is not known any more, such as a removed asset, is told as other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bounded } from "./bounded.ts";
 *
 * const name = bounded(["apple", "pear", "plum"], 2);
 * assertEquals(["apple", "pear", "plum", "fig"].map(name), ["apple", "pear", "other", "other"]);
 * ```
 */
export function bounded(known: Iterable<string>, limit: number): (name: string) => string {
  const kept = new Set([...known].slice(0, limit));
  return (name) => kept.has(name) ? name : OTHER;
}

/** Adds up what has the same name. O(rows). */
export function summed<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => readonly string[],
  values: (row: Row) => number,
): { readonly of: readonly string[]; readonly value: number }[] {
  const sums = new Map<string, { of: readonly string[]; value: number }>();
  for (const row of rows) {
    const of = keyOf(row);
    const key = of.join("\n");
    const sum = sums.get(key);
    if (sum) sum.value += values(row);
    else sums.set(key, { of, value: values(row) });
  }
  return [...sums.values()];
}
