/**
 * The two rules by which everything of Aurora Life is cut.
 *
 * @module
 */
import { partitions } from "engine";

/** Training, predictions and reports: one UTC day. */
export const daily = partitions.daily({ start: "2025-01-01" });
/** Features and observations of the source: six hours, four a day. */
export const sixHourly = partitions.hours({ start: "2025-01-01T00", every: 6 });
