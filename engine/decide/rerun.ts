/**
 * Which steps of a run are run again.
 *
 * @module
 */
import type { StepRecord } from "../ledger/records.ts";

/** What is asked for. */
export interface RerunWish {
  /** What did not succeed, or everything. */
  readonly which: "failed" | "all";
  /** Only steps of these assets, whatever became of them. */
  readonly assets?: ReadonlySet<string> | undefined;
  /** Also the steps of the run that need those. */
  readonly downstream?: boolean | undefined;
}

/** The steps of a run that are meant, in the order of its plan. O(steps + edges). */
export function rerunSteps(
  steps: readonly StepRecord[],
  { which, assets, downstream = false }: RerunWish,
): readonly StepRecord[] {
  const isMeant = (step: StepRecord) =>
    assets ? assets.has(step.asset) : which === "all" || step.state !== "success";
  const chosen = new Set<number>();
  // Each step comes after those that it needs, so one pass finds all that is below.
  for (const [index, step] of steps.entries()) {
    if (isMeant(step) || (downstream && step.needs.some((n) => chosen.has(n)))) chosen.add(index);
  }
  return steps.filter((_, index) => chosen.has(index));
}
