/**
 * When a failed step is tried again.
 *
 * @module
 */
import type { Retry } from "../declare/asset.ts";
import { milliseconds } from "../declare/duration.ts";

/** An exponential wait stops growing here. */
const LONGEST_MS = 3_600_000;

/**
 * When the attempt after `attempt` (counted from 1) may begin, or null if that was the last one. `random` gives numbers
 * in [0, 1); a jitter of 0.2 spreads the wait over ±10 %, so that steps that failed together do not come back together.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { retryAt } from "engine";
 *
 * const now = new Date("2025-01-27T06:00:00Z");
 * const retry = { attempts: 3, delay: "10s", jitter: 0 } as const;
 * assertEquals(retryAt(retry, 2, now, Math.random), new Date("2025-01-27T06:00:20Z"));
 * assertEquals(retryAt(retry, 3, now, Math.random), null);
 * ```
 */
export function retryAt(
  retry: Retry,
  attempt: number,
  now: Date,
  random: () => number,
): Date | null {
  if (attempt >= retry.attempts) return null;
  const first = milliseconds(retry.delay ?? "1s");
  const grown = (retry.backoff ?? "exponential") === "constant"
    ? first
    : Math.max(first, Math.min(first * 2 ** (attempt - 1), LONGEST_MS));
  const jitter = retry.jitter ?? 0.2;
  return new Date(now.getTime() + Math.round(grown * (1 + jitter * (random() - 0.5))));
}
