/**
 * Which ticks of a cron have passed, and which of them are acted upon.
 *
 * @module
 */
import type { CatchUp } from "../declare/job.ts";

/** The first instant of a cron later than `after`; undefined if there is none. */
export type NextTick = (cron: string, timezone: string, after: Date) => Date | undefined;

/** Ticks that are counted, or caught up at once: a program that was down for years starts within a second. */
const MOST_TICKS = 10_000;

/** What a cron asks for now. */
export interface Due {
  /** Ticks to act upon, oldest first. */
  readonly ticks: readonly Date[];
  /** Ticks that passed and are not acted upon; of very many the first 10,000 are counted. */
  readonly skipped: number;
  /** Up to where ticks have been dealt with: the newest that has passed; undefined if none has. */
  readonly newest: Date | undefined;
}

/**
 * The ticks in (`last`, `now`]: of several that were missed the newest alone, all, or none, as the policy says. A tick
 * counts as missed when another one has passed since or when it is older than `punctualMs`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { due } from "engine";
 *
 * const hourly = (_cron: string, _zone: string, after: Date) =>
 *   new Date((Math.floor(after.getTime() / 3_600_000) + 1) * 3_600_000);
 * const cron = { cron: "0 * * * *", timezone: "UTC", catchUp: "latest" } as const;
 * const found = due(cron, new Date("2025-01-27T01:30:00Z"), new Date("2025-01-27T04:10:00Z"), hourly);
 * assertEquals([found.ticks, found.skipped], [[new Date("2025-01-27T04:00:00Z")], 2]);
 * ```
 */
export function due(
  rule: { readonly cron: string; readonly timezone: string; readonly catchUp: CatchUp },
  last: Date,
  now: Date,
  next: NextTick,
  punctualMs = 60_000,
): Due {
  const { cron, timezone, catchUp } = rule;
  const passed: Date[] = [];
  let at = next(cron, timezone, last);
  while (at !== undefined && at <= now && passed.length < MOST_TICKS) {
    passed.push(at);
    at = next(cron, timezone, at);
  }
  // What does not fit is caught up from there at the next look.
  if (catchUp === "all") return { ticks: passed, skipped: 0, newest: passed.at(-1) };
  const hasMore = at !== undefined && at <= now;
  const newest = hasMore ? newestTick((t) => next(cron, timezone, t), at!, now) : passed.at(-1);
  const isMissed = !newest || (catchUp === "none" && now.getTime() - newest.getTime() > punctualMs);
  const ticks = isMissed ? [] : [newest];
  const all = hasMore ? passed.length + 1 : passed.length;
  return { ticks, skipped: all - ticks.length, newest };
}

/** The newest tick up to `now`, of which `known` is one: found by halving, since crons are only read forwards. */
function newestTick(next: (after: Date) => Date | undefined, known: Date, now: Date): Date {
  let newest = known;
  let low = known.getTime();
  let high = now.getTime();
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = next(new Date(middle));
    if (found !== undefined && found <= now) {
      newest = found;
      low = found.getTime();
    } else high = middle;
  }
  return newest;
}
