/** Which episodes should be open now. @module */
import { sliceText } from "../decide/inputs.ts";
import type { Judgement } from "../decide/judge.ts";
import { lateness } from "../decide/late.ts";
import type { Definitions } from "../graph/define.ts";
import type { AlertRecord, CheckState } from "../ledger/records.ts";

/** An episode before it is remembered. */
export type Episode = Pick<
  AlertRecord,
  "episode" | "kind" | "severity" | "asset" | "run" | "title" | "message"
>;

/** What is known when looking for episodes. */
export interface Seen {
  /** What is declared. */
  readonly definitions: Definitions;
  /** How everything stands. */
  readonly judgement: Judgement;
  /** The latest verdicts. */
  readonly checks: readonly CheckState[];
  /** Since when an asset is known; a promise about one that was never built counts from here. */
  knownSince(asset: string): Date;
}

/** Late assets, failed assets and failing critical checks: one episode each, however often one looks. */
export function episodes(seen: Seen): readonly Episode[] {
  return [...late(seen), ...failed(seen), ...critical(seen)];
}

function late({ definitions, judgement, knownSince }: Seen): Episode[] {
  return definitions.assets.flatMap((asset) => {
    const newest = judgement.states(asset).findLast((s) => s.visible);
    const age = {
      policy: asset.freshness,
      builtAt: newest?.visible?.at ?? null,
      knownSince: knownSince(asset.name),
    };
    const { state, words } = lateness(age, judgement.now);
    if (state !== "late") return [];
    return [{
      episode: `late:${asset.name}`,
      kind: "late" as const,
      severity: "error" as const,
      asset: asset.name,
      run: null,
      title: `"${asset.name}" is late`,
      message: words,
    }];
  });
}

function failed({ definitions, judgement }: Seen): Episode[] {
  return definitions.assets.flatMap((asset) => {
    const { status } = judgement.asset(asset);
    if (status !== "failed" && status !== "blocked") return [];
    const slice = judgement.states(asset).findLast((s) => s.error !== null);
    if (!slice) return [];
    return [{
      episode: `failed:${asset.name}`,
      kind: "failed" as const,
      severity: "error" as const,
      asset: asset.name,
      run: slice.last?.run ?? null,
      title: `${sliceText(asset.name, slice.partition)} failed`,
      message: [slice.error!.message, ...slice.error!.causes].join("\n"),
    }];
  });
}

function critical({ checks }: Seen): Episode[] {
  return checks.filter((c) => !c.passed && c.severity === "critical").map((c) => ({
    episode: `check:${c.asset}:${c.check}`,
    kind: "check" as const,
    severity: "critical" as const,
    asset: c.asset,
    run: c.run,
    title: `Critical check "${c.check}" of ${sliceText(c.asset, c.partition)} fails`,
    message: c.reason ?? "no reason given",
  }));
}
