/**
 * Partitions of one rule as people name them: a key, a range of keys, or all.
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
import { zoneOf } from "../declare/partitions/zone.ts";
import { isCross, isTime, timesOf } from "../graph/mapping_parts.ts";

/** From when to when. */
export type Span = readonly [start: Date, end: Date];

/** A rule and whose it is, for messages. */
interface Ruled {
  readonly name: string;
  readonly rule: Partitions;
}

const nextMonth = (d: Date) => Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1);

/** Keys of time by their length, with what completes them to an instant. */
const TIMES: readonly (readonly [pattern: RegExp, rest: string, end: (local: Date) => number])[] = [
  [/^\d{4}$/, "-01-01T00:00:00Z", (d) => Date.UTC(d.getUTCFullYear() + 1, 0)],
  [/^\d{4}-\d\d$/, "-01T00:00:00Z", nextMonth],
  [/^\d{4}-\d\d-\d\d$/, "T00:00:00Z", (d) => d.getTime() + 86_400_000],
  [/^\d{4}-\d\d-\d\dT\d\d$/, ":00:00Z", (d) => d.getTime() + 3_600_000],
];

/** The time that a key of any cut names by the clocks of a rule; undefined if it names none. */
export function timeOf(rule: Partitions, text: string): Span | undefined {
  for (const [pattern, rest, end] of TIMES) {
    if (!pattern.test(text)) continue;
    const local = new Date(text + rest);
    const real = !Number.isNaN(local.getTime()) && local.toISOString().startsWith(text);
    const clocks = zoneOf(rule.timezone ?? "UTC");
    return real
      ? [new Date(clocks.instantOf(local.getTime())), new Date(clocks.instantOf(end(local)))]
      : undefined;
  }
}

const LENGTHS = { month: 7, week: 10, day: 10, hours: 13, hour: 13, cron: 16 } as const;

/** Whether a key is cut coarser than the rule, so that it means the slices that begin in it. */
const isCoarser = (rule: Partitions, text: string): boolean =>
  isTime(rule) && timeOf(rule, text) !== undefined &&
  text.length < LENGTHS[rule.grain as keyof typeof LENGTHS];

/** Whether a rule has slices around a time, although none of that name: it lies inside one, or is left out. */
function isAmong(rule: Partitions, text: string): boolean {
  const time = isTime(rule) ? timeOf(rule, text)?.[0].getTime() : undefined;
  if (time === undefined) return false;
  const at = rule.at(time);
  return at >= 0 && (rule.born(at) > time || rule.at(rule.start(at + 1)) === at + 1);
}

function ended({ name, rule }: Ruled, key: PartitionKey, now: Date): PartitionKey {
  const span = rule.span(key);
  if (span && span[1] > now) {
    const newest = rule.newest(now);
    const right = newest === undefined ? "none has" : `the newest that has is "${keyText(newest)}"`;
    throw new RangeError(
      `Cannot materialize "${name}" [${keyText(key)}]: the partition has not ended, ${right}`,
    );
  }
  return key;
}

/** The ends of a range; of a key both are the same. @throws {RangeError} If it is not like one. */
export function rangeEnds(text: string): readonly [from: string, to: string] {
  const [from, to, ...more] = text.split("..");
  if (!from || to === "" || more.length) {
    throw new RangeError(
      `Cannot read partition range: "${text}" is not like "2025-01-20..2025-01-27"`,
    );
  }
  return [from, to ?? from];
}

function backwards(from: string, to: string): RangeError {
  return new RangeError(
    `Cannot read partition range: "${from}..${to}" runs backwards, did you mean "${to}..${from}"?`,
  );
}

/**
 * The slices that a key, a range or `*` names under a rule, oldest first. Of a cross each dimension has its part,
 * `2025-01-20..2025-01-27|eu`; a time alone means all slices in it.
 *
 * @throws {RangeError} If it cannot be read, has not ended, or runs backwards.
 */
export function namedKeys(of: Ruled, text: string, now: Date): readonly PartitionKey[] {
  const { rule } = of;
  if (isCross(rule)) return namedCells(of, rule, text, now);
  if (text === "*" && rule.grain !== "none") return rule.keys(now);
  const [from, to] = rangeEnds(text);
  const isRange = from !== to;
  const isSpan = isCoarser(rule, from) && isCoarser(rule, to) ||
    // Ends of a range need not be slices themselves: a Sunday that is left out, a day inside a week.
    isRange && [from, to].every((end) => has(rule, end) || isAmong(rule, end)) &&
      ![from, to].every((end) => has(rule, end));
  if (isSpan) return inside(of, [timeOf(rule, from)![0], timeOf(rule, to)![1]], text, now);
  const first = rule.parse(from);
  const last = rule.parse(to);
  ended(of, first, now);
  ended(of, last, now);
  if (!isRange) return [first];
  const [a, b] = [rule.span(first), rule.span(last)];
  if (a && b) {
    if (a[0] > b[0]) throw backwards(from, to);
    return slicesIn(rule, [a[0], b[1]], now);
  }
  const [i, j] = [rule.indexOf(first), rule.indexOf(last)];
  if (i > j) throw backwards(from, to);
  const between = Array.from({ length: j - i + 1 }, (_, n) => i + n);
  return between.filter((at) => !rule.removed(at)).map((at) => rule.keyAt(at));
}

function has(rule: Partitions, text: string): boolean {
  try {
    rule.parse(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Slices that begin in a span and have ended by an instant, oldest first. O(slices in the span). */
export function slicesIn(rule: Partitions, [start, end]: Span, now: Date): PartitionKey[] {
  const first = rule.at(start.getTime() - 1) + 1;
  const past = Math.min(rule.at(end.getTime() - 1) + 1, rule.count(now));
  return Array.from({ length: Math.max(0, past - first) }, (_, i) => rule.keyAt(first + i));
}

function inside({ name, rule }: Ruled, [start, end]: Span, text: string, now: Date) {
  if (start >= end) throw backwards(...rangeEnds(text));
  if (end > now) {
    const newest = rule.newest(now);
    throw new RangeError(
      `Cannot materialize "${name}" [${text}]: it has not ended, ` +
        (newest === undefined ? "no slice has" : `the newest slice is "${keyText(newest)}"`),
    );
  }
  const found = slicesIn(rule, [start, end], now);
  if (!found.length) {
    throw new RangeError(
      `Cannot materialize "${name}" [${text}]: no slice of "${rule.rule}" lies in it`,
    );
  }
  return found;
}

/** The part of each dimension: of `a|x..b|y` they are `a..b` and `x..y`. Undefined if there are not as many. */
function partsOf(text: string, count: number): readonly string[] | undefined {
  const ends = text.split("..").map((end) => end.split("|"));
  const [from, to] = ends;
  if (ends.length === 2 && from!.length === count && to!.length === count) {
    return from!.map((part, d) => (part === to![d] ? part : `${part}..${to![d]}`));
  }
  const parts = text.split("|");
  return parts.length === count ? parts : undefined;
}

function namedCells(of: Ruled, rule: Cross<Dimensions>, text: string, now: Date) {
  const names = Object.keys(rule.dimensions).sort();
  const [time, ...times] = timesOf(rule);
  const parts = partsOf(text, names.length) ??
    // A time alone, where it can mean one dimension only.
    (text.includes("|") || time === undefined || times.length
      ? undefined
      : names.map((n) => (n === time ? text : "*")));
  if (!parts) {
    throw new RangeError(
      `Cannot read partition: "${text}" needs ${names.length} parts, "${names.join("|")}", ` +
        'each a key, a range or "*"',
    );
  }
  return cellsOf(rule, (dimension, name) => {
    const part = parts[names.indexOf(name)]!;
    return namedKeys({ name: of.name, rule: dimension }, part, now);
  });
}

/** Slices of a cross that combine some keys of each dimension, in their order. */
export function cellsOf(
  rule: Cross<Dimensions>,
  keysOf: (dimension: Partitions<string>, name: string) => readonly PartitionKey[],
): readonly PartitionKey[] {
  let cells: { [dimension: string]: string }[] = [{}];
  for (const name of Object.keys(rule.dimensions).sort()) {
    const keys = keysOf(rule.dimensions[name]!, name) as readonly string[];
    cells = cells.flatMap((c) => keys.map((key) => ({ ...c, [name]: key })));
  }
  return cells.map((cell) => ({ cell, index: rule.indexOf(cell) }))
    .sort((a, b) => a.index - b.index).map(({ cell }) => cell);
}
