/**
 * When a failed step is tried again.
 *
 * @module
 */
import type { Retry } from "../declare/asset.ts";
import { milliseconds } from "../declare/duration.ts";
import { DoNotRetry, RetryRequested } from "../declare/errors.ts";

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

/** Causes below an error that are looked at. */
const DEEPEST = 10;

/** What code asked for by the error that it threw; the outermost wish in the chain of causes holds. */
export function wishOf(thrown: unknown): DoNotRetry | RetryRequested | undefined {
  let at = thrown;
  for (let depth = 0; at instanceof Error && depth < DEEPEST; depth++) {
    if (at instanceof DoNotRetry || at instanceof RetryRequested) return at;
    at = at.cause;
  }
  return undefined;
}

/** Another try. */
export interface NextTry {
  /** When it may begin. */
  readonly at: Date;
  /** Whether the attempt before it is one of those that `retry` allows. */
  readonly counts: boolean;
}

/** What is known when an attempt has failed. */
export interface FailedTry {
  /** What was thrown. */
  readonly thrown: unknown;
  /** Attempts before this one that failed and count. */
  readonly failures: number;
  /** The time. */
  readonly now: Date;
  /** Numbers in [0, 1). */
  random(): number;
}

/**
 * The try after one that failed, or null if that was the last one: what the code asked for by {@linkcode DoNotRetry} or
 * {@linkcode RetryRequested}, else what the asset declares.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DoNotRetry, nextTry, RetryRequested } from "engine";
 *
 * const failed = { failures: 0, now: new Date("2025-01-27T06:00:00Z"), random: () => 0.5 };
 * const retry = { attempts: 2, delay: "10s" } as const;
 * const asked = new RetryRequested("not there yet", { delay: "5m", counts: false });
 * const at = new Date("2025-01-27T06:05:00Z");
 * assertEquals(nextTry(retry, { ...failed, thrown: asked }), { at, counts: false });
 * assertEquals(nextTry(retry, { ...failed, thrown: new DoNotRetry("no such key") }), null);
 * ```
 */
export function nextTry(retry: Retry, failed: FailedTry): NextTry | null {
  const wish = wishOf(failed.thrown);
  if (wish instanceof DoNotRetry) return null;
  const allowed = { ...retry, attempts: wish?.attempts ?? retry.attempts };
  const counts = wish?.counts ?? true;
  const policy = counts ? allowed : { ...allowed, attempts: Infinity };
  const at = retryAt(policy, failed.failures + 1, failed.now, () => failed.random());
  if (at === null) return null;
  if (wish?.delay === undefined) return { at, counts };
  return { at: new Date(failed.now.getTime() + milliseconds(wish.delay)), counts };
}
