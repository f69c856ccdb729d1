/**
 * Partitions as people name them: a key, or a range of keys.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";
import { zoneOf } from "../declare/partitions/zone.ts";

type Span = readonly [start: Date, end: Date];

/** Keys of time by their length, with what completes them to an instant. */
const TIMES: readonly (readonly [pattern: RegExp, rest: string, end: (local: Date) => number])[] = [
  [/^\d{4}-\d\d$/, "-01T00:00:00Z", (d) => Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1)],
  [/^\d{4}-\d\d-\d\d$/, "T00:00:00Z", (d) => d.getTime() + 86_400_000],
  [/^\d{4}-\d\d-\d\dT\d\d$/, ":00:00Z", (d) => d.getTime() + 3_600_000],
];

/** The time that a key of any cut names by the clocks of a rule; undefined if it names none. */
function timeOf(rule: Partitions, text: string): Span | undefined {
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

const isTime = (rule: Partitions): boolean => rule.timezone !== undefined;

/** Whether a key is cut coarser than the rule, so that it means the slices that begin in it. */
const isCoarser = (rule: Partitions, text: string): boolean =>
  isTime(rule) && timeOf(rule, text) !== undefined &&
  text.length < LENGTHS[rule.grain as keyof typeof LENGTHS];

function ended(asset: Asset, key: PartitionKey, now: Date): PartitionKey {
  const span = asset.partitions.span(key);
  if (span && span[1] > now) {
    const newest = asset.partitions.newest(now);
    const right = newest === undefined ? "none has" : `the newest that has is "${keyText(newest)}"`;
    throw new RangeError(
      `Cannot materialize "${asset.name}" [${keyText(key)}]: the partition has not ended, ${right}`,
    );
  }
  return key;
}

function ends(text: string): readonly [from: string, to: string] {
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

/** The slices of one asset that a key or a range names under the asset's own rule. */
function ownSlices(asset: Asset, text: string, now: Date): readonly PartitionKey[] {
  const rule = asset.partitions;
  const [from, to] = ends(text);
  const coarse = isCoarser(rule, from) && isCoarser(rule, to);
  if (coarse) return inside(asset, [timeOf(rule, from)![0], timeOf(rule, to)![1]], text, now);
  const first = rule.parse(from);
  const last = rule.parse(to);
  ended(asset, first, now);
  ended(asset, last, now);
  if (from === to) return [first];
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

/** Slices that begin in a span and have ended by an instant, oldest first. O(slices in the span). */
function slicesIn(rule: Partitions, [start, end]: Span, now: Date): PartitionKey[] {
  const first = rule.at(start.getTime() - 1) + 1;
  const past = Math.min(rule.at(end.getTime() - 1) + 1, rule.count(now));
  return Array.from({ length: Math.max(0, past - first) }, (_, i) => rule.keyAt(first + i));
}

function inside(asset: Asset, [start, end]: Span, text: string, now: Date) {
  if (start >= end) throw backwards(...ends(text));
  if (end > now) {
    const newest = asset.partitions.newest(now);
    throw new RangeError(
      `Cannot materialize "${asset.name}" [${text}]: it has not ended, ` +
        (newest === undefined ? "no slice has" : `the newest slice is "${keyText(newest)}"`),
    );
  }
  const found = slicesIn(asset.partitions, [start, end], now);
  if (!found.length) {
    throw new RangeError(
      `Cannot materialize "${asset.name}" [${text}]: no slice of "${asset.partitions.rule}" ` +
        "lies in it",
    );
  }
  return found;
}

/** The slices of an asset for keys that only its companions can read: what they would read of it. */
function borrowedSlices(asset: Asset, text: string, now: Date): readonly PartitionKey[] {
  const rule = asset.partitions;
  if (rule.grain === "none") return [undefined];
  const [from, to] = ends(text);
  const [a, b] = [timeOf(rule, from), timeOf(rule, to)];
  const end = b && (b[1] < now ? b[1] : now);
  const newest = end && rule.newest(end);
  if (!isTime(rule) || !a || newest === undefined) return rule.keys(now).slice(-1);
  const within = slicesIn(rule, [a[0], end!], end!);
  return within.length ? within : [newest];
}

/**
 * The slices of each asset that the given keys and ranges name.
 *
 * @throws {RangeError} If none of the assets can read a key, a slice has not ended, or a range runs backwards.
 */
export function namedSlices(
  assets: readonly Asset[],
  texts: readonly string[],
  now: Date,
): ReadonlyMap<Asset, readonly PartitionKey[]> {
  const found = new Map<Asset, Map<string, PartitionKey>>(assets.map((a) => [a, new Map()]));
  for (const text of texts) {
    const others: Asset[] = [];
    let problem: RangeError | undefined;
    let understood = false;
    for (const asset of assets) {
      const own = attempt(() => ownSlices(asset, text, now));
      if (own instanceof RangeError) {
        // What an asset that is cut by time says of a key is more to the point than "is one piece".
        if (!problem || asset.partitions.grain !== "none") problem = own;
        others.push(asset);
      } else {
        understood = true;
        for (const key of own) found.get(asset)!.set(keyText(key), key);
      }
    }
    if (!understood && problem) throw problem;
    for (const asset of others) {
      for (const key of borrowedSlices(asset, text, now)) found.get(asset)!.set(keyText(key), key);
    }
  }
  return new Map([...found].map(([asset, keys]) => [asset, [...keys.values()]]));
}

function attempt<T>(read: () => T): T | RangeError {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
