/**
 * The arithmetic of mappings: between two rules whose slices stand in one row each.
 *
 * @module
 */
import type { SliceTable } from "../declare/deps.ts";
import { type Cross, keyText, type Partitions } from "../declare/partitions.ts";

/** Sorted disjoint ranges of ordinals, flat: `[from, to, from, to, …]`, `to` excluded. */
export type OrdinalRanges = readonly number[];

/** Slices of an upstream and their readers, both ways. */
export interface Both {
  /** The slices of the upstream that slice `index` reads. */
  up(index: number, now: Date): OrdinalRanges;
  /** The slices that read slice `index` of the upstream: inverse of `up` among the slices that exist at `now`. */
  down(index: number, now: Date): OrdinalRanges;
}

/** Whether slices are spans of time. */
export const isTime = (rule: Partitions): boolean => rule.timezone !== undefined;

/** Whether slices are combinations. */
export const isCross = (
  rule: Partitions,
): rule is Cross<{ readonly [d: string]: Partitions<string> }> => rule.grain === "cross";

/** Dimensions along which one slice comes before another. */
export const timesOf = (rule: Partitions): readonly string[] =>
  isCross(rule) ? Object.keys(rule.dimensions).filter((n) => isTime(rule.dimensions[n]!)) : [];

const range = (from: number, to: number): OrdinalRanges => (from < to ? [from, to] : []);
const single = (index: number): OrdinalRanges => range(index, index < 0 ? index : index + 1);

/** Ordinals in any order as ranges. */
export function gathered(ordinals: readonly number[]): OrdinalRanges {
  const ranges: number[] = [];
  for (const i of ordinals.toSorted((a, b) => a - b)) {
    if (i < 0) continue;
    if (ranges.at(-1) === i) ranges[ranges.length - 1] = i + 1;
    else if (i >= (ranges.at(-1) ?? 0)) ranges.push(i, i + 1);
  }
  return ranges;
}

/** Whether a rule of time has or will have the slice. */
const isThere = (rule: Partitions, index: number): boolean =>
  index >= 0 && (!isTime(rule) || rule.at(rule.start(index)) === index);

/** The slice of `to` that is the same as a slice of `from`; -1 if there is none. */
function same(from: Partitions, to: Partitions, index: number): number {
  if (!isThere(from, index)) return -1;
  if (from === to) return index;
  if (!isTime(from)) return to.indexOf(from.keyAt(index));
  const start = from.start(index);
  const at = to.at(start);
  return at >= 0 && to.start(at) === start ? at : -1;
}

/** First slice that begins at an instant or later. */
const beginning = (rule: Partitions, instant: number) => rule.at(instant - 1) + 1;

/** Slices that share time with a slice of another rule. */
function sharing(rule: Partitions, start: number, end: number): OrdinalRanges {
  const first = rule.at(start);
  const from = first >= 0 && rule.born(first) > start ? first : first + 1;
  return range(from, beginning(rule, end));
}

/** All that share time. */
export function overlap(up: Partitions, down: Partitions): Both {
  return {
    up: (i) => sharing(up, down.start(i), down.born(i)),
    down: (q) => sharing(down, up.start(q), up.born(q)),
  };
}

/** The slice of a coarser rule in which a slice begins. */
export function around(up: Partitions, down: Partitions): Both {
  return {
    up(i) {
      const at = up.at(down.start(i));
      return at >= 0 && up.born(at) > down.start(i) ? single(at) : [];
    },
    down: (q) => range(beginning(down, up.start(q)), beginning(down, up.born(q))),
  };
}

const size = (rule: Partitions, now: Date) => rule.count(now);

/** The same slice, or one so many places from it. */
export function shifted(up: Partitions, down: Partitions, places: number): Both {
  return {
    up(i) {
      const at = same(down, up, i);
      return at >= 0 && isThere(up, at + places) ? single(at + places) : [];
    },
    down: (q) => single(same(up, down, q - places)),
  };
}

/** The same slice and those before it, so many in all. */
export function window(up: Partitions, down: Partitions, length: number): Both {
  return {
    up(i) {
      const at = same(down, up, i);
      return at < 0 ? [] : range(Math.max(0, at + 1 - length), at + 1);
    },
    down(q, now) {
      const readers = Math.min(length, Math.max(size(up, now), size(down, now)) - q);
      return gathered(
        Array.from({ length: Math.max(0, readers) }, (_, n) => same(up, down, q + n)),
      );
    },
  };
}

/** Every slice. */
export const whole = (up: Partitions, down: Partitions): Both => ({
  up: (_, now) => range(0, size(up, now)),
  down: (_, now) => range(0, size(down, now)),
});

/** The newest slice. */
export function last(up: Partitions, down: Partitions): Both {
  const newest = (now: Date) => {
    let at = size(up, now) - 1;
    while (at >= 0 && up.removed(at)) at--;
    return at;
  };
  return {
    up: (_, now) => single(newest(now)),
    down: (q, now) => (q === newest(now) ? range(0, size(down, now)) : []),
  };
}

/** One slice; which ordinal it has is asked each time, since keys of a dynamic rule come and go. */
export const fixed = (up: Partitions, down: Partitions, key: string): Both => ({
  up: () => single(up.indexOf(key)),
  down: (q, now) => (q === up.indexOf(key) ? range(0, size(down, now)) : []),
});

/** How many slices had ended when a slice ended; all that have by now where slices are not spans of time. */
function endedBy(up: Partitions, down: Partitions, index: number, now: Date): number {
  if (!isTime(up)) return size(up, now);
  const end = isTime(down) ? Math.min(down.born(index), now.getTime()) : now.getTime();
  return up.count(new Date(end));
}

/** Slices that end at an instant or later. */
function endingFrom(down: Partitions, instant: number, now: Date): number {
  if (!isTime(down)) return instant <= now.getTime() ? 0 : size(down, now);
  return instant === -Infinity ? 0 : down.count(new Date(instant - 1));
}

/** All that had ended when the slice ended: the newest of them that exists is read. */
export const candidates = (up: Partitions, down: Partitions): Both => ({
  up: (i, now) => range(0, endedBy(up, down, i, now)),
  down: (q, now) => range(isTime(up) ? endingFrom(down, up.born(q), now) : 0, size(down, now)),
});

/** Those that end while the slice lasts; where none does the newest that had ended. Both are cut by time. */
export const before = (up: Partitions, down: Partitions): Both => ({
  up(i) {
    const end = up.count(new Date(down.born(i)));
    return range(Math.max(0, Math.min(up.count(new Date(down.start(i))), end - 1)), end);
  },
  down(q, now) {
    const readers = size(down, now);
    const next = q + 1 < size(up, now) ? endingFrom(down, up.born(q + 1), now) : readers;
    const within = Math.min(beginning(down, up.born(q)), readers);
    return range(endingFrom(down, up.born(q), now), Math.max(next, within));
  },
});

/** The slices that a table names. */
export function byTable(up: Partitions, down: Partitions, table: SliceTable): Both {
  const reads = (key: string) => gathered((table[key] ?? []).map((k) => up.indexOf(k)));
  const has = (ranges: OrdinalRanges, q: number) =>
    ranges.some((from, i) => i % 2 === 0 && from <= q && q < ranges[i + 1]!);
  return {
    up: (i) => reads(keyText(down.keyAt(i))),
    down: (q) =>
      gathered(Object.keys(table).filter((k) => has(reads(k), q)).map((k) => down.indexOf(k))),
  };
}

/** Whether slices of the same name are the same slice, and `up` has all of them. */
export function isAlike(up: Partitions, down: Partitions): boolean {
  if (up === down) return true;
  if (up.grain !== down.grain || up.cut !== down.cut) return false;
  if (isCross(up) && isCross(down)) {
    return Object.entries(down.dimensions).every(([d, rule]) => isAlike(up.dimensions[d]!, rule));
  }
  return up.grain !== "set" || down.keys(new Date(0)).every((k) => up.indexOf(k) >= 0);
}

const FINENESS = ["hour", "hours", "day", "week", "month"];
/** Negative if `up` is cut finer than `down`, positive if coarser; 0 if alike or in no order. */
const fineness = (up: Partitions, down: Partitions): number => {
  const [a, b] = [FINENESS.indexOf(up.grain), FINENESS.indexOf(down.grain)];
  return a < 0 || b < 0 ? 0 : a - b;
};

/** How a plain dep between two rules that are no cross arrives. */
export interface Natural {
  /** One slice, or those inside. */
  readonly as: "one" | "many";
  /** Which. */
  readonly both: Both;
}

/** The mapping that needs no word; undefined if there is none. */
export function natural(up: Partitions, down: Partitions): Natural | undefined {
  if (isAlike(up, down)) return { as: "one", both: shifted(up, down, 0) };
  const order = fineness(up, down);
  if (order === 0) return undefined;
  return order < 0
    ? { as: "many", both: overlap(up, down) }
    : { as: "one", both: around(up, down) };
}
