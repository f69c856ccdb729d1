/**
 * The words for where things stand.
 *
 * @module
 */

/** Where an asset, or one partition of it, stands. `blocked`: its newest version was withheld by a check. */
export type AssetStatus = "missing" | "fresh" | "stale" | "running" | "failed" | "blocked";

/** Every {@linkcode AssetStatus}, in the order in which people want to see them. */
export const assetStatuses: readonly AssetStatus[] = [
  "fresh",
  "stale",
  "running",
  "failed",
  "blocked",
  "missing",
];

/** How an asset keeps its freshness promise; `none` has not promised anything. */
export type FreshnessState = "ok" | "warn" | "late" | "none";

/** Every {@linkcode FreshnessState}, from good to bad. */
export const freshnessStates: readonly FreshnessState[] = ["none", "ok", "warn", "late"];

/** How many things of each status there are. */
export type Counts<Status extends string> = { readonly [S in Status]: number };
