/**
 * Days on which no slice starts.
 *
 * @module
 */
import { isoLabel } from "./time_rule.ts";

/** A day of the week. */
export type Weekday =
  | "sunday"
  | "monday"
  | "tuesday"
  | "wednesday"
  | "thursday"
  | "friday"
  | "saturday";

/** All of them, as `Date` counts them. */
export const WEEKDAYS: readonly Weekday[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];

/**
 * Whether a local time lies on one of some weekdays and dates.
 *
 * @throws {RangeError} If one of them is neither.
 */
export function exclusion(name: string, except: readonly string[]): (local: number) => boolean {
  const out = new Set<string>();
  for (const e of except) {
    const isDay = !Number.isNaN(isoLabel("2024-03-31", "T00:00:00Z").read(e));
    if (!isDay && !(WEEKDAYS as readonly string[]).includes(e)) {
      throw new RangeError(
        `Cannot leave out of ${name} partitions: "${e}" is neither like "2024-12-25" nor ` +
          `like "saturday"`,
      );
    }
    out.add(e);
  }
  return (local) => {
    const d = new Date(local);
    return out.has(WEEKDAYS[d.getUTCDay()]!) || out.has(d.toISOString().slice(0, 10));
  };
}
