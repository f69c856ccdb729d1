/**
 * What a request means: which slices of which assets, and why each.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type PartitionKey } from "../declare/partitions.ts";
import type { Definitions } from "../graph/define.ts";
import { chosenAssets, type Statuses } from "./chosen.ts";
import type { Judgement, Verdict } from "./judge.ts";
import { newestOf } from "./line.ts";
import { namedSlices } from "./named_slices.ts";
import { withRequired } from "./required.ts";

/** What to run: by selection, by names, or all that is stale (of these, if some are given too). */
export interface Wish {
  /** As `select()` reads it, and `status:stale`. */
  readonly selection?: string | undefined;
  /** Names. */
  readonly assets?: readonly string[] | undefined;
  /** Keys or ranges `2025-01-20..2025-01-27`; the newest slice that has ended if none is given. */
  readonly partitions?: readonly string[] | undefined;
  /** Only what is stale, failed, behind, or missing and the newest. */
  readonly stale?: boolean | undefined;
}

/** One slice to compute. */
export interface Target {
  /** The asset. */
  readonly asset: Asset;
  /** The slice. */
  readonly key: PartitionKey;
  /** The slice as text. */
  readonly partition: string;
  /** Why, in words. */
  readonly reason: string;
}

/**
 * The assets that a request names, upstream first.
 *
 * @throws {UnknownName} If a name matches nothing, with the nearest one.
 * @throws {SyntaxError} If the selection cannot be read.
 */
export function assetsOf(
  definitions: Definitions,
  judgement: Statuses,
  wish: Wish,
): readonly Asset[] {
  const named = new Set(wish.assets?.map((name) => definitions.asset(name)));
  if (wish.selection) {
    const { selection } = wish;
    for (const a of chosenAssets(definitions, judgement, { selection })) named.add(a);
  }
  return definitions.assets.filter((a) => named.has(a));
}

/**
 * The slices that a request names, upstream first. Where it names several assets that are cut differently, a key of a
 * coarser cut means the slices inside it, one of a finer cut the newest slice that had ended by its end.
 *
 * @throws {UnknownName} If a name matches nothing, with the nearest one.
 * @throws {RangeError} If a partition cannot be read, has not ended, or a range runs backwards.
 */
export function targets(
  definitions: Definitions,
  judgement: Judgement,
  wish: Wish,
): readonly Target[] {
  const named = wish.selection || wish.assets?.length;
  if (!named && !wish.stale) {
    throw new RangeError(
      "Cannot choose what to run: neither a selection nor names are given, nor all that is stale",
    );
  }
  const assets = named ? assetsOf(definitions, judgement, wish) : definitions.assets;
  const given = wish.partitions?.length
    ? namedSlices(assets, wish.partitions, { now: judgement.now })
    : undefined;
  if (wish.stale) {
    const due = assets.flatMap((asset) => dueTargets(judgement, asset, given?.get(asset)));
    // Of some assets it is these alone; of all it is also what they cannot do without.
    return named || given ? due : withRequired(definitions, due, { judgement });
  }
  const wished = assets.flatMap((asset) => {
    const keys = given ? given.get(asset)! : newestKeys(asset, judgement.now);
    return keys.map((key) => ({ asset, key, partition: keyText(key), reason: "asked for" }));
  });
  // A day may read a six-hour slice that is not the newest of all: naming both assets means that one too.
  return withRequired(definitions, wished, { judgement, among: new Set(assets) });
}

function newestKeys(asset: Asset, now: Date): readonly PartitionKey[] {
  const keys = newestOf(asset.partitions, now).map((n) => n.key);
  if (keys.length > 0) return keys;
  throw new RangeError(
    `Cannot choose a partition of "${asset.name}": none of "${asset.partitions.rule}" has ended`,
  );
}

function dueTargets(
  judgement: Judgement,
  asset: Asset,
  among: readonly PartitionKey[] | undefined,
): Target[] {
  const allowed = among && new Set(among.map(keyText));
  return judgement.scopeOf(asset)
    .filter((p) => !allowed || allowed.has(p))
    .map((partition) => ({ partition, verdict: judgement.of(asset, partition) }))
    .filter(({ verdict }) => verdict.due && verdict.status !== "running")
    .map(({ partition, verdict }) => ({
      asset,
      key: asset.partitions.parse(partition),
      partition,
      reason: dueText(verdict),
    }));
}

function dueText({ status, causes }: Verdict): string {
  if (status === "missing") return "it was never built";
  const words = causes.join("; ");
  return status === "failed" || status === "blocked" ? `its last try failed: ${words}` : words;
}
