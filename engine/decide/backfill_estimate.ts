/**
 * How long a backfill will take.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { upstreamOf } from "../graph/order.ts";
import type { BackfillRecord } from "../ledger/backfills.ts";
import { type BackfillSlice, startInTime } from "./backfill_runs.ts";
import { median } from "./expected.ts";

/** What an estimate rests on. */
export interface Basis {
  /** Milliseconds of the last successes by asset. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
  /** Runs that may be active at once. */
  readonly concurrency: number;
  /** Steps that all workers together do at once; at least 1 is assumed. */
  readonly slots: number;
}

/**
 * Milliseconds that the runs will take from how long their assets took before; null if none of them ever ran. Each run
 * takes as long as its longest chain and as its work spread over all slots, whichever is more; the runs share the slots.
 */
export function expectedBackfill(
  runs: readonly (readonly BackfillSlice[])[],
  { durations, concurrency, slots }: Basis,
): number | null {
  const usual = new Map([...durations].map(([asset, ms]) => [asset, median(ms)]));
  const known = new Map<string, { readonly chain: number; readonly work: number }>();
  const width = Math.max(1, slots);
  let [together, work, isKnown] = [0, 0, false];
  for (const slices of runs) {
    const counts = countsOf(slices);
    const id = [...counts].map(([a, { all, inARow }]) => `${a.name} ${all} ${inARow}`).join("\n");
    const cost = known.get(id) ?? costOf(counts, usual);
    known.set(id, cost);
    together += Math.max(cost.chain, cost.work / width);
    work += cost.work;
    isKnown ||= [...counts.keys()].some((a) => usual.get(a.name) != null);
  }
  if (!isKnown) return null;
  return Math.max(together / Math.max(1, Math.min(concurrency, runs.length)), work / width);
}

interface Count {
  readonly all: number;
  /** Those that are computed one after the other, since each reads the one before. */
  readonly inARow: number;
}

/** Assets upstream first, since the slices of a run stand so. */
function countsOf(slices: readonly BackfillSlice[]): ReadonlyMap<Asset, Count> {
  const byAsset = Map.groupBy(slices, (s): Asset => s.asset);
  return new Map([...byAsset].map(([asset, of]) => [asset, { all: of.length, inARow: row(of) }]));
}

/** Of a cross the slices of one time are computed at once. */
function row(slices: readonly BackfillSlice[]): number {
  const [{ asset }] = slices as readonly [BackfillSlice];
  if (!Object.values(asset.deps).some((dep) => upstreamOf(dep) === asset)) return 1;
  if (asset.partitions.timezone !== undefined) return slices.length;
  return new Set(slices.map((s) => startInTime(s) ?? s.index)).size;
}

function costOf(
  counts: ReadonlyMap<Asset, Count>,
  usual: ReadonlyMap<string, number | null>,
): { readonly chain: number; readonly work: number } {
  const ends = new Map<Asset, number>();
  const endOf = (asset: Asset): number => {
    const before = ends.get(asset);
    if (before !== undefined) return before;
    const ups = Object.values(asset.deps).map(upstreamOf);
    const begin = ups.filter((u) => u !== asset && counts.has(u))
      .reduce((latest, up) => Math.max(latest, endOf(up)), 0);
    const end = begin + counts.get(asset)!.inARow * (usual.get(asset.name) ?? 0);
    ends.set(asset, end);
    return end;
  };
  let [chain, work] = [0, 0];
  for (const [asset, { all }] of counts) {
    chain = Math.max(chain, endOf(asset));
    work += all * (usual.get(asset.name) ?? 0);
  }
  return { chain, work };
}

/**
 * Milliseconds that a backfill still takes: from its own runs as soon as one has ended, which also tells how it shares
 * the workers with others; before that the given expectation. Zero if it has ended.
 */
export function remainingOfBackfill(
  b: Pick<BackfillRecord, "runs" | "done" | "concurrency" | "endedAt">,
  expected: number | null,
): number | null {
  if (b.endedAt !== null) return 0;
  const ended = b.done.success + b.done.failed + b.done.cancelled;
  const left = b.runs - ended;
  if (left === 0) return 0;
  if (ended === 0) return expected;
  return b.done.ms / ended * Math.ceil(left / Math.min(b.concurrency, left));
}
