/**
 * Assets in one line, and the graph of them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Asset } from "../../declare/asset.ts";
import { chosenAssets } from "../../decide/chosen.ts";
import type { Lateness } from "../../decide/late.ts";
import { promiseOf } from "../../decide/promise.ts";
import { assetStatuses, type Counts } from "../../decide/status.ts";
import type { Definitions } from "../../graph/define.ts";
import { nextTick } from "../cron.ts";
import { upstreamOf } from "../../graph/order.ts";
import type { AssetCard, AssetChoice, LineageView } from "../views.ts";
import { understood } from "./understood.ts";
import type { Seen } from "./seen.ts";
import { ageText, instant, statusWord } from "./words.ts";

/** When the newest slice that was ever built was built. */
export function builtAt(asset: Asset, { judgement }: Seen): Date | null {
  return judgement.states(asset).findLast((s) => s.visible)?.visible?.at ?? null;
}

/** How the promises of an asset stand. */
export const promiseNow = (asset: Asset, { judgement, knownSince }: Seen): Lateness =>
  promiseOf(asset, judgement, { next: nextTick, knownSince: knownSince(asset.name) });

/** An asset in one line. */
export function cardOf(asset: Asset, seen: Seen): AssetCard {
  const verdict = seen.judgement.asset(asset);
  const at = builtAt(asset, seen);
  return {
    name: asset.name,
    group: asset.group,
    kind: asset.kinds[0] ?? (asset.external ? "source" : ""),
    status: verdict.status,
    statusWord: statusWord(asset, verdict),
    at: instant(at),
    age: ageText(at, seen.now),
    freshness: promiseNow(asset, seen).state,
    partitionCounts: asset.partitions.grain === "none" ? null : seen.judgement.counts(asset),
    causes: verdict.causes,
  };
}

/** The assets of a selection, each in one line; every one if none is given. */
export function cardsOf(
  definitions: Definitions,
  seen: Seen,
  { selection, search = false }: AssetChoice,
): readonly AssetCard[] {
  const chosen = selection === undefined
    ? definitions.assets
    : understood(() => chosenAssets(definitions, seen.judgement, { selection, search }));
  return chosen.map((a) => cardOf(a, seen));
}

/** Names of what "compute all that is stale" would compute, upstream first. */
export function staleTargets(definitions: Definitions, { judgement }: Seen): readonly string[] {
  return definitions.assets
    .filter((a) =>
      judgement.scopeOf(a).some((p) => {
        const { due, status } = judgement.of(a, p);
        return due && status !== "running";
      })
    )
    .map((a) => a.name);
}

/** How many of some things stand where. */
export function countBy<S extends string>(names: readonly S[], of: readonly S[]): Counts<S> {
  const counts = Object.fromEntries(names.map((n) => [n, 0])) as { [K in S]: number };
  for (const s of of) counts[s]++;
  return counts;
}

/** How many assets stand where. */
export const statusCounts = (cards: readonly AssetCard[]) =>
  countBy(assetStatuses, cards.map((c) => c.status));

/** Who is made from whom; a pair once, whatever the number of deps between them. */
export function edgesOf(
  definitions: Definitions,
): readonly { readonly from: string; readonly to: string }[] {
  return definitions.assets.flatMap((a) => {
    const ups = new Set(
      Object.values(a.deps).map((d) => upstreamOf(d).name).filter((up) => up !== a.name),
    );
    return [...ups].map((from) => ({ from, to: a.name }));
  });
}

/** The graph. */
export function lineageOf(definitions: Definitions, seen: Seen): LineageView {
  const edges = edgesOf(definitions);
  const shape = JSON.stringify([definitions.assets.map((a) => [a.name, a.group]), edges]);
  return {
    nodes: definitions.assets.map((a) => cardOf(a, seen)),
    edges,
    hash: createHash("sha256").update(shape).digest("hex").slice(0, 16),
    staleTargets: staleTargets(definitions, seen),
    asOf: seen.asOf,
  };
}
