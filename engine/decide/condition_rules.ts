/**
 * Definitions in the words of the deciding engine.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Dep } from "../declare/deps.ts";
import { keyText } from "../declare/partitions.ts";
import type { Definitions } from "../graph/define.ts";
import { fingerprint } from "../graph/fingerprint.ts";
import { mappingOf } from "../graph/mapping.ts";
import { upstreamOf } from "../graph/order.ts";
import { select } from "../graph/select.ts";
import { type AssetRule, hash53, type Mapping, type Selects } from "./engine/mod.ts";
import type { Ranges } from "./engine/ranges.ts";

/** The moment at which slices are counted: rules of time have more of them later. */
export interface Moment {
  /** Moved on before slices are appended. */
  now: Date;
}

/** What conditions need to know of a project, in the same order. */
export interface ConditionRules {
  /** Assets with a condition and everything above them, upstream first. */
  readonly assets: readonly Asset[];
  /** The same for the engine. */
  readonly rules: readonly AssetRule[];
  /** Whether a selection names an asset. */
  readonly selects: Selects;
}

/** The code and config of an asset as a number. */
export function codeNumber(made: { readonly code: string; readonly config: string }): number {
  return hash53(`${made.code} ${made.config}`);
}

/** What conditions need to know of the definitions, or that of some assets. Slices are counted at the moment. */
export function conditionRules(
  definitions: Definitions,
  moment: Moment,
  of: readonly Asset[] = definitions.assets.filter((a) => a.when),
): ConditionRules {
  const assets = concerned(definitions, of);
  const places = new Map(assets.map((a, place) => [a, place]));
  const rules = assets.map((asset): AssetRule => ({
    name: asset.name,
    count: asset.partitions.count(moment.now),
    code: codeNumber(fingerprint(asset)),
    when: asset.when,
    maxAgeMs: asset.freshness?.maxAge,
    deps: depsOf(asset).map(([, dep]) => {
      const { as } = mappingOf(dep, asset.partitions);
      return {
        asset: places.get(upstreamOf(dep))!,
        mapping: mappingFor(asset, dep, moment),
        orderOnly: as === "order",
      };
    }),
  }));
  return { assets, rules, selects: selecting(definitions) };
}

/** Its deps. What it reads of its own older slices asks for nothing: it is there, or built before in the same run. */
export const depsOf = (asset: Asset): readonly (readonly [input: string, dep: Dep])[] =>
  Object.entries(asset.deps).filter(([, dep]) => upstreamOf(dep) !== asset);

function concerned({ assets }: Definitions, of: readonly Asset[]): readonly Asset[] {
  const found = new Set<Asset>();
  const visit = (asset: Asset) => {
    if (found.has(asset)) return;
    found.add(asset);
    for (const dep of Object.values(asset.deps)) visit(upstreamOf(dep));
  };
  of.forEach(visit);
  return assets.filter((a) => found.has(a));
}

function mappingFor(asset: Asset, dep: Dep, moment: Moment): Mapping {
  const up = upstreamOf(dep);
  const isWhole = up.partitions.grain === "none" && asset.partitions.grain === "none";
  if (isWhole && !("mode" in dep)) return { kind: "same" };
  const mapping = mappingOf(dep, asset.partitions);
  const detail = "mode" in dep
    ? [dep.mode, dep.size ?? null, dep.detail ?? null, ...(dep.along ? [dep.along] : [])]
    : ["aligned"];
  return {
    kind: "custom",
    rule: JSON.stringify([up.partitions.rule, asset.partitions.rule, ...detail]),
    newest: mapping.as === "newest",
    up: mayRemove(up)
      ? (p) => without(mapping.up(p, moment.now), (q) => up.partitions.removed(q))
      : (p) => mapping.up(p, moment.now),
    down: (q) => mapping.down(q, moment.now),
  };
}

/** Whether slices of an asset can be taken away. */
export const mayRemove = ({ partitions: { grain } }: Asset) =>
  grain === "dynamic" || grain === "cross";

/** Ranges without the slices that were taken away. */
function without(ranges: Ranges, isRemoved: (q: number) => boolean): Ranges {
  const kept: number[] = [];
  for (let r = 0; r < ranges.length; r += 2) {
    for (let q = ranges[r]!; q < ranges[r + 1]!; q++) {
      if (isRemoved(q)) continue;
      if (kept.at(-1) === q) kept[kept.length - 1] = q + 1;
      else kept.push(q, q + 1);
    }
  }
  return kept;
}

function selecting({ assets }: Definitions): Selects {
  const known = new Map<string, ReadonlySet<string>>();
  return (selection, name) => {
    const names = known.get(selection) ?? new Set(select(assets, selection).map((a) => a.name));
    known.set(selection, names);
    return names.has(name);
  };
}

/** The place of a slice in its asset; -1 if its rule has no such slice any more. */
export function placeOf({ partitions }: Asset, partition: string): number {
  try {
    return partitions.indexOf(partitions.parse(partition));
  } catch (error) {
    if (error instanceof RangeError) return -1;
    throw error;
  }
}

/** The key of the slice of a place, as text. */
export const partitionAt = ({ partitions }: Asset, slice: number): string =>
  keyText(partitions.keyAt(slice));
