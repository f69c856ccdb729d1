/**
 * Which ticks of a cron have passed, and which of them are acted upon.
 *
 * @module
 */
import type { CatchUp } from "../declare/job.ts";
import { actsAt, type Spread } from "./jitter.ts";

/** The first instant of a cron later than `after`; undefined if there is none. */
export type NextTick = (cron: string, timezone: string, after: Date) => Date | undefined;

/** Ticks that are counted, or caught up at once: a program that was down for years starts within a second. */
const MOST_TICKS = 10_000;

/** A cron and how it is acted upon. */
export interface CronRule extends Spread {
  /** One expression, or several parted by `; `. */
  readonly cron: string;
  /** IANA zone. */
  readonly timezone: string;
  /** What happens to missed ticks. */
  readonly catchUp: CatchUp;
}

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
  rule: CronRule,
  last: Date,
  now: Date,
  next: NextTick,
  punctualMs = 60_000,
): Due {
  const { cron, timezone, catchUp } = rule;
  const after = (t: Date) => next(cron, timezone, t);
  const passed: Date[] = [];
  let at = after(last);
  while (at !== undefined && actsAt(rule, at) <= now && passed.length < MOST_TICKS) {
    passed.push(at);
    at = after(at);
  }
  // What does not fit is caught up from there at the next look.
  if (catchUp === "all") return { ticks: passed, skipped: 0, newest: passed.at(-1) };
  const hasMore = at !== undefined && actsAt(rule, at) <= now;
  const newest = hasMore ? newestActed(rule, after, at!, now) : passed.at(-1);
  const isMissed = !newest ||
    (catchUp === "none" && now.getTime() - actsAt(rule, newest).getTime() > punctualMs);
  const ticks = isMissed ? [] : [newest];
  const all = hasMore ? passed.length + 1 : passed.length;
  return { ticks, skipped: all - ticks.length, newest };
}

/** The newest tick that is acted upon by `now`, of which `known` is one. */
function newestActed(
  rule: CronRule,
  after: (t: Date) => Date | undefined,
  known: Date,
  now: Date,
): Date {
  let newest = newestTick(after, known, new Date(now.getTime() - (rule.jitterMs ?? 0)));
  let at = after(newest);
  while (at !== undefined && actsAt(rule, at) <= now) {
    newest = at;
    at = after(newest);
  }
  return newest;
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

/** How far back a tick is looked for: farther than any cron that ticks at all. */
const FARTHEST_MS = 40 * 366 * 86_400_000;

/**
 * The newest tick at or before an instant; undefined if there was none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastTick, nextTick } from "engine";
 *
 * const rule = { cron: "0 2 * * *", timezone: "UTC" };
 * const found = lastTick(rule, new Date("2025-01-27T12:00:00Z"), nextTick);
 * assertEquals(found, new Date("2025-01-27T02:00:00Z"));
 * ```
 */
export function lastTick(
  { cron, timezone }: Pick<CronRule, "cron" | "timezone">,
  at: Date,
  next: NextTick,
): Date | undefined {
  const after = (t: Date) => next(cron, timezone, t);
  for (let back = 3_600_000; back <= FARTHEST_MS; back *= 4) {
    const found = after(new Date(at.getTime() - back));
    if (found !== undefined && found <= at) return newestTick(after, found, at);
  }
  return undefined;
}
