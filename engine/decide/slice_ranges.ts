/**
 * Sets of slices of one asset as a short text: `2025-01-01..2025-03-31,2025-06-01`.
 *
 * @module
 */
import { keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";

const escaped = (text: string) => text.replaceAll("%", "%25").replaceAll(",", "%2C");
const plain = (text: string) => text.replaceAll("%2C", ",").replaceAll("%25", "%");

/**
 * The keys as text. Where slices are spans of time, those that follow each other become a range; other keys are listed,
 * since such a rule may lose keys in between.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { keysIn, partitions, rangesOf } from "engine";
 *
 * const daily = partitions.daily({ start: "2025-01-01" });
 * const text = rangesOf(daily, ["2025-01-01", "2025-01-02", "2025-01-04"]);
 * assertEquals(text, "2025-01-01..2025-01-02,2025-01-04");
 * assertEquals(keysIn(daily, text), ["2025-01-01", "2025-01-02", "2025-01-04"]);
 * ```
 */
export function rangesOf(rule: Partitions, keys: readonly PartitionKey[]): string {
  return rangesOfOrdinals(rule, keys.map((key) => rule.indexOf(key)));
}

/** {@linkcode rangesOf} the slices of some ordinals. */
export function rangesOfOrdinals(rule: Partitions, ordinals: readonly number[]): string {
  const text = (i: number) => keyText(rule.keyAt(i));
  if (rule.timezone === undefined) return ordinals.map((i) => escaped(text(i))).join(",");
  const ranges: [first: number, last: number][] = [];
  for (const i of ordinals.toSorted((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open && i <= open[1] + 1) open[1] = i;
    else ranges.push([i, i]);
  }
  return ranges.map(([a, b]) => a === b ? text(a) : `${text(a)}..${text(b)}`).join(",");
}

/**
 * The keys that a text of {@linkcode rangesOf} names, oldest first; those that the rule does not have any more are left
 * out. O(slices).
 */
export function keysIn(rule: Partitions, text: string): readonly PartitionKey[] {
  return ordinalsIn(rule, text).map((i) => rule.keyAt(i));
}

/** The ordinals of {@linkcode keysIn}. */
export function ordinalsIn(rule: Partitions, text: string): readonly number[] {
  if (rule.timezone !== undefined) return text.split(",").flatMap((range) => between(rule, range));
  return text.split(",").map((key) => indexOf(rule, plain(key)))
    .filter((i) => i !== -1 && !rule.removed(i));
}

/** -1 if the rule has no such slice. */
function indexOf(rule: Partitions, text: string): number {
  try {
    return rule.indexOf(rule.parse(text));
  } catch (error) {
    if (error instanceof RangeError) return -1;
    throw error;
  }
}

function between(rule: Partitions, range: string): number[] {
  const [from, to = from] = range.split("..") as [string, string?];
  const [first, last] = [indexOf(rule, from), indexOf(rule, to)];
  if (first === -1 || last === -1) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
