/**
 * How Aurora cuts time. The as-of instant of a slice is its end.
 *
 * @module
 */
import { type DayKey, type HourKey, type Partitions, partitions } from "engine";

/** Training, predictions and reports. */
export const daily: Partitions<DayKey, "day"> = partitions.daily({ start: "2024-01-01" });

/** Observations of the source and snapshots of features. */
export const sixHourly: Partitions<HourKey, "hours"> = partitions.hours({
  start: "2024-01-01T00",
  every: 6,
});
