/**
 * Sets of ordinals: the slices of an asset that are built, stale, chosen for a backfill.
 *
 * @module
 */

/** Sorted disjoint ranges, flat: `[from, to, from, to, …]`, `to` excluded. */
export type Ranges = readonly number[];

/** Above so many ranges a set is kept as bits: memory and time stop growing with the ranges (bench/partitions_1m.ts). */
const MOST_RANGES = 1_024;
/** Bits are kept only where ranges are so dense: below, they would take more memory than the ranges. */
const WORDS_PER_RANGE = 64;

function problemOf(ranges: Ranges): string | undefined {
  let before = -1;
  for (let i = 0; i < ranges.length; i += 2) {
    const [from, to] = [ranges[i]!, ranges[i + 1] ?? NaN];
    if (!Number.isInteger(from) || !Number.isInteger(to) || from <= before || from >= to) {
      return `${from} to ${to} is empty, not whole, or does not lie after ${before}`;
    }
    before = to;
  }
  return undefined;
}

const bitsIn = (word: number): number => {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
};

function toBits(ranges: Ranges): Int32Array {
  const bits = new Int32Array(Math.ceil((ranges.at(-1) ?? 0) / 32));
  for (let r = 0; r < ranges.length; r += 2) fill(bits, ranges[r]!, ranges[r + 1]!);
  return bits;
}

function fill(bits: Int32Array, from: number, to: number): void {
  const [first, last] = [from >>> 5, (to - 1) >>> 5];
  const head = ~0 << (from & 31);
  const tail = ~0 >>> (31 - ((to - 1) & 31));
  if (first === last) {
    bits[first]! |= head & tail;
    return;
  }
  bits[first]! |= head;
  bits.fill(~0, first + 1, last);
  bits[last]! |= tail;
}

/** How many ranges the bits make. */
function rangesIn(bits: Int32Array): number {
  let found = 0;
  let carry = 0;
  for (let w = 0; w < bits.length; w++) {
    const word = bits[w]!;
    if (word !== 0) found += bitsIn(word & ~((word << 1) | carry));
    carry = word >>> 31;
  }
  return found;
}

function toRanges(bits: Int32Array): number[] {
  const ranges: number[] = [];
  let isOpen = false;
  for (let w = 0; w < bits.length; w++) {
    const word = bits[w]!;
    if (word === (isOpen ? -1 : 0)) continue;
    for (let b = 0; b < 32; b++) {
      if (((word >>> b) & 1) === (isOpen ? 1 : 0)) continue;
      ranges.push(w * 32 + b);
      isOpen = !isOpen;
    }
  }
  if (isOpen) ranges.push(bits.length * 32);
  return ranges;
}

type Rule = (inA: boolean, inB: boolean) => boolean;

/** Walks the edges of both once: O(ranges of both). */
function combined(a: Ranges, b: Ranges, keep: Rule): number[] {
  const made: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === at) i++;
    if (b[j] === at) j++;
    if (keep(i % 2 === 1, j % 2 === 1) !== (made.length % 2 === 1)) made.push(at);
  }
  return made;
}

type WordRule = (a: number, b: number) => number;

function combinedBits(a: Int32Array, b: Int32Array, keep: WordRule): Int32Array {
  const made = new Int32Array(Math.max(a.length, b.length));
  for (let w = 0; w < made.length; w++) made[w] = keep(a[w] ?? 0, b[w] ?? 0);
  return made;
}

const TEXT = /^(\d+(-\d+)?(,\d+(-\d+)?)*)?$/;

/**
 * An immutable set of whole numbers from 0. Few ranges are kept as ranges, many as bits; who uses it does not see which.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OrdinalSet } from "engine";
 *
 * const asked = OrdinalSet.of([0, 10]);
 * const built = OrdinalSet.from([3, 4, 7]);
 * assertEquals(asked.minus(built).toString(), "0-2,5-6,8-9");
 * assertEquals(asked.minus(built).size, 7);
 * ```
 */
export class OrdinalSet {
  /** Nothing. */
  static readonly empty: OrdinalSet = new OrdinalSet([], undefined);
  readonly #ranges: Ranges | undefined;
  readonly #bits: Int32Array | undefined;
  #size: number | undefined;

  private constructor(ranges: Ranges | undefined, bits: Int32Array | undefined) {
    this.#ranges = ranges;
    this.#bits = bits;
  }

  /** The set of sorted disjoint ranges. @throws {RangeError} If they are not. */
  static of(ranges: Ranges): OrdinalSet {
    const problem = problemOf(ranges);
    if (problem) throw new RangeError(`Cannot make a set of ranges: ${problem}`);
    return OrdinalSet.#kept(ranges);
  }

  /** The set of numbers in any order. */
  static from(ordinals: Iterable<number>): OrdinalSet {
    const ranges: number[] = [];
    for (const n of [...ordinals].sort((a, b) => a - b)) {
      const end = ranges.at(-1) ?? -1;
      if (n === end) ranges[ranges.length - 1] = n + 1;
      else if (n > end || ranges.length === 0) ranges.push(n, n + 1);
    }
    return OrdinalSet.of(ranges);
  }

  /** Reads what `toString` wrote, `0-2,5,8-9`. @throws {SyntaxError} If it is not like that. */
  static parse(text: string): OrdinalSet {
    if (!TEXT.test(text)) {
      throw new SyntaxError(`Cannot read a set: "${text.slice(0, 100)}" is not like "0-2,5,8-9"`);
    }
    return OrdinalSet.of(
      text === "" ? [] : text.split(",").flatMap((part) => {
        const [from, to] = part.split("-").map(Number) as [number, number?];
        return [from, (to ?? from) + 1];
      }),
    );
  }

  static #kept(ranges: Ranges): OrdinalSet {
    const isDense = (ranges.at(-1) ?? 0) / 32 <= ranges.length * WORDS_PER_RANGE;
    return ranges.length > 2 * MOST_RANGES && isDense
      ? new OrdinalSet(undefined, toBits(ranges))
      : new OrdinalSet(ranges, undefined);
  }

  static #keptBits(bits: Int32Array): OrdinalSet {
    return rangesIn(bits) > MOST_RANGES
      ? new OrdinalSet(undefined, bits)
      : OrdinalSet.#kept(toRanges(bits));
  }

  #with(other: OrdinalSet, keep: Rule, keepWord: WordRule): OrdinalSet {
    if (this.#ranges && other.#ranges) {
      return OrdinalSet.#kept(combined(this.#ranges, other.#ranges, keep));
    }
    // A few ranges far away would make bits that are mostly empty.
    const far = Math.max(this.end, other.end) / 32 >
      WORDS_PER_RANGE * Math.max(this.#bits?.length ?? 0, other.#bits?.length ?? 0);
    if (far) return OrdinalSet.#kept(combined(this.ranges, other.ranges, keep));
    const [a, b] = [this.#bits ?? toBits(this.ranges), other.#bits ?? toBits(other.ranges)];
    return OrdinalSet.#keptBits(combinedBits(a, b, keepWord));
  }

  /** What is in either. */
  union(other: OrdinalSet): OrdinalSet {
    return this.#with(other, (a, b) => a || b, (a, b) => a | b);
  }

  /** What is in this one only. */
  minus(other: OrdinalSet): OrdinalSet {
    return this.#with(other, (a, b) => a && !b, (a, b) => a & ~b);
  }

  /** What is in both. */
  intersect(other: OrdinalSet): OrdinalSet {
    return this.#with(other, (a, b) => a && b, (a, b) => a & b);
  }

  /** How many numbers. */
  get size(): number {
    return this.#size ??= this.#counted();
  }

  #counted(): number {
    if (this.#bits) {
      let sum = 0;
      for (let w = 0; w < this.#bits.length; w++) sum += bitsIn(this.#bits[w]!);
      return sum;
    }
    return this.ranges.reduce((sum, edge, i) => sum + (i % 2 ? edge : -edge), 0);
  }

  /** One after the largest; 0 if there is none. */
  get end(): number {
    if (this.#ranges) return this.#ranges.at(-1) ?? 0;
    const bits = this.#bits!;
    const last = bits.findLastIndex((word) => word !== 0);
    return last < 0 ? 0 : last * 32 + 32 - Math.clz32(bits[last]!);
  }

  /** Whether a number is in it. O(log ranges), O(1) for bits. */
  has(ordinal: number): boolean {
    if (this.#bits) return ((this.#bits[ordinal >>> 5] ?? 0) >>> (ordinal & 31) & 1) === 1;
    const ranges = this.ranges;
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]! <= ordinal) low = middle + 1;
      else high = middle;
    }
    return low % 2 === 1;
  }

  /** The ranges. O(1), or O(numbers) where it is kept as bits. */
  get ranges(): Ranges {
    return this.#ranges ?? toRanges(this.#bits!);
  }

  /** The numbers, smallest first. */
  *[Symbol.iterator](): Generator<number> {
    const ranges = this.ranges;
    for (let r = 0; r < ranges.length; r += 2) {
      for (let n = ranges[r]!; n < ranges[r + 1]!; n++) yield n;
    }
  }

  /** `0-2,5,8-9`, both ends included. */
  toString(): string {
    const { ranges } = this;
    const parts: string[] = [];
    for (let r = 0; r < ranges.length; r += 2) {
      const [from, last] = [ranges[r]!, ranges[r + 1]! - 1];
      parts.push(from === last ? `${from}` : `${from}-${last}`);
    }
    return parts.join(",");
  }

  /** As {@linkcode OrdinalSet.toString}. */
  toJSON(): string {
    return this.toString();
  }
}
