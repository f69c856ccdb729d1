/**
 * Slices, times and durations as the command line writes them.
 *
 * @module
 */
import { durationText } from "engine";

/** `models/mood [2025-01-27]`. */
export const sliceOf = (
  slice: { readonly asset: string; readonly partition: string | null },
): string => slice.partition ? `${slice.asset} [${slice.partition}]` : slice.asset;

/** `2025-01-27 06:02:11` in UTC; a dash for never. */
export const timeOf = (at: string | null): string =>
  at === null ? "-" : at.slice(0, 19).replace("T", " ");

/** How long something took; empty if it has not ended. */
export function duration(
  of: { readonly startedAt: string | null; readonly endedAt: string | null },
): string {
  if (!of.startedAt || !of.endedAt) return "";
  return durationText(Date.parse(of.endedAt) - Date.parse(of.startedAt));
}

/** `1 step`, `3 steps`. */
export const many = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
