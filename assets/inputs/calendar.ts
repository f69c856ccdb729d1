/**
 * The local clock of a user: offsets, hours and days of an IANA time zone, fast enough for millions
 * of instants.
 *
 * @module
 */

/** Milliseconds of an hour. */
export const HOUR = 3_600_000;
/** Milliseconds of 24 hours. */
export const DAY = 24 * HOUR;

// Offsets change on quarter hours of UTC only, so one look-up serves every instant in between.
const QUARTER = 900_000;

/** A local clock. All instants are milliseconds since 1970 UTC. */
export interface Zone {
  /** IANA name. */
  readonly name: string;
  /** False if the name was unknown and the clock is UTC in its place. */
  readonly isKnown: boolean;
  /** What is added to UTC to read the local clock, in milliseconds. */
  offset(instant: number): number;
}

const zones = new Map<string, Zone>();

/** The clock of an IANA time zone; of UTC, marked as not known, if there is no such zone. */
export function zoneOf(name: string): Zone {
  const before = zones.get(name);
  if (before) return before;
  const zone = openZone(name);
  zones.set(name, zone);
  return zone;
}

function openZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      timeZoneName: "longOffset",
    });
  } catch {
    return { name: "UTC", isKnown: false, offset: () => 0 };
  }
  const offsets = new Map<number, number>();
  return {
    name,
    isKnown: true,
    offset(instant) {
      const quarter = Math.floor(instant / QUARTER);
      let found = offsets.get(quarter);
      if (found === undefined) {
        found = parseOffset(format.formatToParts(quarter * QUARTER));
        offsets.set(quarter, found);
      }
      return found;
    },
  };
}

function parseOffset(parts: readonly Intl.DateTimeFormatPart[]): number {
  const text = parts.find((p) => p.type === "timeZoneName")?.value ?? "GMT";
  const found = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!found) {
    throw new RangeError(`Cannot read time zone offset: "${text}" is not like "GMT+02:00"`);
  }
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = found;
  const size = Number(hours) * HOUR + Number(minutes) * 60_000 + Number(seconds) * 1_000;
  return sign === "-" ? -size : size;
}

/** Local time of day in hours, [0, 24). */
export function localHour(zone: Zone, instant: number): number {
  const local = instant + zone.offset(instant);
  return (local - Math.floor(local / DAY) * DAY) / HOUR;
}

/** Local calendar day as the number of days since 1970-01-01. */
export function localDay(zone: Zone, instant: number): number {
  return Math.floor((instant + zone.offset(instant)) / DAY);
}

/** Day of the week of a local calendar day: 0 is Monday, 6 is Sunday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/**
 * The instant at which the local clock shows `hour` on the local calendar day `day`.
 *
 * Where the clock jumps over that hour, the instant is the one the clock would have reached without
 * the jump; where it passes twice, the first.
 */
export function instantOf(zone: Zone, day: number, hour: number): number {
  const local = day * DAY + hour * HOUR;
  const earlier = local - zone.offset(local - DAY);
  const later = local - zone.offset(local + DAY);
  const first = Math.min(earlier, later);
  if (first + zone.offset(first) === local) return first;
  const second = Math.max(earlier, later);
  return second + zone.offset(second) === local ? second : first;
}

/**
 * The UTC midnight at or before an instant: what was known when that day's predictions were made.
 */
export function utcMidnight(instant: number): number {
  return Math.floor(instant / DAY) * DAY;
}

/** Hours from one time of day to another on a circle of 24 hours, in [−12, 12). */
export function hoursBetween(from: number, to: number): number {
  return (((to - from + 12) % 24) + 24) % 24 - 12;
}
