/**
 * Sets of slices of one asset as a short text: `2025-01-01..2025-03-31,2025-06-01`.
 *
 * @module
 */
import {
  type Cross,
  type Dimensions,
  keyText,
  type PartitionKey,
  type Partitions,
} from "../declare/partitions.ts";
import { isCross, timesOf } from "../graph/mapping_parts.ts";

const escaped = (text: string) => text.replaceAll("%", "%25").replaceAll(",", "%2C");
const plain = (text: string) => text.replaceAll("%2C", ",").replaceAll("%25", "%");

/**
 * The keys as text. Where slices are spans of time, those that follow each other become a range; other keys are listed,
 * since such a rule may lose keys in between. Of a cross with a time it is ranges of that for each of the others:
 * `2025-01-01..2025-01-31|eu`.
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
  if (isCross(rule) && timesOf(rule).length > 0) return boxesOf(rule, ordinals);
  if (rule.timezone === undefined) {
    return ordinals.map((i) => escaped(keyText(rule.keyAt(i)))).join(",");
  }
  return spansOf(rule, ordinals).join(",");
}

/** Runs of ordinals by their first and last key. */
function spansOf(rule: Partitions, ordinals: readonly number[]): readonly string[] {
  const text = (i: number) => keyText(rule.keyAt(i));
  const ranges: [first: number, last: number][] = [];
  for (const i of ordinals.toSorted((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open && i <= open[1] + 1) open[1] = i;
    else ranges.push([i, i]);
  }
  return ranges.map(([a, b]) => a === b ? text(a) : `${text(a)}..${text(b)}`);
}

/** Spans of the first time for each combination of the other dimensions. */
function boxesOf(rule: Cross<Dimensions>, ordinals: readonly number[]): string {
  const names = Object.keys(rule.dimensions).sort();
  const rules = names.map((n) => rule.dimensions[n]!);
  const time = names.indexOf(timesOf(rule)[0]!);
  const byOthers = new Map<string, { readonly cell: readonly number[]; readonly at: number[] }>();
  for (const i of ordinals) {
    const cell = rule.cell(i);
    const id = cell.with(time, 0).join();
    const found = byOthers.get(id) ?? { cell, at: [] };
    byOthers.set(id, found);
    found.at.push(cell[time]!);
  }
  return [...byOthers.values()].flatMap(({ cell, at }) => {
    const others = cell.map((c, d) => d === time ? "" : rules[d]!.keyAt(c));
    return spansOf(rules[time]!, at).map((span) => escaped(others.with(time, span).join("|")));
  }).join(",");
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
  const texts = text.split(",").map(plain);
  if (!isCross(rule)) {
    return texts.map((key) => indexOf(rule, key)).filter((i) => i !== -1 && !rule.removed(i));
  }
  const found = new Set(texts.flatMap((box) => inBox(rule, box)));
  return [...found].filter((i) => !rule.removed(i)).sort((a, b) => a - b);
}

/** The ordinals of a key of a cross, or of a range in the times of one. */
function inBox(rule: Cross<Dimensions>, box: string): readonly number[] {
  const parts = box.split("|");
  const names = Object.keys(rule.dimensions).sort();
  if (parts.length !== names.length) return [];
  const cells = names.map((n, d) => between(rule.dimensions[n]!, parts[d]!)).reduce<number[][]>(
    (cells, values) => cells.flatMap((c) => values.map((v) => [...c, v])),
    [[]],
  );
  return cells.map((cell) => rule.indexOfCell(cell));
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
