/**
 * What conditions found, for people.
 *
 * @module
 */
import type { Asset } from "../../declare/asset.ts";
import { pausedOf } from "../../ledger/switches.ts";
import type { EvaluationsView, EvaluationView } from "../automation_views.ts";
import { CONDITIONS } from "../condition_engine.ts";
import { conditionNow } from "../condition_lacks.ts";
import { type Evaluation, evaluationOf, evaluationsIn } from "../evaluations.ts";
import type { ServiceOptions } from "./ports.ts";
import type { Seen } from "./seen.ts";
import { conditionText, instant, partitionOrNull } from "./words.ts";

/** Looks that are read at once. */
const PAGE = 100;
/** Looks that are read at most: an asset that asked long ago is not searched for without end. */
const MOST_LOOKS = 1_000;

/** The evaluation of the newest slice now, then those that asked. */
export async function evaluationsOf(
  o: ServiceOptions,
  seen: Seen,
  asset: Asset,
  limit: number,
): Promise<EvaluationsView> {
  if (asset.when === undefined) {
    return { asset: asset.name, condition: null, evaluations: [], leftOut: 0 };
  }
  const [now, past] = await Promise.all([evaluatedNow(o, seen, asset), asked(o, asset, limit)]);
  return {
    asset: asset.name,
    condition: conditionText(asset.when),
    evaluations: [...now, ...past.evaluations],
    leftOut: past.leftOut,
  };
}

async function evaluatedNow(
  { definitions, ledger }: ServiceOptions,
  { judgement }: Seen,
  asset: Asset,
): Promise<readonly EvaluationView[]> {
  const partition = judgement.newest(asset);
  if (partition === undefined) return [];
  const [found, paused] = await Promise.all([
    conditionNow({ definitions, ledger, judgement }, asset, partition),
    pausedOf(ledger, "condition:"),
  ]);
  if (found === undefined) return [];
  const view = viewOf(evaluationOf(asset, partition, found.explained), judgement.now);
  const isPaused = paused.has(`condition:${asset.name}`);
  const reason = isPaused
    ? "it is paused"
    : !found.isAsked && found.explained.holds
    ? "it was asked for already"
    : view.reason;
  return [{ ...view, now: true, requested: found.isAsked && !isPaused, reason }];
}

/** Newest first; of at most {@linkcode MOST_LOOKS} looks. */
async function asked({ ledger }: ServiceOptions, { name }: Asset, limit: number) {
  const evaluations: EvaluationView[] = [];
  let [leftOut, before] = [0, undefined as string | undefined];
  for (let read = 0; read < MOST_LOOKS && evaluations.length < limit; read += PAGE) {
    const ticks = await ledger.ticks(CONDITIONS, { before, limit: PAGE });
    for (const tick of ticks) {
      const kept = evaluationsIn(tick);
      leftOut += kept.leftOut;
      const own = kept.evaluations.filter((e) => e.asset === name);
      for (const e of own) {
        evaluations.push({ ...viewOf(e, tick.at), requested: true, run: tick.run });
      }
    }
    before = ticks.at(-1)?.seq;
    if (ticks.length < PAGE) break;
  }
  return { evaluations: evaluations.slice(0, limit), leftOut };
}

const viewOf = ({ partition, words, operands }: Evaluation, at: Date): EvaluationView => ({
  at: instant(at),
  partition: partitionOrNull(partition),
  now: false,
  requested: false,
  run: null,
  reason: words,
  operands,
});
