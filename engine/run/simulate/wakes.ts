/**
 * When conditions have to be looked at although nothing happened.
 *
 * @module
 */
import type { Partitions } from "../../declare/partitions.ts";
import { keyText } from "../../declare/partitions.ts";
import { crons } from "../../decide/condition_crons.ts";
import type { NextTick } from "../../decide/due.ts";
import type { Definitions } from "../../graph/define.ts";

const MINUTE = 60_000;

/** The first instant after `now` at which a condition may say otherwise by itself; Infinity up to `until` if none. */
export type NextWake = (now: number, until: number) => number;

/** Ticks of conditions, slices that end, and lateness, looked at each hour if a condition asks for it. */
export function wakesOf({ assets }: Definitions, next: NextTick): NextWake {
  const asking = assets.filter((a) => a.when);
  const ticking = asking.flatMap((a) => crons(a.when));
  const rules = [...new Set(asking.map((a) => a.partitions))].filter((r) => r.grain !== "none");
  const asksLate = asking.some((a) => JSON.stringify(a.when).includes('"late"'));
  const known = new Map<Partitions, number>();
  return (now, until) => {
    const ticks = ticking.map((c) =>
      next(c.cron, c.timezone, new Date(now))?.getTime() ?? Infinity
    );
    const ends = rules.map((rule) => {
      const before = known.get(rule);
      if (before !== undefined && before > now) return before;
      const found = nextEnd(rule, now, until);
      known.set(rule, found);
      return found;
    });
    const hour = asksLate ? (Math.floor(now / (60 * MINUTE)) + 1) * 60 * MINUTE : Infinity;
    return Math.min(hour, ...ticks, ...ends);
  };
}

/** The first full minute after `now` at which a newer slice has ended: by doubling, then by halving. */
function nextEnd(rule: Partitions, now: number, until: number): number {
  const newest = (at: number) => {
    const key = rule.newest(new Date(at));
    return key === undefined ? undefined : keyText(key);
  };
  const first = (Math.floor(now / MINUTE) + 1) * MINUTE;
  const standing = newest(now);
  let span = MINUTE;
  while (first + span < until && newest(first + span) === standing) span *= 2;
  let [low, high] = [first, Math.min(first + span, until)];
  if (newest(high) === standing) return Infinity;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
    if (newest(middle) === standing) low = middle + MINUTE;
    else high = middle;
  }
  return high;
}
