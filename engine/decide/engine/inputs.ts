/**
 * The slices that a slice reads: the one place where operands and status learn of them.
 *
 * @module
 */
import { readsFrom, readsTo } from "./mapping.ts";
import type { Ranges } from "./ranges.ts";
import type { World } from "./world.ts";

const NONE: Ranges = [];

/**
 * The slices that an edge reads for a slice. Of `newest` the newest that is visible — or, if `orAsked`, is requested in
 * this tick — else the newest that there is.
 */
export function inputsOf(w: World, edge: number, slice: number, orAsked: boolean): Ranges {
  const upstream = w.edges.up[edge]!;
  const rule = w.edges.mapping[edge]!;
  const count = w.columns.count[upstream]!;
  if (rule.kind === "custom") {
    const read = clipped(rule.up(slice), count);
    return rule.newest ? newestOf(w, upstream, read, orAsked) : read;
  }
  const from = readsFrom(rule, slice, count);
  const to = readsTo(rule, slice, count);
  if (from >= to) return NONE;
  return rule.kind === "newest" ? newestOf(w, upstream, [from, to], orAsked) : [from, to];
}

function clipped(ranges: Ranges, count: number): Ranges {
  const isWithin = ranges.length === 0 || ranges.at(-1)! <= count;
  if (isWithin) return ranges;
  const kept: number[] = [];
  for (let r = 0; r < ranges.length; r += 2) {
    const to = Math.min(ranges[r + 1]!, count);
    if (ranges[r]! < to) kept.push(ranges[r]!, to);
  }
  return kept;
}

function newestOf(w: World, upstream: number, read: Ranges, orAsked: boolean): Ranges {
  const { at, changed, will } = w.columns;
  const first = at[upstream]!;
  for (let r = read.length - 2; r >= 0; r -= 2) {
    for (let q = read[r + 1]! - 1; q >= read[r]!; q--) {
      const isThere = changed[first + q] !== 0 || (orAsked && will[first + q] === w.tick);
      if (isThere) return [q, q + 1];
    }
  }
  return read.length === 0 ? NONE : [read.at(-1)! - 1, read.at(-1)!];
}
