/**
 * Windows between the instants of a cron expression.
 *
 * @module
 */
import { Cron } from "croner";
import { exclusion, type Weekday } from "./exclusion.ts";
import type { DayKey, MinuteKey, Partitions } from "./rule.ts";
import { isoLabel, timeRule } from "./time_rule.ts";
import { tabled, until, type Windows } from "./windows.ts";
import { LAST_INSTANT, type Zone, zoneOf } from "./zone.ts";

/** What `partitions.cron()` takes. */
export interface CronOptions {
  /** Five fields. A window lasts from one instant to the next: `0 6,18 * * mon-fri`. */
  readonly cron: string;
  /** No window starts before this day. */
  readonly start: DayKey;
  /** No window starts on this day or later. */
  readonly end?: DayKey;
  /** By the clocks of which place. @default {"UTC"} */
  readonly timezone?: string;
  /** Windows that start on these days do not exist: `["saturday", "2024-12-25"]`; those before end as they do. */
  readonly except?: readonly (Weekday | DayKey)[];
}

function parsed(cron: string, timezone: string): Cron {
  const cannot = `Cannot partition by cron "${cron}"`;
  if (cron.trim().split(/\s+/).length !== 5) {
    throw new SyntaxError(`${cannot}: it has not five fields, like "0 6,18 * * mon-fri"`);
  }
  try {
    return new Cron(cron, { timezone, paused: true });
  } catch (cause) {
    throw new SyntaxError(`${cannot}: ${(cause as Error).message}`, { cause });
  }
}

/** From each instant to the next. Instants are looked for in the order of time, as far as they are asked for. */
function between(cron: Cron, first: number, isOut: (instant: number) => boolean): Windows {
  const after = (instant: number) => cron.nextRun(new Date(instant))?.getTime();
  const from = (instant: number | undefined): readonly [number, number] | undefined => {
    for (let start = instant; start !== undefined && start <= LAST_INSTANT;) {
      const end = after(start);
      if (end !== undefined && !isOut(start)) return [start, end];
      start = end;
    }
    return undefined;
  };
  return tabled(from(after(first - 1)), (start) => from(after(start)));
}

/** Whether the clocks show the minute twice and a window starts both times. */
function isTwiceIn(windows: Windows, zone: Zone): (start: number) => boolean {
  const isStart = (instant: number) => {
    const at = windows.at(instant);
    return at >= 0 && windows.start(at) === instant;
  };
  return (start) => {
    const local = start + zone.offset(start);
    const first = zone.instantOf(local);
    if (first !== start) return isStart(first);
    const change = zone.nextChange(start);
    const second = change === Infinity ? NaN : local - zone.offset(change);
    return second >= change && isStart(second);
  };
}

/** One slice from each instant of a cron expression to the next. @throws {SyntaxError} If it cannot be read. */
export function cron(o: CronOptions): Partitions<MinuteKey, "cron"> {
  const zone = zoneOf(o.timezone ?? "UTC");
  const [first, last] = [o.start, o.end].map((text) => {
    if (text === undefined) return undefined;
    const local = isoLabel("2024-03-31", "T00:00:00Z").read(text);
    if (Number.isNaN(local)) {
      throw new RangeError(`Cannot bound cron partitions: "${text}" is not like "2024-03-31"`);
    }
    return zone.instantOf(local);
  });
  const isExcept = exclusion("cron", o.except ?? []);
  const isOut = (instant: number) => isExcept(instant + zone.offset(instant));
  const endless = between(parsed(o.cron, zone.name), first!, isOut);
  const windows = last === undefined ? endless : until(endless, last);
  const to = o.end === undefined ? "" : ` to ${o.end}`;
  const except = o.except?.length ? ` except ${o.except.join(", ")}` : "";
  const where = zone.name === "UTC" ? "" : ` in ${zone.name}`;
  return timeRule({
    grain: "cron",
    name: "cron",
    rule: `from each "${o.cron}" to the next from ${o.start}${to}${where}${except}`,
    cut: `from each "${o.cron}" to the next${where}`,
    windows,
    label: isoLabel("2024-03-31T05:30", ":00Z"),
    zone,
    ...(zone.name === "UTC" ? {} : { isTwice: isTwiceIn(windows, zone) }),
  });
}
