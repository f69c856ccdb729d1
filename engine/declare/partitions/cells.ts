/**
 * Numbers for the cells of several rules of which any may grow, so that no cell ever moves.
 *
 * @module
 */
import type { Partitions } from "./rule.ts";

const HOUR = 3_600_000;
/** No rule of time goes further. */
const LAST = Date.UTC(2200, 0, 1);

const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);

/** Place of a cell in a block, row by row, and back. */
const place = (cell: readonly number[], sizes: readonly number[]) =>
  cell.reduce((at, c, d) => at * sizes[d]! + c, 0);

function unplace(at: number, sizes: readonly number[]): number[] {
  const cell: number[] = sizes.map(() => 0);
  for (let d = sizes.length - 1; d >= 0; d--) {
    cell[d] = at % sizes[d]!;
    at = Math.floor(at / sizes[d]!);
  }
  return cell;
}

/** Cells that come into being in one instant: [`first`, `end`). */
interface Moment {
  readonly first: number;
  readonly end: number;
  /** Counts of the rules before. */
  readonly before: readonly number[];
  readonly blocks: readonly (readonly number[])[];
}

/**
 * Cells are numbered in the order in which they come into being: when the last of their slices does. How many there
 * were before that instant is the product of the counts then, so both directions are arithmetic. Cells of one instant
 * are numbered by the first dimension that is new, then row by row. With one rule of time and lists this is: time, and
 * within a window all combinations of the lists.
 */
export class Cells {
  readonly #rules: readonly Partitions<string>[];
  readonly #fixed: readonly boolean[];
  /** Where one rule of time is crossed with lists: cells in blocks, one a window. -1 otherwise. */
  readonly #only: number;
  readonly #block: readonly number[];
  #last: Moment | undefined;

  /** One rule for each coordinate of a cell. */
  constructor(rules: readonly Partitions<string>[]) {
    this.#rules = rules;
    this.#fixed = rules.map((r) => r.grain === "set");
    const growing = rules.flatMap((_, d) => (this.#fixed[d] ? [] : [d]));
    this.#only = growing.length === 1 && rules[growing[0]!]!.timezone ? growing[0]! : -1;
    this.#block = this.#only < 0
      ? []
      : rules.map((r, d) => (d === this.#only ? 1 : r.count(new Date(0))));
  }

  /** How many cells there are at an instant. O(dimensions). */
  count(now: Date): number {
    return product(this.#rules.map((r) => r.count(now)));
  }

  /** When a cell comes into being. */
  born(cell: readonly number[]): number {
    return Math.max(...cell.map((i, d) => this.#rules[d]!.born(i)));
  }

  /** The ordinal of a cell. */
  indexOf(cell: readonly number[]): number {
    const only = this.#only;
    if (only >= 0) {
      const inBlock = cell.map((c, d) => (d === only ? 0 : c));
      return cell[only]! * product(this.#block) + place(inBlock, this.#block);
    }
    const born = this.born(cell);
    const before = this.#counts(born - 1);
    const after = this.#counts(born);
    if (born === -Infinity) return place(cell, after);
    let index = product(before);
    for (const [d, sizes] of blocks(before, after).entries()) {
      if (cell[d]! >= before[d]!) {
        return index + place(cell.map((c, i) => (i === d ? c - before[d]! : c)), sizes);
      }
      index += product(sizes);
    }
    throw new Error("A cell that comes into being has a coordinate that is new");
  }

  /** The cell of an ordinal; undefined if there is and will be none. */
  cellAt(index: number): number[] | undefined {
    if (!Number.isInteger(index) || index < 0) return undefined;
    if (this.#fixed.every(Boolean)) {
      const sizes = this.#counts(0);
      return index < product(sizes) ? unplace(index, sizes) : undefined;
    }
    if (this.#only >= 0) return this.#inBlocks(index);
    const found = this.#momentOf(index);
    if (!found) return undefined;
    const { first, before } = found;
    let rest = index - first;
    for (const [d, sizes] of found.blocks.entries()) {
      if (rest < product(sizes)) {
        return unplace(rest, sizes).map((c, i) => (i === d ? c + before[d]! : c));
      }
      rest -= product(sizes);
    }
    return undefined;
  }

  /** The cells that come into being together with one. Those of the last question answer most questions. */
  #momentOf(index: number): Moment | undefined {
    const last = this.#last;
    if (last && index >= last.first && index < last.end) return last;
    const born = this.#bornAt(index);
    if (born === undefined) return undefined;
    const [before, after] = [this.#counts(born - 1), this.#counts(born)];
    const made = {
      first: product(before),
      end: product(after),
      before,
      blocks: blocks(before, after),
    };
    // Keys of a dynamic rule may come at any time, also in between.
    if (this.#rules.every((r) => r.grain !== "dynamic")) this.#last = made;
    return made;
  }

  #inBlocks(index: number): number[] {
    const size = product(this.#block);
    const at = Math.floor(index / size);
    return unplace(index % size, this.#block).map((c, d) => (d === this.#only ? at : c));
  }

  #counts(instant: number): number[] {
    const at = new Date(instant === -Infinity ? 0 : instant);
    return this.#rules.map((r) => r.count(at));
  }

  /** The first instant at which there are more than `index` cells: O(log time). */
  #bornAt(index: number): number | undefined {
    const starts = this.#rules.filter((_, d) => !this.#fixed[d]).map((r) => r.born(0));
    let low = Math.max(...starts);
    if (low === Infinity) return undefined;
    let high = low;
    for (let step = HOUR; this.count(new Date(high)) <= index; step *= 2) {
      if (high > LAST) return undefined;
      low = high + 1;
      high += step;
    }
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.count(new Date(middle)) > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The new cells of an instant as disjoint blocks: dimensions before `d` are old, `d` is new, those after are any. */
function blocks(before: readonly number[], after: readonly number[]): number[][] {
  return after.map((size, d) =>
    after.map((a, i) => (i < d ? before[i]! : i === d ? size - before[d]! : a))
  );
}
