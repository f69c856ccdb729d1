/**
 * The slices that a slice reads: the one place where operands and status iterate them.
 *
 * @module
 */
import { readsFrom, readsTo } from "./mapping.ts";
import type { World } from "./world.ts";

/**
 * One after the last slice that an edge reads for a slice. Of `newest` the newest that is visible — or, if `orAsked`, is
 * requested in this tick — else the newest that there is.
 */
export function inputsTo(w: World, edge: number, slice: number, orAsked: boolean): number {
  const { up, mapping } = w.edges;
  const upstream = up[edge]!;
  const rule = mapping[edge]!;
  const { count, at, changed, will } = w.columns;
  const to = readsTo(rule, slice, count[upstream]!);
  if (rule.kind !== "newest") return to;
  const first = at[upstream]!;
  for (let q = to - 1; q >= 0; q--) {
    if (changed[first + q] !== 0 || (orAsked && will[first + q] === w.tick)) return q + 1;
  }
  return to;
}

/** The first slice that an edge reads for a slice, given {@linkcode inputsTo}. */
export function inputsFrom(w: World, edge: number, slice: number, to: number): number {
  const rule = w.edges.mapping[edge]!;
  if (rule.kind === "newest") return to > 0 ? to - 1 : 0;
  return readsFrom(rule, slice, w.columns.count[w.edges.up[edge]!]!);
}
