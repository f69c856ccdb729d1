/**
 * Whether promises about age are kept.
 *
 * @module
 */
import { durationText } from "../declare/duration.ts";
import type { Freshness } from "../declare/freshness.ts";
import type { FreshnessState } from "./status.ts";

/** What is known of the age of an asset. */
export interface Age {
  /** The promise, if one was made. */
  readonly policy: Freshness | undefined;
  /** Last success; of its newest slice, where it has slices: filling history makes nothing younger. */
  readonly builtAt: Date | null;
  /** Since when the asset is known; a promise about an asset that was never built counts from here. */
  readonly knownSince?: Date | undefined;
}

/** How a promise stands. */
export interface Lateness {
  /** The verdict. */
  readonly state: FreshnessState;
  /** The verdict in words: `built 2 h ago, due again in 4 h`; empty if nothing was promised. */
  readonly words: string;
  /** When the promise is or was broken, if that is known. */
  readonly dueAt: Date | null;
}

function stateAt(policy: Freshness, ageMs: number): FreshnessState {
  if (ageMs >= policy.maxAge) return "late";
  return ageMs >= policy.warnAge ? "warn" : "ok";
}

/**
 * Judges a promise. An asset that was never built is a warning until its promised age has passed since it is known.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { freshness, lateness } from "engine";
 *
 * const policy = freshness({ within: "6h" });
 * const builtAt = new Date("2025-01-27T04:00:00Z");
 * const found = lateness({ policy, builtAt }, new Date("2025-01-27T06:00:00Z"));
 * assertEquals([found.state, found.words], ["ok", "built 2 h ago, due again in 4 h"]);
 * ```
 */
export function lateness(age: Age, now: Date): Lateness {
  const { policy, builtAt, knownSince } = age;
  if (!policy) return { state: "none", words: "", dueAt: null };
  const since = builtAt ?? knownSince;
  const dueAt = since ? new Date(since.getTime() + policy.maxAge) : null;
  const built = builtAt ? `built ${durationText(span(builtAt, now))} ago` : "never built";
  if (!dueAt || !since) return { state: "warn", words: built, dueAt };
  const state = stateAt(policy, span(since, now));
  if (state === "late") {
    return { state, words: `${built}, late by ${durationText(span(dueAt, now))}`, dueAt };
  }
  const words = `${built}, due ${builtAt ? "again " : ""}in ${durationText(span(now, dueAt))}`;
  return { state: builtAt ? state : "warn", words, dueAt };
}

const span = (from: Date, to: Date) => Math.max(0, to.getTime() - from.getTime());

/** A stretch of time in which a promise stood one way. */
export interface Stretch {
  /** Its begin. */
  readonly from: Date;
  /** Its end. */
  readonly to: Date;
  /** How the promise stood. */
  readonly state: FreshnessState;
}

/** The stretches between `from` and `to`, oldest first, for an asset that was built at the given instants. */
export function freshnessTrack(
  policy: Freshness | undefined,
  builds: readonly Date[],
  window: {
    readonly from: Date;
    readonly to: Date;
    /** {@linkcode Age.knownSince} */
    readonly knownSince?: Date | undefined;
  },
): readonly Stretch[] {
  const { from, to, knownSince } = window;
  if (!policy) return from < to ? [{ from, to, state: "none" }] : [];
  const times = [...builds].sort((a, b) => a.getTime() - b.getTime());
  const track: Stretch[] = [];
  const put = (start: number, end: number, state: FreshnessState) => {
    const [a, b] = [Math.max(start, from.getTime()), Math.min(end, to.getTime())];
    if (a >= b) return;
    const last = track.at(-1);
    if (last?.state === state) track[track.length - 1] = { ...last, to: new Date(b) };
    else track.push({ from: new Date(a), to: new Date(b), state });
  };
  const first = times[0]?.getTime() ?? to.getTime();
  const known = Math.min(first, knownSince?.getTime() ?? first);
  const late = Math.min(first, known + policy.maxAge);
  put(from.getTime(), known, "none");
  put(known, late, "warn");
  put(late, first, "late");
  times.forEach((built, i) => {
    const until = times[i + 1]?.getTime() ?? to.getTime();
    const warn = built.getTime() + policy.warnAge;
    const late = built.getTime() + policy.maxAge;
    put(built.getTime(), Math.min(warn, until), "ok");
    put(warn, Math.min(late, until), "warn");
    put(late, until, "late");
  });
  return track;
}
