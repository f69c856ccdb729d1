/**
 * Since when things are known: what was promised before that is not held against anybody.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";

/** The name of the cursor of those who watch. */
export const WATCH_CURSOR = "watch:alerts";

/** What those who watch remember. */
export type WatchCursor = {
  /** When each asset was first seen, and each sensor (as `sensor:arrivals`). */
  readonly known: { readonly [name: string]: string };
  /** When each channel was first seen. */
  readonly channels?: { readonly [channel: string]: string };
  /** Until when somebody is looking. */
  readonly until: string;
};

/** Since when an asset is known; of what no server has seen yet, since now. One query. */
export async function knownSinceOf(
  ledger: Pick<Ledger, "cursors">,
  now: Date,
): Promise<(asset: string) => Date> {
  const found = (await ledger.cursors(WATCH_CURSOR)).find((c) => c.name === WATCH_CURSOR);
  const known = (found?.value as WatchCursor | undefined)?.known ?? {};
  return (asset) => known[asset] === undefined ? now : new Date(known[asset]);
}
