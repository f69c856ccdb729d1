/**
 * Where assets stand, in numbers.
 *
 * @module
 */
import type { AssetStatus } from "../../decide/status.ts";
import type { Definitions } from "../../graph/define.ts";
import { builtAt, promiseNow } from "./cards.ts";
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

/** The same before the clock is asked. */
interface Standing {
  readonly asset: string;
  readonly status: AssetStatus;
  readonly builtAt: Date | null;
  /** Whether it promised anything, an age or a deadline. */
  readonly isPromised: boolean;
  /** When the worse of its promises was broken; null while they are kept. */
  readonly lateSince: Date | null;
}

/** Milliseconds by which what is told of assets may be behind what happened. */
export const MOST_BEHIND_MS = 30_000;

const secondsSince = (at: Date, now: Date) => Math.max(0, (now.getTime() - at.getTime()) / 1_000);

/** Every asset. O(slices). */
function standings({ assets }: Pick<Definitions, "assets">, seen: Seen): readonly Standing[] {
  const { judgement } = seen;
  return assets.map((asset) => {
    const { state, dueAt } = promiseNow(asset, seen);
    return {
      asset: asset.name,
      status: judgement.asset(asset).status,
      builtAt: builtAt(asset, seen),
      isPromised: state !== "none",
      lateSince: state === "late" ? dueAt : null,
    };
  });
}

/** Where assets stand, for somebody who asks again and again. */
export interface AssetMeasures {
  /** Every asset, at most {@linkcode MOST_BEHIND_MS} behind; ages are as of now. */
  now(): Promise<readonly AssetMeasure[]>;
  /** Looks again, so that the next who asks does not wait for it. */
  refresh(): void;
}

/**
 * Looks at assets aside: with 1,000 of them a look after something happened costs 25 ms, three times the rest of a scrape
 * (bench/metrics_scrape.ts). A look aside that fails leaves the last one, until that is too old: then who asks hears why.
 */
export function assetMeasures(
  definitions: Pick<Definitions, "assets">,
  o: { readonly see: () => Promise<Seen>; readonly clock: { now(): Date } },
): AssetMeasures {
  let last: { readonly asOf: string; readonly at: Date; readonly of: readonly Standing[] };
  let looking: Promise<void> | undefined;
  const look = async () => {
    const seen = await o.see();
    const of = last?.asOf === seen.asOf && sameMinute(last.at, seen.now)
      ? last.of
      : standings(definitions, seen);
    last = { asOf: seen.asOf, at: seen.now, of };
  };
  const shared = () => looking ??= look().finally(() => looking = undefined);
  return {
    async now() {
      const isOld = () => !last || o.clock.now().getTime() - last.at.getTime() > MOST_BEHIND_MS;
      if (isOld()) await shared();
      const now = o.clock.now();
      return last.of.map(({ asset, status, builtAt, isPromised, lateSince }) => ({
        asset,
        status,
        ageSeconds: builtAt && secondsSince(builtAt, now),
        lagSeconds: isPromised ? (lateSince ? secondsSince(lateSince, now) : 0) : null,
      }));
    },
    refresh: () => void shared().catch(() => {}),
  };
}

/** Slices may end at a full minute, so what stood then may not stand now. */
const sameMinute = (a: Date, b: Date) =>
  Math.floor(a.getTime() / 60_000) === Math.floor(b.getTime() / 60_000);
