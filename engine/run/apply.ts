/**
 * Making plans that are kept, and running them as they are.
 *
 * @module
 */
import {
  changedSince,
  factsOf,
  freezePlan,
  type FrozenPlan,
  goneSlice,
  submissionOfPlan,
} from "../decide/frozen_plan.ts";
import { sliceText } from "../decide/inputs.ts";
import { judge, type Judgement } from "../decide/judge.ts";
import { missingInputs, missingText, plan } from "../decide/plan.ts";
import { targets, type Wish } from "../decide/targets.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Submitted, Trigger } from "../ledger/records.ts";

/** What planning and applying need. */
export interface Applying {
  /** What exists. */
  readonly definitions: Definitions;
  /** What is remembered. */
  readonly ledger: Pick<Ledger, "slices" | "checks" | "durations" | "submit">;
  /** The time. */
  readonly now: Date;
}

/** The definitions of a plan changed since it was made, or it was applied already. */
export class PlanRefused extends RangeError {
  /** Survives minification. */
  override name = "PlanRefused";
}

async function look({ definitions, ledger, now }: Applying): Promise<Judgement> {
  const [slices, checks] = await Promise.all([ledger.slices(), ledger.checks()]);
  return judge({ definitions, slices, checks, now });
}

/**
 * What a wish means now, as a plan that can be kept.
 *
 * @throws {RangeError} If an input of it neither exists nor is planned.
 */
export async function planNow(o: Applying, wish: Wish, title?: string): Promise<FrozenPlan> {
  const [judgement, durations] = await Promise.all([look(o), o.ledger.durations(20)]);
  const { definitions, now } = o;
  const steps = plan(definitions, targets(definitions, judgement, wish), now);
  const missing = missingInputs(definitions, steps, judgement);
  if (missing.length > 0) throw new RangeError(missingText(missing));
  return freezePlan({ definitions, judgement, durations, title }, steps);
}

/** What became of a plan. */
export interface Applied extends Submitted {
  /** Whether something that it reads or replaces was computed since it was made. */
  readonly factsMoved: boolean;
}

/** How a plan is applied. */
export interface ApplyOptions {
  /** Also if definitions changed, or if it was applied already. */
  readonly anyway?: boolean;
  /** Who applies it. */
  readonly trigger: Trigger;
}

/**
 * Runs exactly the steps of a plan. Newer data does not hinder it, since its steps read what is newest anyway.
 *
 * @throws {PlanRefused} If definitions changed since, or it was applied already, unless `anyway`; and if it has no steps, or
 * one of an asset or a slice that is gone.
 */
export async function applyPlan(
  o: Applying,
  plan: FrozenPlan,
  { anyway = false, trigger }: ApplyOptions,
): Promise<Applied> {
  const { definitions, ledger } = o;
  const changes = changedSince(plan, definitions);
  const gone = changes.some((c) => c.endsWith("does not exist any more"));
  if (changes.length > 0 && (gone || !anyway)) {
    const others = changes.length > 1 ? ` (and ${changes.length - 1} more)` : "";
    const remedy = gone ? "make it anew" : "make it anew, or give --anyway";
    throw new PlanRefused(
      `Cannot apply the plan of ${plan.madeAt}: ${changes[0]}${others}, ${remedy}`,
    );
  }
  // Reading slices also brings the keys that exist by now.
  const judgement = await look(o);
  const slice = goneSlice(plan, definitions);
  if (slice) {
    throw new PlanRefused(
      `Cannot apply the plan of ${plan.madeAt}: ${sliceText(slice.asset, slice.partition)} does ` +
        "not exist any more, make it anew",
    );
  }
  if (plan.steps.length === 0) {
    throw new PlanRefused(`Cannot apply the plan of ${plan.madeAt}: it has no steps`);
  }
  const missing = missingInputs(definitions, plan.steps, judgement);
  if (missing.length > 0) throw new RangeError(missingText(missing));
  const submission = submissionOfPlan(plan, { trigger, by: null, again: anyway });
  const submitted = await ledger.submit(submission);
  if (!submitted.created) {
    throw new PlanRefused(
      `Cannot apply the plan of ${plan.madeAt}: it was applied already, as run ${submitted.run}; ` +
        "give --anyway to run it again",
    );
  }
  return { ...submitted, factsMoved: factsOf(definitions, judgement, plan.steps) !== plan.facts };
}
