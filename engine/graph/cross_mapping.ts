/**
 * Mappings of rules that are crossed: dimension by dimension.
 *
 * @module
 */
import type { Partitions } from "../declare/partitions.ts";
import {
  type Both,
  gathered,
  isAlike,
  isCross,
  type Natural,
  natural,
  type OrdinalRanges,
  shifted,
} from "./mapping_parts.ts";

/** A rule as rows of coordinates: a rule that is no cross has one, without a name. */
interface Axes {
  /** Names, in the order of coordinates. */
  readonly names: readonly string[];
  readonly rules: readonly Partitions[];
  cell(index: number): readonly number[];
  indexOf(cell: readonly number[]): number;
}

function axesOf(rule: Partitions): Axes {
  if (!isCross(rule)) {
    return { names: [""], rules: [rule], cell: (i) => [i], indexOf: ([i]) => i! };
  }
  const names = Object.keys(rule.dimensions).sort();
  const rules = names.map((n) => rule.dimensions[n]!);
  return { names, rules, cell: rule.cell, indexOf: rule.indexOfCell };
}

/** A dimension of the upstream that goes with one of the reader. */
interface Pair {
  readonly up: string;
  readonly down: string;
  readonly both: Both;
}

/** Every combination of the coordinates in ranges, as ranges of ordinals. O(slices). */
function combined({ indexOf }: Axes, ranges: readonly OrdinalRanges[]): OrdinalRanges {
  let cells: number[][] = [[]];
  for (const of of ranges) {
    const values: number[] = [];
    for (let r = 0; r < of.length; r += 2) {
      for (let i = of[r]!; i < of[r + 1]!; i++) values.push(i);
    }
    cells = cells.flatMap((c) => values.map((v) => [...c, v]));
  }
  return gathered(cells.map(indexOf));
}

const upTo = (ranges: OrdinalRanges, count: number): OrdinalRanges =>
  ranges.map((i) => Math.min(i, count));

/** Pairs say which coordinates go together; of dimensions that are in no pair all slices do. */
function byPairs(up: Partitions, down: Partitions, pairs: readonly Pair[]): Both {
  const [above, below] = [axesOf(up), axesOf(down)];
  const ofUp = above.names.map((n) => pairs.find((p) => p.up === n));
  const ofDown = below.names.map((n) => pairs.find((p) => p.down === n));
  return {
    up(i, now) {
      if (i < 0) return [];
      const cell = below.cell(i);
      return combined(
        above,
        ofUp.map((pair, d) =>
          pair
            ? pair.both.up(cell[below.names.indexOf(pair.down)]!, now)
            : [0, above.rules[d]!.count(now)]
        ),
      );
    },
    down(q, now) {
      const cell = above.cell(q);
      return combined(
        below,
        ofDown.map((pair, d) => {
          const count = below.rules[d]!.count(now);
          if (!pair) return [0, count];
          return upTo(pair.both.down(cell[above.names.indexOf(pair.up)]!, now), count);
        }),
      );
    },
  };
}

/**
 * Dimensions of the one rule that is a cross which the other goes with by itself: that very rule, else those that are
 * cut alike, else those that are cut coarser or finer.
 */
export function fittingDimensions(up: Partitions, down: Partitions): readonly string[] {
  if (isCross(up) === isCross(down)) return [];
  const all = Object.entries((isCross(up) ? up : isCross(down) ? down : undefined)!.dimensions)
    .map(([name, rule]) => ({
      name,
      up: isCross(up) ? rule : up,
      down: isCross(up) ? down : rule,
    }));
  const tests = [
    (d: typeof all[number]) => d.up === d.down,
    (d: typeof all[number]) => isAlike(d.up, d.down),
    (d: typeof all[number]) => natural(d.up, d.down) !== undefined,
  ];
  for (const fits of tests) {
    const found = all.filter(fits);
    if (found.length) return found.map(({ name }) => name);
  }
  return [];
}

/** The rule of a dimension; the rule itself where it is no cross; undefined if it has no such dimension. */
export const ruleIn = (rule: Partitions, name: string): Partitions | undefined =>
  isCross(rule) ? rule.dimensions[name] : rule;

/** By one dimension that either or both of two rules have. Undefined if that does not go together. */
export function inDimension(up: Partitions, down: Partitions, name: string): Natural | undefined {
  const [above, below] = [ruleIn(up, name), ruleIn(down, name)];
  const found = above && below && natural(above, below);
  if (!found) return undefined;
  const pair = {
    up: isCross(up) ? name : "",
    down: isCross(down) ? name : "",
    both: found.both,
  };
  return { as: isCross(up) ? "many" : found.as, both: byPairs(up, down, [pair]) };
}

/** Names that two crosses share. */
export const sharedDimensions = (up: Partitions, down: Partitions): readonly string[] =>
  isCross(up) && isCross(down)
    ? Object.keys(up.dimensions).filter((n) => down.dimensions[n] !== undefined)
    : [];

/** Two crosses by the names that they share; undefined if there is none, or slices of one of them have no mapping. */
export function byNames(up: Partitions, down: Partitions): Natural | undefined {
  const pairs: Pair[] = [];
  let as: Natural["as"] = "one";
  for (const name of sharedDimensions(up, down)) {
    const found = natural(ruleIn(up, name)!, ruleIn(down, name)!);
    if (!found) return undefined;
    if (found.as === "many") as = "many";
    pairs.push({ up: name, down: name, both: found.both });
  }
  if (!pairs.length) return undefined;
  if (axesOf(up).names.length > pairs.length) as = "many";
  return { as, both: byPairs(up, down, pairs) };
}

/** `move` along one dimension of two crosses that are cut alike, the same slice in all others. */
export function alongDimension(
  up: Partitions,
  down: Partitions,
  name: string,
  move: (up: Partitions, down: Partitions) => Both,
): Both {
  const pairs = axesOf(down).names.map((n): Pair => {
    const [above, below] = [ruleIn(up, n)!, ruleIn(down, n)!];
    return { up: n, down: n, both: n === name ? move(above, below) : shifted(above, below, 0) };
  });
  return byPairs(up, down, pairs);
}
