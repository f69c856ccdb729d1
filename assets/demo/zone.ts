/**
 * Local time to UTC, fast enough for a million conversions.
 *
 * @module
 */

const DAY = 86_400_000;

/** A time zone within a span of time. */
export interface Zone {
  /** IANA name. */
  readonly name: string;
  /** Milliseconds that local time is ahead of UTC at the instant `utc`. */
  offset(utc: number): number;
  /** The instant at which clocks show `local` (milliseconds as if local time were UTC). */
  toUtc(local: number): number;
}

/**
 * Reads the transitions of `name` in [from, to] once; outside that span the nearest offset holds.
 */
export function zone(name: string, from: number, to: number): Zone {
  const at = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name).offsetNanoseconds / 1e6;
  const starts: number[] = [from];
  const offsets: number[] = [at(from)];
  for (let day = from; day < to; day += DAY) {
    let [low, high] = [day, day + DAY];
    if (at(low) === at(high)) continue;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle) === at(low)) low = middle;
      else high = middle;
    }
    starts.push(high);
    offsets.push(at(high));
  }
  const offset = (utc: number) => {
    let i = starts.length - 1;
    while (i > 0 && starts[i]! > utc) i--;
    return offsets[i]!;
  };
  return { name, offset, toUtc: (local) => local - offset(local - offset(local)) };
}
