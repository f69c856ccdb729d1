/**
 * Simulated runs of the same thing, as one line.
 *
 * @module
 */
import type { RunState } from "../../ledger/records.ts";
import type { SimulatedRun } from "./report.ts";

/** Runs with the same title. */
export interface RunsAlike {
  /** What they make, in words. */
  readonly title: string;
  /** How many. */
  readonly runs: number;
  /** When the last one was asked for. */
  readonly lastAt: Date;
  /** Where the last one stands at the end. */
  readonly lastState: RunState;
  /** The longest from the begin of the first step to the end, milliseconds; null if none ended. */
  readonly takesMs: number | null;
  /** The longest from being asked for to the begin of the first step, milliseconds; null if none began. */
  readonly waitsMs: number | null;
}

const longest = (ms: readonly number[]): number | null =>
  ms.length === 0 ? null : ms.reduce((a, b) => Math.max(a, b));

const between = (from: Date | null, to: Date | null) =>
  from && to ? [to.getTime() - from.getTime()] : [];

/** Runs by title, in the order of the first of each. */
export function runsAlike(runs: readonly SimulatedRun[]): readonly RunsAlike[] {
  return [...Map.groupBy(runs, (r) => r.title)].map(([title, of]) => {
    const last = of.at(-1)!;
    return {
      title,
      runs: of.length,
      lastAt: last.createdAt,
      lastState: last.state,
      takesMs: longest(of.flatMap((r) => between(r.startedAt, r.endedAt))),
      waitsMs: longest(of.flatMap((r) => between(r.createdAt, r.startedAt))),
    };
  });
}
