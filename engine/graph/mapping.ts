/**
 * Which slices of an upstream a slice reads, and which slices read one: arithmetic on ordinals, both ways.
 *
 * @module
 */
import type { Dep, SliceTable } from "../declare/deps.ts";
import { type Cross, keyText, type Partitions } from "../declare/partitions.ts";
import { upstreamOf } from "./order.ts";

/** Sorted disjoint ranges of ordinals, flat: `[from, to, from, to, …]`, `to` excluded. */
export type OrdinalRanges = readonly number[];

/** A dep between two rules as arithmetic. */
export interface Mapping {
  /**
   * How it arrives. `order` loads nothing; `one` is a plain value; `maybe` the same, or undefined where the rule has no
   * such slice; `many` arrives as slices; `newest` is the last of those read that is materialized.
   */
  readonly as: "order" | "one" | "maybe" | "many" | "newest";
  /** The slices of the upstream that slice `index` reads. One range, but for tables. */
  up(index: number, now: Date): OrdinalRanges;
  /** The slices that read slice `index` of the upstream: inverse of `up` among the slices that exist at `now`. */
  down(index: number, now: Date): OrdinalRanges;
}

type Both = Pick<Mapping, "up" | "down">;

const isTime = (rule: Partitions): boolean => rule.timezone !== undefined;
const range = (from: number, to: number): OrdinalRanges => (from < to ? [from, to] : []);
const single = (index: number): OrdinalRanges => range(index, index < 0 ? index : index + 1);

/** Ordinals in any order as ranges. */
function gathered(ordinals: readonly number[]): OrdinalRanges {
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

function overlap(up: Partitions, down: Partitions): Both {
  return {
    up: (i) => sharing(up, down.start(i), down.born(i)),
    down: (q) => sharing(down, up.start(q), up.born(q)),
  };
}

/** The slice of a coarser rule in which a slice begins. */
function around(up: Partitions, down: Partitions): Both {
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
function shifted(up: Partitions, down: Partitions, places: number): Both {
  return {
    up(i) {
      const at = same(down, up, i);
      return at >= 0 && isThere(up, at + places) ? single(at + places) : [];
    },
    down: (q) => single(same(up, down, q - places)),
  };
}

function window(up: Partitions, down: Partitions, length: number): Both {
  return {
    up(i) {
      const at = same(down, up, i);
      return at < 0 ? [] : range(Math.max(0, at + 1 - length), at + 1);
    },
    down: (q) => gathered(Array.from({ length }, (_, n) => same(up, down, q + n))),
  };
}

const whole = (up: Partitions, down: Partitions): Both => ({
  up: (_, now) => range(0, size(up, now)),
  down: (_, now) => range(0, size(down, now)),
});

function last(up: Partitions, down: Partitions): Both {
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
const fixed = (up: Partitions, down: Partitions, key: string): Both => ({
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
const candidates = (up: Partitions, down: Partitions): Both => ({
  up: (i, now) => range(0, endedBy(up, down, i, now)),
  down: (q, now) => range(isTime(up) ? endingFrom(down, up.born(q), now) : 0, size(down, now)),
});

/** The newest that had ended when the slice ended. */
const before = (up: Partitions, down: Partitions): Both => ({
  up: (i) => single(up.count(new Date(down.born(i))) - 1),
  down(q, now) {
    const next = q + 1 < size(up, now) ? endingFrom(down, up.born(q + 1), now) : size(down, now);
    return range(endingFrom(down, up.born(q), now), next);
  },
});

function byTable(up: Partitions, down: Partitions, table: SliceTable): Both {
  const reads = (key: string) => gathered((table[key] ?? []).map((k) => up.indexOf(k)));
  const has = (ranges: OrdinalRanges, q: number) =>
    ranges.some((from, i) => i % 2 === 0 && from <= q && q < ranges[i + 1]!);
  return {
    up: (i) => reads(keyText(down.keyAt(i))),
    down: (q) =>
      gathered(Object.keys(table).filter((k) => has(reads(k), q)).map((k) => down.indexOf(k))),
  };
}

const isCross = (rule: Partitions): rule is Cross<{ [d: string]: Partitions<string> }> =>
  rule.grain === "cross";

/** The slice that one dimension of a cross says. O(slices that read it) downwards. */
function inDimension(up: Partitions, down: Partitions, name: string): Both {
  if (!isCross(down)) return { up: () => [], down: () => [] };
  const names = Object.keys(down.dimensions).sort();
  const place = names.indexOf(name);
  const own = down.dimensions[name]!;
  return {
    up: (i) => single(same(own, up, down.cell(i)[place]!)),
    down(q, now) {
      const at = same(up, own, q);
      if (at < 0 || at >= own.count(now)) return [];
      let cells: number[][] = [[]];
      for (const n of names) {
        const values = n === name
          ? [at]
          : Array.from({ length: down.dimensions[n]!.count(now) }, (_, i) => i);
        cells = cells.flatMap((c) => values.map((v) => [...c, v]));
      }
      return gathered(cells.map((c) => down.indexOfCell(c)));
    },
  };
}

/** Dimensions of a cross that are cut as a rule is. */
export function fittingDimensions(up: Partitions, down: Partitions): readonly string[] {
  if (!isCross(down)) return [];
  const all = Object.entries(down.dimensions);
  const itself = all.filter(([, rule]) => rule === up);
  const found = itself.length ? itself : all.filter(([, rule]) => isAlike(up, rule));
  return found.map(([name]) => name);
}

/** Whether slices of the same name are the same slice. */
export function isAlike(up: Partitions, down: Partitions): boolean {
  if (up === down) return true;
  if (up.grain !== down.grain || up.cut !== down.cut) return false;
  return up.grain !== "set" || down.keys(new Date(0)).every((k) => up.indexOf(k) >= 0);
}

const FINENESS = ["hour", "hours", "day", "week", "month"];
/** Negative if `up` is cut finer than `down`, positive if coarser; 0 if alike or in no order. */
const fineness = (up: Partitions, down: Partitions): number => {
  const [a, b] = [FINENESS.indexOf(up.grain), FINENESS.indexOf(down.grain)];
  return a < 0 || b < 0 ? 0 : a - b;
};

function aligned(up: Partitions, down: Partitions): Mapping {
  if (up.grain === "none") return { as: "one", ...whole(up, down) };
  if (down.grain === "none") return { as: "many", ...whole(up, down) };
  if (isCross(down) && !isCross(up)) {
    return { as: "one", ...inDimension(up, down, fittingDimensions(up, down)[0] ?? "") };
  }
  const order = fineness(up, down);
  if (order < 0) return { as: "many", ...overlap(up, down) };
  if (order > 0) return { as: "one", ...around(up, down) };
  return { as: "one", ...shifted(up, down, 0) };
}

function ordered(up: Partitions, down: Partitions): Both {
  if (up.grain === "none") return whole(up, down);
  if (isAlike(up, down)) return shifted(up, down, 0);
  return isTime(up) && isTime(down) ? before(up, down) : { up: () => [], down: () => [] };
}

/**
 * A dep of an asset that is cut by `down`, as arithmetic. What {@linkcode mappingProblem} has nothing to say about.
 *
 * @example A day reads its 24 hours, an hour is read by its day
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, mappingOf, partitions } from "engine";
 *
 * const hourly = partitions.hourly({ start: "2024-01-01T00" });
 * const daily = partitions.daily({ start: "2024-01-01" });
 * const hours = asset({ name: "hours", partitions: hourly, materialize: () => 1 });
 * const mapping = mappingOf(hours, daily);
 * const now = new Date("2024-02-01T00:00:00Z");
 * assertEquals(mapping.up(2, now), [48, 72]);
 * assertEquals(mapping.down(50, now), [2, 3]);
 * ```
 */
export function mappingOf(dep: Dep, down: Partitions): Mapping {
  const byRule = known.get(dep) ?? new WeakMap<Partitions, Mapping>();
  known.set(dep, byRule);
  const before = byRule.get(down);
  if (before) return before;
  const made = newMapping(dep, down);
  byRule.set(down, made);
  return made;
}

const known = new WeakMap<Dep, WeakMap<Partitions, Mapping>>();

function newMapping(dep: Dep, down: Partitions): Mapping {
  const up = upstreamOf(dep).partitions;
  if (!("mode" in dep)) return aligned(up, down);
  switch (dep.mode) {
    case "all":
      return { as: "many", ...whole(up, down) };
    case "latest":
      return { as: "one", ...last(up, down) };
    case "newest":
      return { as: "newest", ...candidates(up, down) };
    case "window":
      return { as: "many", ...window(up, down, dep.size ?? 1) };
    case "offset":
      return { as: "maybe", ...shifted(up, down, dep.detail as number) };
    case "previous":
      return { as: "maybe", ...shifted(up, down, -1) };
    case "only":
      return { as: "one", ...fixed(up, down, dep.detail as string) };
    case "map":
      return { as: "many", ...byTable(up, down, dep.detail as SliceTable) };
    case "dimension":
      return { as: "one", ...inDimension(up, down, dep.detail as string) };
    case "overlap":
      return { as: "many", ...overlap(up, down) };
    case "after":
      return { as: "order", ...ordered(up, down) };
  }
}

/** Why a dep cannot be mapped, as the end of a sentence; undefined if it can. */
export function mappingProblem(dep: Dep, down: Partitions): string | undefined {
  const up = upstreamOf(dep).partitions;
  const both = `"${up.rule}" and "${down.rule}"`;
  const mode = "mode" in dep ? dep.mode : "aligned";
  const hint = "wrap it in all(), latest(), mapped(), overlapping() or after()";
  if (mode === "window" || mode === "offset") {
    if (!isAlike(up, down)) return `${both} are not cut alike, ${hint}`;
  }
  if (mode === "window" || mode === "offset" || mode === "previous") {
    return isTime(down) ? undefined : `"${down.rule}" has no slice before another`;
  }
  if (mode === "overlap") {
    return isTime(up) && isTime(down) ? undefined : `${both} are not both cut by time`;
  }
  if (mode === "only") return unreadable(up, [(dep as { detail: string }).detail]);
  if (mode === "map") return tableProblem(up, down, (dep as { detail: SliceTable }).detail);
  if (mode === "dimension") return dimensionProblem(up, down, (dep as { detail: string }).detail);
  return mode === "aligned" ? alignedProblem(up, down, both, hint) : undefined;
}

function unreadable(rule: Partitions, keys: readonly string[]): string | undefined {
  // Keys of a dynamic rule come and go.
  if (rule.grain === "dynamic") return undefined;
  for (const key of keys) {
    try {
      rule.parse(key);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return error.message.replace(/^Cannot read /, "cannot read ");
    }
  }
  return undefined;
}

function tableProblem(up: Partitions, down: Partitions, table: SliceTable): string | undefined {
  if (down.grain !== "set") return `mapped() is for lists, "${down.rule}" is none`;
  const without = down.keys(new Date(0)).find((k) => !(keyText(k) in table));
  if (without !== undefined) return `mapped() has no entry for "${keyText(without)}"`;
  return unreadable(down, Object.keys(table)) ?? unreadable(up, Object.values(table).flat());
}

function dimensionProblem(up: Partitions, down: Partitions, name: string): string | undefined {
  if (!isCross(down)) return `"${down.rule}" has no dimensions`;
  const own = down.dimensions[name];
  if (!own) {
    return `"${down.rule}" has no dimension "${name}", it has "${
      Object.keys(down.dimensions).join(`", "`)
    }"`;
  }
  return isAlike(up, own) ? undefined : `"${up.rule}" and "${own.rule}" are not cut alike`;
}

function alignedProblem(
  up: Partitions,
  down: Partitions,
  both: string,
  hint: string,
): string | undefined {
  if (up.grain === "none" || down.grain === "none" || isAlike(up, down)) return undefined;
  if (isCross(down) && !isCross(up)) {
    const fitting = fittingDimensions(up, down);
    if (fitting.length === 1) return undefined;
    return fitting.length === 0
      ? `no dimension of "${down.rule}" is cut as "${up.rule}" is, ${hint}`
      : `dimensions "${fitting.join(`", "`)}" all fit, choose one with dimension(asset, name)`;
  }
  return fineness(up, down) === 0 ? `${both} are not cut alike, ${hint}` : undefined;
}
