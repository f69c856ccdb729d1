/**
 * What a measurement is and what it gives.
 *
 * @module
 */

/** One figure: the median of several runs. */
export interface Figure {
  /** `chain_40`. */
  readonly name: string;
  /** The median. */
  readonly value: number;
  /** `s`, `MB`. */
  readonly unit: string;
  /** How often it was measured. */
  readonly runs: number;
  /** The best run. */
  readonly min: number;
  /** The worst run. */
  readonly max: number;
  /** What it was measured with. */
  readonly params: { readonly [name: string]: string | number };
}

/** A measurement, in a file of its own. */
export interface Bench {
  /** As it is asked for; also the name of its first figure. */
  readonly name: string;
  /** What is measured, in one line. */
  readonly what: string;
  /** Measures; ends everything that it starts. */
  measure(): Promise<readonly Figure[]>;
}

/** What {@linkcode figure} needs besides the samples. */
export type FigureOf = Pick<Figure, "name" | "unit"> & Partial<Pick<Figure, "params">>;

/**
 * The figure of some samples.
 *
 * @throws {RangeError} If there are no samples.
 */
export function figure(of: FigureOf, samples: readonly number[]): Figure {
  if (samples.length === 0) throw new RangeError(`Cannot give "${of.name}": nothing was measured`);
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {
    name: of.name,
    value: rounded(median),
    unit: of.unit,
    runs: sorted.length,
    min: rounded(sorted[0]!),
    max: rounded(sorted.at(-1)!),
    params: of.params ?? {},
  };
}

/**
 * The sample below which this share of them lies, 0 to 1.
 *
 * @throws {RangeError} If there are no samples.
 */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError("Cannot give a quantile: nothing was measured");
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Four significant digits: more are noise. */
const rounded = (n: number): number => Number(n.toPrecision(4));

/** Seconds that something takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

/** Does something `times` times, one after the other. */
export async function repeated<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await work());
  return results;
}
