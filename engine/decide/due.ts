/**
 * Which ticks of a cron have passed, and which of them are acted upon.
 *
 * @module
 */
import type { CatchUp } from "../declare/job.ts";

/** The first instant of a cron later than `after`; undefined if there is none. */
export type NextTick = (cron: string, timezone: string, after: Date) => Date | undefined;

/** Ticks that are looked back upon at most: a program that was down for years starts within a second. */
const MOST_TICKS = 10_000;

/** What a cron asks for now. */
export interface Due {
  /** Ticks to act upon, oldest first. */
  readonly ticks: readonly Date[];
  /** Ticks that passed and are not acted upon. */
  readonly skipped: number;
  /** The newest tick that has passed; undefined if none has. */
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
  const passed: Date[] = [];
  let at = next(rule.cron, rule.timezone, last);
  while (at !== undefined && at <= now && passed.length < MOST_TICKS) {
    passed.push(at);
    at = next(rule.cron, rule.timezone, at);
  }
  const newest = passed.at(-1);
  const ticks = rule.catchUp === "all"
    ? passed
    : passed.slice(-1).filter((t) =>
      rule.catchUp === "latest" || now.getTime() - t.getTime() <= punctualMs
    );
  return { ticks, skipped: passed.length - ticks.length, newest };
}
