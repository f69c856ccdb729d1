/**
 * Steps that run for longer than they usually do.
 *
 * @module
 */
import { durationText } from "../declare/duration.ts";
import type { SliceKey } from "../ledger/records.ts";
import { median } from "./expected.ts";

/** A step that runs. */
export interface RunningStep extends SliceKey {
  /** The run. */
  readonly run: string;
  /** When its attempt began. */
  readonly startedAt: Date;
}

/** One that runs for too long. */
export interface SlowStep extends RunningStep {
  /** How long, and what is usual, in words. */
  readonly words: string;
}

/** What counts as long. */
export interface SlowRule {
  /** So many times the median of the asset. @default {3} */
  readonly factor?: number;
  /** Never before so many milliseconds. @default {300000} */
  readonly floorMs?: number;
  /** Past successes without which nothing is usual. @default {3} */
  readonly least?: number;
}

/**
 * The steps that run for longer than `factor` times the median of their own asset. `durations` are milliseconds of the
 * last successes by asset.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { slowSteps } from "engine";
 *
 * const startedAt = new Date("2025-01-27T06:00:00Z");
 * const running = [{ asset: "report", partition: "", run: "7", startedAt }];
 * const usual = new Map([["report", [60_000, 120_000, 180_000]]]);
 * const slow = slowSteps(running, usual, new Date("2025-01-27T06:07:00Z"));
 * assertEquals(slow[0]?.words, "runs for 7 min, usually 2 min");
 * ```
 */
export function slowSteps(
  running: readonly RunningStep[],
  durations: ReadonlyMap<string, readonly number[]>,
  now: Date,
  { factor = 3, floorMs = 300_000, least = 3 }: SlowRule = {},
): readonly SlowStep[] {
  return running.flatMap((step) => {
    const past = durations.get(step.asset) ?? [];
    const usual = median(past);
    if (usual === null || past.length < least) return [];
    const ms = now.getTime() - step.startedAt.getTime();
    if (ms <= Math.max(floorMs, factor * usual)) return [];
    return [{ ...step, words: `runs for ${durationText(ms)}, usually ${durationText(usual)}` }];
  });
}
