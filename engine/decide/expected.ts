/**
 * How long a plan will take, from how long its steps took before.
 *
 * @module
 */
import type { PlannedStep } from "../ledger/records.ts";

/** Expected durations in milliseconds. */
export interface Expected {
  /** Of each step, in the order of the plan; null if the asset never ran. */
  readonly steps: readonly (number | null)[];
  /** Of the longest chain, which is the least that the whole takes; null if no step ever ran. */
  readonly total: number | null;
}

/** The middle of some numbers; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/**
 * Expected durations of a plan. `durations` are those of the last successes by asset; a step without any counts as
 * nothing in the total, which then is a lower bound.
 */
export function expected(
  plan: readonly PlannedStep[],
  durations: ReadonlyMap<string, readonly number[]>,
): Expected {
  const usual = new Map([...durations].map(([asset, ms]) => [asset, median(ms)]));
  const steps = plan.map((s) => usual.get(s.asset) ?? null);
  const ends: number[] = [];
  plan.forEach((s, i) => {
    const begin = s.needs.reduce((latest, n) => Math.max(latest, ends[n] ?? 0), 0);
    ends.push(begin + (steps[i] ?? 0));
  });
  const known = steps.some((s) => s !== null);
  return { steps, total: known ? ends.reduce((a, b) => Math.max(a, b), 0) : null };
}
