/**
 * How the slices of a backfill are cut into runs.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";
import type { Definitions } from "../graph/define.ts";
import { isCross, timesOf } from "../graph/mapping_parts.ts";
import { ordinalsIn } from "./slice_ranges.ts";

/** A slice of a backfill. */
export interface BackfillSlice {
  /** The asset. */
  readonly asset: Asset;
  /** The slice. */
  readonly key: PartitionKey;
  /** The slice as text. */
  readonly partition: string;
  /** Its ordinal: making it from a key costs more than all else that is done with a slice here. */
  readonly index: number;
}

/** The slice of an ordinal. */
export function sliceAt(asset: Asset, index: number): BackfillSlice {
  const key = asset.partitions.keyAt(index);
  return { asset, key, partition: keyText(key), index };
}

/** The slices of each asset as the text of `rangesOf()`, and how many they are. */
export interface SliceSets {
  /** By asset name. */
  readonly [asset: string]: { readonly ranges: string; readonly count: number };
}

/** How a backfill is cut. */
export interface RunCut {
  /** Partitions to a run; null is a single run. */
  readonly chunk: number | null;
  /** Newest partitions first. */
  readonly reverse: boolean;
}

/**
 * The slices of all sets, assets upstream first, each asset oldest first.
 *
 * @throws {UnknownName} If an asset does not exist any more.
 */
export function slicesOfSets(definitions: Definitions, sets: SliceSets): readonly BackfillSlice[] {
  for (const name of Object.keys(sets)) definitions.asset(name);
  return definitions.assets.flatMap((asset) => {
    const set = sets[asset.name];
    if (!set) return [];
    return ordinalsIn(asset.partitions, set.ranges).map((i) => sliceAt(asset, i));
  });
}

/** What goes into one run at least: the slices of one partition, of whichever assets. */
interface Unit {
  readonly at: number;
  readonly slices: BackfillSlice[];
}

/**
 * The runs, in the order in which they are to be submitted. Slices that belong to the same partition stay together:
 * where assets are cut by time differently, a slice goes with that of the coarsest cut that it ends in. What is one piece
 * comes before everything if others in the set are made from it, else after.
 */
export function cutIntoRuns(
  slices: readonly BackfillSlice[],
  { chunk, reverse }: RunCut,
): readonly (readonly BackfillSlice[])[] {
  if (chunk === null) return slices.length ? [slices] : [];
  const units = unitsOf(slices);
  const inner = units.filter((u) => Number.isFinite(u.at));
  if (reverse) newestFirst(inner);
  const ordered = [
    ...units.filter((u) => u.at === -Infinity),
    ...inner,
    ...units.filter((u) => u.at === Infinity),
  ];
  const runs: (readonly BackfillSlice[])[] = [];
  for (let i = 0; i < ordered.length; i += chunk) {
    const [first, ...more] = ordered.slice(i, i + chunk);
    runs.push(more.length ? [first!, ...more].flatMap((u) => u.slices) : first!.slices);
  }
  return runs;
}

/** What is of one time stays upstream first; lists have no time and are turned round. */
function newestFirst(units: Unit[]): void {
  const place = new Map(units.map((u, i) => [u, u.at === TIMELESS ? -i : i]));
  units.sort((a, b) => b.at - a.at || place.get(a)! - place.get(b)!);
}

/** Later than any instant: slices that are no spans of time keep their own order. */
const TIMELESS = 8.64e15;

function unitsOf(slices: readonly BackfillSlice[]): readonly Unit[] {
  const anchor = coarsest(slices);
  const firstCut = slices.findIndex((s) => s.asset.partitions.grain !== "none");
  const units = new Map<string | number, Unit>();
  const startOf = starts(anchor);
  slices.forEach((slice, i) => {
    const start = startOf(slice);
    const [id, at] = slice.asset.partitions.grain === "none"
      ? [`one ${slice.asset.name}`, i < firstCut ? -Infinity : Infinity]
      : start === undefined
      ? [`key ${slice.partition}`, startInTime(slice) ?? TIMELESS]
      : [start, start];
    const unit = units.get(id);
    if (unit) unit.slices.push(slice);
    else units.set(id, { at, slices: [slice] });
  });
  return [...units.values()].sort((a, b) => a.at === b.at ? 0 : a.at - b.at);
}

/** The time of a slice: its own rule, or the one dimension of time of a cross. */
function timeIn(
  { asset: { partitions: rule }, index }: BackfillSlice,
): { readonly rule: Partitions; readonly index: number } | undefined {
  if (rule.timezone !== undefined) return { rule, index };
  const [name, ...others] = timesOf(rule);
  if (!isCross(rule) || name === undefined || others.length) return undefined;
  const place = Object.keys(rule.dimensions).sort().indexOf(name);
  return { rule: rule.dimensions[name]!, index: rule.cell(index)[place]! };
}

/** Where the time of a slice begins, ms since 1970; undefined if it has none or several. */
export function startInTime(slice: BackfillSlice): number | undefined {
  const found = timeIn(slice);
  return found?.rule.start(found.index);
}

/** Where the slice of `anchor` that a slice ends in begins. */
function starts(anchor: Partitions | undefined): (slice: BackfillSlice) => number | undefined {
  return (slice) => {
    const found = anchor && timeIn(slice);
    if (!found) return undefined;
    const { rule, index } = found;
    return rule === anchor ? rule.start(index) : startOver(anchor, rule, index);
  };
}

/** The rule of time whose slices are longest. */
function coarsest(slices: readonly BackfillSlice[]): Partitions | undefined {
  const rules = new Map<Partitions, number>();
  for (const { asset: { partitions: rule }, index } of slices) {
    if (rule.timezone !== undefined) rules.set(rule, index);
  }
  let found: { readonly rule: Partitions; readonly ms: number } | undefined;
  for (const [rule, index] of rules) {
    const ms = rule.born(index) - rule.start(index);
    if (ms > (found?.ms ?? 0)) found = { rule, ms };
  }
  return found?.rule;
}

/** The start of the slice of `anchor` in which a slice ends; of the slice itself where it is before all of them. */
function startOver(anchor: Partitions, rule: Partitions, index: number): number {
  const at = anchor.at(rule.born(index) - 1);
  return at === -1 ? rule.start(index) : anchor.start(at);
}
