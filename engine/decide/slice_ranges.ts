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
 * since such a rule may get or lose keys in between.
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
  const spans = keys.map((key) => ({ text: keyText(key), span: rule.span(key) }));
  if (spans.some((s) => s.span === undefined)) return spans.map((s) => escaped(s.text)).join(",");
  const timed = spans.map(({ text, span }) => ({ text, from: +span![0], to: +span![1] }));
  timed.sort((a, b) => a.from - b.from);
  const ranges: { first: string; last: string; to: number }[] = [];
  for (const { text, from, to } of timed) {
    const open = ranges.at(-1);
    if (open?.to === from) Object.assign(open, { last: text, to });
    else if (open?.last !== text) ranges.push({ first: text, last: text, to });
  }
  return ranges.map((r) => r.first === r.last ? r.first : `${r.first}..${r.last}`).join(",");
}

/**
 * The keys that a text of {@linkcode rangesOf} names, oldest first; those that the rule does not have any more are left
 * out. O(slices).
 */
export function keysIn(rule: Partitions, text: string): readonly PartitionKey[] {
  if (rule.grain === "none") return [undefined];
  return text.split(",").flatMap((range) => {
    const [from, to] = range.split("..") as [string, string?];
    if (to !== undefined && spanOf(rule, from) && spanOf(rule, to)) return between(rule, from, to);
    const key = parsed(rule, plain(range));
    return key === undefined ? [] : [key];
  });
}

function parsed(rule: Partitions, text: string): PartitionKey {
  try {
    return rule.parse(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function spanOf(rule: Partitions, text: string) {
  const key = parsed(rule, text);
  return key === undefined ? undefined : rule.span(key);
}

/** Walks from the end, so that the slices before the range cost nothing. */
function between(rule: Partitions, from: string, to: string): PartitionKey[] {
  const start = rule.span(rule.parse(from))![0];
  const found: PartitionKey[] = [];
  for (let key = parsed(rule, to); key !== undefined;) {
    const [begin] = rule.span(key)!;
    if (begin < start) break;
    found.push(key);
    key = rule.newest(begin);
  }
  return found.reverse();
}
