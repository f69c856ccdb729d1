/**
 * Why a slice stands as it does, for people.
 *
 * @module
 */
import type { Asset } from "../../declare/asset.ts";
import { keyText } from "../../declare/partitions.ts";
import type { Reason } from "../../decide/why_facts.ts";
import type { ReasonView, WhyView } from "../views.ts";
import { explain } from "../why.ts";
import type { ServiceOptions } from "./ports.ts";
import type { Seen } from "./seen.ts";
import { partitionOrNull } from "./words.ts";

/** Further reasons that are told of. */
const MOST_FURTHER = 12;

/**
 * Why a slice of an asset stands as it does.
 *
 * @throws {RangeError} If the asset has no such slice, or none that has ended.
 */
export async function whyOf(
  o: ServiceOptions,
  seen: Seen,
  asset: Asset,
  partition: string | undefined,
): Promise<WhyView> {
  const { definitions, ledger } = o;
  const next = (cron: string, timezone: string, after: Date) =>
    o.nextTicks(cron, timezone, after, 1)[0];
  const asked = partition === undefined
    ? telling(asset, seen)
    : keyText(asset.partitions.parse(partition));
  const { judgement } = seen;
  const { chain, reason } = await explain({ definitions, ledger, judgement, next }, asset, asked);
  const told = new Set(chain.map((r) => r.words));
  const also = further(reason).filter((r) => told.size < told.add(r.words).size);
  return {
    asset: asset.name,
    partition: partitionOrNull(asked),
    words: reason.words,
    chain: chain.map(viewOf),
    also: also.slice(0, MOST_FURTHER).map(viewOf),
  };
}

/** The newest slice, unless an older one gives the asset its status. */
function telling(asset: Asset, { judgement }: Seen): string {
  const newest = judgement.newest(asset);
  if (newest === undefined) {
    throw new RangeError(
      `Cannot explain "${asset.name}": none of "${asset.partitions.rule}" has ended`,
    );
  }
  const { status } = judgement.asset(asset);
  if (judgement.of(asset, newest).status === status) return newest;
  const older = judgement.states(asset).findLast((s) =>
    judgement.of(asset, s.partition).status === status
  );
  return older?.partition ?? newest;
}

/** All reasons, each before those below it. */
const further = (reason: Reason): Reason[] => [reason, ...reason.because.flatMap(further)];

const viewOf = ({ kind, words, asset, partition, run }: Reason): ReasonView => ({
  kind,
  words,
  asset,
  partition: partition === null ? null : partitionOrNull(partition),
  run,
});
