/**
 * Targets as steps with an order.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Definitions } from "../graph/define.ts";
import { upstreamOf } from "../graph/order.ts";
import { slotsOf } from "../graph/pools.ts";
import type { PlannedStep, SliceKey } from "../ledger/records.ts";
import { keyOf, readings, sliceText } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import { lacking } from "./required.ts";
import type { Target } from "./targets.ts";

const idOf = (asset: string, partition: string) => `${asset} ${partition}`;

/** Whether slices of the asset read older ones of the same asset. */
const readsItself = (asset: Asset) =>
  Object.values(asset.deps).some((dep) => upstreamOf(dep) === asset);

/**
 * Targets upstream first, each once, slices of one asset as they were given, or from the oldest on where one reads the
 * one before.
 */
function inOrder(definitions: Definitions, targets: readonly Target[]): readonly Target[] {
  const once = new Map(targets.map((t) => [idOf(t.asset.name, t.partition), t]));
  const place = new Map(definitions.assets.map((a, i) => [a.name, i]));
  return [...once.values()].sort((a, b) =>
    place.get(a.asset.name)! - place.get(b.asset.name)! ||
    (readsItself(a.asset)
      ? a.asset.partitions.indexOf(a.key) - b.asset.partitions.indexOf(b.key)
      : 0)
  );
}

/**
 * The steps that compute the targets, each after those that it needs: of the slices that its deps name, order included,
 * those that are in the plan too. Of a `newest` dep that is the newest one planned.
 */
export function plan(
  definitions: Definitions,
  targets: readonly Target[],
  now: Date,
): readonly PlannedStep[] {
  const ordered = inOrder(definitions, targets);
  const place = new Map(ordered.map((t, i) => [idOf(t.asset.name, t.partition), i]));
  const planned = new Set(ordered.map((t) => t.asset));
  return ordered.map((target) => ({
    asset: target.asset.name,
    partition: target.partition,
    reason: target.reason,
    needs: needsOf(target, planned, place, now),
    queue: target.asset.queue,
    priority: target.asset.priority,
    pools: slotsOf(target.asset, definitions.pools),
    retry: target.asset.retry,
  }));
}

function needsOf(
  target: Target,
  planned: ReadonlySet<Asset>,
  place: ReadonlyMap<string, number>,
  now: Date,
): readonly number[] {
  if (!Object.values(target.asset.deps).length) return [];
  const needs = new Set<number>();
  for (const read of readings(target.asset, target.key, now)) {
    if (!planned.has(read.up)) continue;
    const isPlanned = (p: string) => place.has(idOf(read.up.name, p));
    const newest = read.as === "newest" ? read.partitions.findLast(isPlanned) : undefined;
    const wanted = read.as !== "newest"
      ? read.partitions.filter(isPlanned)
      : newest === undefined
      ? []
      : [newest];
    for (const p of wanted) needs.add(place.get(idOf(read.up.name, p))!);
  }
  return [...needs].sort((a, b) => a - b);
}

/** An input that a planned step would look for in vain. */
export interface MissingInput {
  /** The step. */
  readonly step: PlannedStep;
  /** The upstream that has no slice to read. */
  readonly upstream: string;
  /** The slice that it should have; of several candidates the newest. */
  readonly partition: string;
}

/** Inputs of planned steps that neither exist nor are made by the plan. */
export function missingInputs(
  definitions: Definitions,
  steps: readonly PlannedStep[],
  judgement: Judgement,
): readonly MissingInput[] {
  const known = new Set(steps.map((s) => idOf(s.asset, s.partition)));
  const planned = (asset: string, partition: string) => known.has(idOf(asset, partition));
  return steps.flatMap((step) => {
    const asset = definitions.asset(step.asset);
    const found = keyOf(asset, step.partition);
    if (!found || asset.external) return [];
    return readings(asset, found.key, judgement.now).flatMap((read) => {
      const partition = lacking(read, planned, judgement);
      return partition === undefined ? [] : [{ step, upstream: read.up.name, partition }];
    });
  });
}

/** What is missing and how to include it, as one sentence. */
export function missingText(
  missing: readonly (Omit<MissingInput, "step"> & { readonly step: SliceKey })[],
): string {
  const [first] = missing;
  if (!first) return "";
  const { step, upstream, partition } = first;
  const others = new Set(missing.map((m) => m.upstream)).size - 1;
  return `Cannot run ${sliceText(step.asset, step.partition)}: its input ` +
    `${sliceText(upstream, partition)} was never built` +
    (others ? ` (and ${others} more)` : "") +
    `, include what is upstream by "+${step.asset}"`;
}
