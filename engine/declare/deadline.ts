/**
 * Promises about instants: there by half past six.
 *
 * @module
 */
import { type Crons, cronText } from "./crons.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { keyText, type PartitionKey } from "./partitions.ts";

/** A promise to be there by the ticks of a cron, watched by the engine and alerted on. */
export interface Deadline {
  /** Cron of the instants; several are parted by `; `. */
  readonly cron: string;
  /** IANA zone of the cron. */
  readonly timezone: string;
  /** Milliseconds before the instant from which on it is shown as a warning if it is not there. */
  readonly warnMs: number;
  /** The slice that must be there, as text; undefined for the newest that has ended. */
  readonly partition: ((by: Date) => string) | undefined;
}

/**
 * Declares by when an asset must be there: where it has slices, the newest that has ended at the instant (or the one that
 * `partition` names); where it has none, a version that is newer than the instant before. `warn` defaults to 30 minutes.
 *
 * @example
 * ```ts
 * import { asset, deadline, freshness } from "engine";
 *
 * asset({
 *   name: "report",
 *   freshness: freshness({ within: "26h" }),
 *   deadline: deadline({ by: "30 6 * * *", timezone: "Europe/Berlin", warn: "15m" }),
 *   materialize: () => 1,
 * });
 * ```
 */
export function deadline(o: {
  readonly by: Crons;
  readonly timezone?: string;
  readonly warn?: Duration;
  partition?(by: Date): PartitionKey;
}): Deadline {
  const { partition } = o;
  return {
    cron: cronText(o.by),
    timezone: o.timezone ?? "UTC",
    warnMs: milliseconds(o.warn ?? "30m"),
    partition: partition && ((by) => keyText(partition(by))),
  };
}
