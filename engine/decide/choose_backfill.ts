/**
 * Which slices a backfill computes, decided once when it is asked for.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey } from "../declare/partitions.ts";
import type { Definitions } from "../graph/define.ts";
import { upstreamOf } from "../graph/order.ts";
import { select } from "../graph/select.ts";
import { downstreamOf } from "./backfill_downstream.ts";
import type { BackfillSubmission } from "../ledger/backfills.ts";
import { type BackfillSlice, cutIntoRuns, sliceAt, type SliceSets } from "./backfill_runs.ts";
import type { SliceKey } from "../ledger/records.ts";
import { readings } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import { namedSlices } from "./named_slices.ts";
import type { MissingInput } from "./plan.ts";
import { lacking } from "./required.ts";
import { rangesOfOrdinals } from "./slice_ranges.ts";
import { assetsOf, type Wish } from "./targets.ts";

/** Which slices a backfill may be narrowed to. */
export type BackfillFilter = "missing" | "failed" | "stale";

/** Every {@linkcode BackfillFilter}. */
export const backfillFilters: readonly BackfillFilter[] = ["missing", "failed", "stale"];

/** What to backfill, and how. */
export interface BackfillWish extends Pick<Wish, "selection" | "assets" | "partitions"> {
  /** Only slices that are one of these; all if none is given. */
  readonly only?: readonly BackfillFilter[] | undefined;
  /** Also everything that is made from what is named. */
  readonly downstream?: boolean | undefined;
  /** Newest partitions first. */
  readonly reverse?: boolean | undefined;
  /** Partitions to a run, or all in one; without it one run, or more where that would have over {@linkcode RUN_SLICES}. */
  readonly chunk?: number | "all" | undefined;
  /** Runs that may be active at once. @default {4} */
  readonly concurrency?: number | undefined;
}

/** Slices of one run above which a backfill that says nothing of runs is cut into several. */
export const RUN_SLICES = 500;

const CONCURRENCY = 4;

/** What a backfill computes, and what it would look for in vain. */
export interface BackfillChoice {
  /** Assets upstream first. */
  readonly slices: readonly BackfillSlice[];
  /** Inputs that neither exist nor are made by it: of each upstream one. */
  readonly missing: readonly (Omit<MissingInput, "step"> & { readonly step: SliceKey })[];
}

/**
 * The slices that a backfill computes: those that are named, or all that exist where the wish is narrowed; and of the
 * same assets those that they cannot do without.
 *
 * @throws {UnknownName} If a name matches nothing, with the nearest one.
 * @throws {RangeError} If a partition cannot be read, or neither partitions nor a filter are given.
 */
export function chooseBackfill(
  definitions: Definitions,
  judgement: Judgement,
  wish: BackfillWish,
): BackfillChoice {
  const only = new Set(wish.only);
  if (!wish.partitions?.length && only.size === 0) {
    throw new RangeError(
      `Cannot backfill all that exists: give a range such as "2025-01-20..2025-01-27", ` +
        `or narrow it to what is ${backfillFilters.join(", ")}`,
    );
  }
  const named = assetsOf(definitions, judgement, wish);
  // What others own is observed, not filled.
  const assets = (wish.downstream ? withDownstream(definitions, named) : named)
    .filter((a) => !(a.external && only.size));
  const { now } = judgement;
  const given = wish.partitions?.length
    ? namedSlices(assets, wish.partitions, { now, derive: downstreamOf(new Set(named), now) })
    : undefined;
  const found = assets.flatMap((asset): readonly BackfillSlice[] => {
    const all = given ? slicesOf(asset, given.get(asset)!) : existing(asset, now);
    return only.size ? all.filter((s) => isOneOf(only, judgement, s)) : all;
  });
  return completed(found, judgement, new Set(assets), definitions);
}

const withDownstream = (definitions: Definitions, named: readonly Asset[]) =>
  named.length === 0 ? [] : select(definitions.assets, `(${named.map((a) => a.name).join(" ")})+`);

const slicesOf = (asset: Asset, keys: readonly PartitionKey[]): readonly BackfillSlice[] =>
  keys.map((key) => sliceOf(asset, key, keyText(key)));

const sliceOf = (asset: Asset, key: PartitionKey, partition: string): BackfillSlice => ({
  asset,
  key,
  partition,
  index: asset.partitions.indexOf(key),
});

function existing(asset: Asset, now: Date): readonly BackfillSlice[] {
  const rule = asset.partitions;
  const found: BackfillSlice[] = [];
  const count = rule.count(now);
  for (let i = 0; i < count; i++) {
    if (!rule.removed(i)) found.push(sliceAt(asset, i));
  }
  return found;
}

/** With what they lack, of the assets in `among`; what they lack of others is missing. */
function completed(
  slices: readonly BackfillSlice[],
  judgement: Judgement,
  among: ReadonlySet<Asset>,
  definitions: Definitions,
): BackfillChoice {
  const known = new Set(slices.map((s) => `${s.asset.name} ${s.partition}`));
  const planned = (asset: string, partition: string) => known.has(`${asset} ${partition}`);
  const missing = new Map<string, BackfillChoice["missing"][number]>();
  const found = [...slices];
  // Grows while it is walked: what is added may lack something itself.
  for (const { asset, key, partition } of found) {
    if (asset.external || !Object.keys(asset.deps).length) continue;
    for (const read of readings(asset, key, judgement.now)) {
      const lacks = lacking(read, planned, judgement);
      if (lacks === undefined) continue;
      if (read.partitions.length && among.has(read.up)) {
        known.add(`${read.up.name} ${lacks}`);
        found.push(sliceOf(read.up, read.up.partitions.parse(lacks), lacks));
      } else if (!missing.has(read.up.name)) {
        const step = { asset: asset.name, partition };
        missing.set(read.up.name, { step, upstream: read.up.name, partition: lacks });
      }
    }
  }
  const place = new Map(definitions.assets.map((a, i) => [a, i]));
  found.sort((a, b) => place.get(a.asset)! - place.get(b.asset)!);
  return { slices: found, missing: [...missing.values()] };
}

function isOneOf(
  only: ReadonlySet<BackfillFilter>,
  judgement: Judgement,
  { asset, partition }: BackfillSlice,
): boolean {
  const state = judgement.state(asset.name, partition);
  // Nothing is known of most of a long history: it is missing, and nothing else is asked.
  if (state?.inFlight) return false;
  if (only.has("missing") && !state?.visible) return true;
  if (!state) return false;
  const { status, due } = judgement.of(asset, partition);
  const isFailed = status === "failed" || status === "blocked";
  return only.has("failed") && isFailed ||
    only.has("stale") && state.visible !== null && due && !isFailed;
}

/** The slices of each asset as ranges. */
export function setsOf(slices: readonly BackfillSlice[]): SliceSets {
  const byAsset = Map.groupBy(slices, (s): Asset => s.asset);
  return Object.fromEntries(
    [...byAsset].map(([asset, of]) => [asset.name, {
      ranges: rangesOfOrdinals(asset.partitions, of.map((s) => s.index)),
      count: of.length,
    }]),
  );
}

/** How the slices are cut into runs, as it is remembered. */
export type BackfillCut = Pick<
  BackfillSubmission,
  "slices" | "total" | "runs" | "chunk" | "reverse" | "concurrency"
>;

/**
 * How a backfill of these slices is cut into runs.
 *
 * @throws {RangeError} If the number of partitions to a run or of active runs is not a whole one from 1 on, or the newest
 * are to come first of what reads its own last slice.
 */
export function cutOf(
  slices: readonly BackfillSlice[],
  wish: BackfillWish,
): { readonly cut: BackfillCut; readonly runs: ReturnType<typeof cutIntoRuns> } {
  const reverse = wish.reverse ?? false;
  if (reverse) refuseReverse(slices);
  const chunk = wish.chunk === "all"
    ? null
    : wholeNumber(wish.chunk ?? usualChunk(slices), "partitions to a run");
  const runs = cutIntoRuns(slices, { chunk, reverse });
  const cut = {
    slices: setsOf(slices),
    total: slices.length,
    runs: runs.length,
    chunk,
    reverse,
    concurrency: wholeNumber(wish.concurrency ?? CONCURRENCY, "active runs")!,
  };
  return { cut, runs };
}

function refuseReverse(slices: readonly BackfillSlice[]): void {
  const inARow = [...new Set(slices.map((s) => s.asset))]
    .find((asset) => Object.values(asset.deps).some((dep) => upstreamOf(dep) === asset));
  if (!inARow) return;
  throw new RangeError(
    `Cannot backfill "${inARow.name}" newest first: each of its slices reads the one before it`,
  );
}

function usualChunk(slices: readonly BackfillSlice[]): number | null {
  if (slices.length <= RUN_SLICES) return null;
  const units = cutIntoRuns(slices, { chunk: 1, reverse: false }).length;
  return Math.max(1, Math.floor(RUN_SLICES * units / slices.length));
}

function wholeNumber(n: number | null, what: string): number | null {
  if (n === null || Number.isInteger(n) && n >= 1) return n;
  throw new RangeError(`Cannot backfill with ${n} ${what}: it is a whole number from 1 on`);
}
