/**
 * Hours, days, weeks and months, in UTC or by the clocks of a place.
 *
 * @module
 */
import { exclusion, type Weekday, WEEKDAYS } from "./exclusion.ts";
import type { DayKey, Grain, HourKey, MonthKey, Partitions } from "./rule.ts";
import { isoLabel, type Label, timeRule } from "./time_rule.ts";
import { tabled, until, type Windows } from "./windows.ts";
import { LAST_INSTANT, type Zone, zoneOf } from "./zone.ts";

/** What rules of time have in common. */
export interface TimeOptions<Start extends string> {
  /** The first slice. */
  readonly start: Start;
  /** No slice starts here or later. */
  readonly end?: Start;
  /** By the clocks of which place, `Europe/Berlin`; days of 23 or 25 hours are one slice each. @default {"UTC"} */
  readonly timezone?: string;
  /** Slices that start on these days do not exist: `["saturday", "sunday", "2024-12-25"]`. */
  readonly except?: readonly (Weekday | DayKey)[];
}

/** As {@linkcode TimeOptions}, for slices of whole days. */
export interface DayOptions<Start extends string> extends TimeOptions<Start> {
  /** When the day begins, `06:00`; the slice has the name of the day on which it begins. @default {"00:00"} */
  readonly begins?: `${number}:${number}`;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Windows by local time: where each starts, and which one a local time lies in. Arithmetic on local milliseconds. */
interface Local {
  start(index: number): number;
  at(local: number): number;
}

const everyMs = (first: number, ms: number): Local => ({
  start: (i) => first + i * ms,
  at: (local) => Math.floor((local - first) / ms),
});

function everyMonth(first: number, day: number, beginsAt: number): Local {
  const shift = (day - 1) * DAY + beginsAt;
  const monthOf = (local: number) => {
    const d = new Date(local - shift);
    return d.getUTCFullYear() * 12 + d.getUTCMonth();
  };
  const zero = monthOf(first);
  return {
    start: (i) => Date.UTC(Math.floor((zero + i) / 12), (zero + i) % 12) + shift,
    at: (local) => monthOf(local) - zero,
  };
}

/** Windows in UTC are their own local time: O(1). */
const inUtc = (local: Local): Windows => ({
  size: Infinity,
  start: local.start,
  end: (i) => local.start(i + 1),
  at: (instant) => Math.max(-1, local.at(instant)),
});

/** Windows by the clocks of a place; a window of which the clocks show nothing does not exist (Samoa, 2011-12-30). */
function byClocks(local: Local, zone: Zone, isOut: (local: number) => boolean): Windows {
  let index = -1;
  const next = (): readonly [number, number] | undefined => {
    for (;;) {
      const start = zone.instantOf(local.start(++index));
      if (start > LAST_INSTANT) return undefined;
      const end = zone.instantOf(local.start(index + 1));
      if (end > start && !isOut(local.start(index))) return [start, end];
    }
  };
  return tabled(next(), next);
}

/** Hours that the clocks show; where they jump by half an hour, the hour is cut there. */
function clockHours(first: number, zone: Zone, isOut: (local: number) => boolean): Windows {
  const hourFrom = (start: number): readonly [number, number] => {
    const local = start + zone.offset(start);
    return [start, Math.min(start + HOUR - (local % HOUR), zone.nextChange(start))];
  };
  const next = (from: number): readonly [number, number] | undefined => {
    for (let hour = hourFrom(from);; hour = hourFrom(hour[1])) {
      if (hour[0] > LAST_INSTANT) return undefined;
      if (!isOut(hour[0] + zone.offset(hour[0]))) return hour;
    }
  };
  return tabled(next(first), (start) => next(hourFrom(start)[1]));
}

/** Whether the clocks show a part of the hour twice. */
function isHourTwice(zone: Zone): (start: number) => boolean {
  return (start) => {
    const local = start + zone.offset(start);
    const hour = local - local % HOUR;
    // Half an hour is the least that clocks are put back by: its ends and its middle see every such change.
    return [hour, hour + HOUR / 2].some((l) => {
      const first = zone.instantOf(l);
      const change = zone.nextChange(first);
      return zone.offset(change) + change <= l && change < Infinity;
    });
  };
}

/** What a rule in local time adds to the options that people write. */
interface Cut<G extends Grain> {
  readonly grain: G;
  readonly name: string;
  readonly label: Label;
  /** What stands in the rule behind the start, ` at 06:00`. */
  readonly detail?: string;
  /** Windows from the local time at which the first one starts. */
  local(first: number): Local;
}

function boundary(name: string, what: string, label: Label, text: string): number {
  const local = label.read(text);
  if (Number.isNaN(local)) {
    throw new RangeError(
      `Cannot ${what} ${name} partitions: "${text}" is not like "${label.like}"`,
    );
  }
  return local;
}

/** The rule in words, with its ends and exclusions and without. */
function words(o: TimeOptions<string>, cut: { name: string; detail?: string }) {
  const detail = cut.detail ?? "";
  const where = o.timezone === undefined || o.timezone === "UTC" ? "" : ` in ${o.timezone}`;
  const to = o.end === undefined ? "" : ` to ${o.end}`;
  const except = o.except?.length ? ` except ${o.except.join(", ")}` : "";
  return {
    rule: `${cut.name} from ${o.start}${to}${detail}${where}${except}`,
    cut: `${cut.name}${detail}${where}`,
  };
}

function cutBy<K extends string, G extends Grain>(
  o: TimeOptions<string>,
  cut: Cut<G>,
): Partitions<K, G> {
  const zone = zoneOf(o.timezone ?? "UTC");
  const first = boundary(cut.name, "start", cut.label, o.start);
  const last = o.end === undefined ? undefined : boundary(cut.name, "end", cut.label, o.end);
  const local = cut.local(first);
  if (local.start(Math.max(0, local.at(first))) !== first) {
    throw new RangeError(
      `Cannot start ${cut.name} partitions: "${o.start}" lies inside ` +
        `"${cut.label.write(local.start(local.at(first)))}"`,
    );
  }
  const except = o.except ?? [];
  const isOut = exclusion(cut.name, except);
  const isPlain = zone.name === "UTC" && except.length === 0;
  const isHourly = cut.grain === "hour";
  const endless = isPlain
    ? inUtc(local)
    : isHourly
    ? clockHours(zone.instantOf(first), zone, isOut)
    : byClocks(local, zone, isOut);
  const windows = last === undefined ? endless : until(endless, zone.instantOf(last));
  return timeRule({
    grain: cut.grain,
    name: cut.name,
    ...words(o, cut),
    windows,
    label: cut.label,
    zone,
    ...(isHourly && zone.name !== "UTC" ? { isTwice: isHourTwice(zone) } : {}),
  });
}

/** One slice an hour. */
export const hourly = (o: TimeOptions<HourKey>): Partitions<HourKey, "hour"> =>
  cutBy(o, {
    grain: "hour",
    name: "hourly",
    label: isoLabel("2024-03-31T05", ":00:00Z"),
    local: (first) => everyMs(first, HOUR),
  });

/** One slice every 2, 3, 4, 6, 8 or 12 hours. */
export function hours(
  o: TimeOptions<HourKey> & { readonly every: number },
): Partitions<HourKey, "hours"> {
  const { every } = o;
  if (!Number.isInteger(every) || every < 2 || every > 12 || 24 % every) {
    throw new RangeError(`Cannot cut a day into pieces of ${every} hours: 2, 3, 4, 6, 8 or 12 do`);
  }
  return cutBy(o, {
    grain: "hours",
    name: `${every}-hourly`,
    label: isoLabel("2024-03-31T06", ":00:00Z"),
    // From midnight, whatever the first slice is.
    local: (first) => {
      const midnight = first - first % DAY;
      const skipped = Math.floor((first - midnight) / (every * HOUR));
      return everyMs(midnight + skipped * every * HOUR, every * HOUR);
    },
  });
}

function beginning(
  name: string,
  begins = "00:00",
): { readonly ms: number; readonly detail?: string } {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(begins)) {
    throw new RangeError(`Cannot begin ${name} partitions at "${begins}": a time is like "06:00"`);
  }
  const [h, m] = begins.split(":").map(Number) as [number, number];
  const ms = h * HOUR + m * 60_000;
  return ms === 0 ? { ms } : { ms, detail: ` at ${begins}` };
}

const wholeDays = <G extends Grain>(
  o: DayOptions<DayKey>,
  cut: { readonly grain: G; readonly name: string; readonly days: number },
): Partitions<DayKey, G> => {
  const { ms, ...detail } = beginning(cut.name, o.begins);
  return cutBy(o, {
    ...cut,
    ...detail,
    label: isoLabel("2024-03-31", "T00:00:00Z", ms),
    local: (first) => everyMs(first, cut.days * DAY),
  });
};

/** One slice a day. */
export const daily = (o: DayOptions<DayKey>): Partitions<DayKey, "day"> =>
  wholeDays(o, { grain: "day", name: "daily", days: 1 });

/** One slice a week; the key is its first day, and weeks begin on the weekday of `start`. */
export function weekly(o: DayOptions<DayKey>): Partitions<DayKey, "week"> {
  const rule = wholeDays(o, { grain: "week", name: "weekly", days: 7 });
  const first = WEEKDAYS[new Date(`${o.start}T00:00:00Z`).getUTCDay()]!;
  return { ...rule, cut: `${rule.cut} on ${first}` };
}

/** One slice a month. */
export function monthly(
  o: DayOptions<MonthKey> & { readonly day?: number },
): Partitions<MonthKey, "month"> {
  const { day = 1 } = o;
  if (!Number.isInteger(day) || day < 1 || day > 28) {
    throw new RangeError(`Cannot begin months on day ${day}: 1 to 28 do, every month has them`);
  }
  const { ms, detail = "" } = beginning("monthly", o.begins);
  const shift = (day - 1) * DAY + ms;
  return cutBy(o, {
    grain: "month",
    name: "monthly",
    label: isoLabel("2024-03", "-01T00:00:00Z", shift),
    detail: (day === 1 ? "" : ` on day ${day}`) + detail,
    local: (first) => everyMonth(first, day, ms),
  });
}
