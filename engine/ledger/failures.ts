/**
 * How often sensors failed in a row; remembered, so that servers and restarts share it.
 *
 * @module
 */
import type { CursorRecord } from "./records.ts";

/** The failures of one sensor. */
export type Failures = {
  /** Since the last success. */
  readonly count: number;
  /** When it may look again. */
  readonly retryAt: string;
};

const PREFIX = "failures:sensor:";

/** The name of the record of a sensor; of none: what all of them begin with. */
export const failuresCursor = (sensor = ""): string => PREFIX + sensor;

/** The failures of sensors, by sensor; those that work are left out. */
export function failuresOf(cursors: readonly CursorRecord[]): ReadonlyMap<string, Failures> {
  const all = cursors.map((c) => [c.name.slice(PREFIX.length), c.value as Failures] as const);
  return new Map(all.filter(([, { count }]) => count > 0));
}
