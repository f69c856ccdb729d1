/**
 * Where assets stand, in numbers.
 *
 * @module
 */
import { agePromise } from "../../decide/promise.ts";
import type { AssetStatus } from "../../decide/status.ts";
import type { Definitions } from "../../graph/define.ts";
import { builtAt } from "./cards.ts";
import type { Seen } from "./seen.ts";

/** Where an asset stands, in numbers. */
export interface AssetMeasure {
  readonly asset: string;
  readonly status: AssetStatus;
  /** Seconds since its newest slice was built; null if there is none. */
  readonly ageSeconds: number | null;
  /** Seconds by which it is later than it promised, at least 0; null if it promised nothing. */
  readonly lagSeconds: number | null;
}

const secondsSince = (at: Date, now: Date) => Math.max(0, (now.getTime() - at.getTime()) / 1_000);

/** Every asset. O(slices). */
export function assetMeasures(
  { assets }: Pick<Definitions, "assets">,
  seen: Seen,
): readonly AssetMeasure[] {
  const { judgement, now } = seen;
  return assets.map((asset) => {
    const built = builtAt(asset, seen);
    const { dueAt } = agePromise(asset, judgement, { knownSince: seen.knownSince(asset.name) });
    return {
      asset: asset.name,
      status: judgement.asset(asset).status,
      ageSeconds: built && secondsSince(built, now),
      lagSeconds: dueAt && secondsSince(dueAt, now),
    };
  });
}
