/**
 * Running steps of a run again.
 *
 * @module
 */
import { chosenAssets } from "../../decide/chosen.ts";
import { rerunSteps } from "../../decide/rerun.ts";
import { submissionOf } from "../../decide/submission.ts";
import type { Target } from "../../decide/targets.ts";
import type { RunRecord, StepRecord } from "../../ledger/records.ts";
import type { RerunRequest } from "../steering_views.ts";
import type { StartedRun } from "../views.ts";
import { asker, submit } from "./acting.ts";
import { knownRun } from "./cancelling.ts";
import type { ServiceOptions } from "./ports.ts";
import type { Seen } from "./seen.ts";
import { withSameInputs } from "./same_inputs.ts";
import { understood } from "./understood.ts";

/** Starts a new run of steps of one that has ended. */
export async function retryNow(
  o: ServiceOptions,
  seen: Seen,
  id: string,
  request: RerunRequest,
): Promise<StartedRun> {
  const { run, steps } = await knownRun(o, id);
  if (run.state === "queued" || run.state === "running") {
    throw new RangeError(`Cannot retry run "${id}": it is still ${run.state}`);
  }
  if (steps.some((s) => s.state === "running")) {
    throw new RangeError(
      `Cannot retry run "${id}": a step of it is still being stopped; try again in a moment`,
    );
  }
  const chosen = stepsOf(o, seen, { run, steps }, request);
  const submission = submissionOf(o.definitions, chosen.map((s) => targetOf(o, id, s)), {
    ...asker(request.triggeredBy ?? "ui"),
    job: o.definitions.jobs.find((j) => j.name === run.job),
    title: run.title,
    reason: reasonOf(id, request),
    priority: run.priority,
    parent: id,
  }, seen.now);
  if (request.inputs !== "same") return await submit(o, seen, submission);
  const again = { run, steps, again: chosen };
  return await submit(o, seen, await withSameInputs(o, submission, again));
}

interface Original {
  readonly run: RunRecord;
  readonly steps: readonly StepRecord[];
}

function stepsOf(o: ServiceOptions, seen: Seen, of: Original, request: RerunRequest) {
  const { which = "failed", only, downstream } = request;
  const named = only === undefined ? undefined : new Set(
    understood(() => chosenAssets(o.definitions, seen.judgement, { selection: only })).map((a) =>
      a.name
    ),
  );
  const chosen = rerunSteps(of.steps, { which, assets: named, downstream });
  if (chosen.length > 0) return chosen;
  throw new RangeError(
    named
      ? `Cannot retry run "${of.run.id}": none of its steps is of "${only}"`
      : `Cannot retry run "${of.run.id}": all its steps succeeded; all of it is run again by --all`,
  );
}

function targetOf({ definitions }: ServiceOptions, run: string, step: StepRecord): Target {
  const asset = definitions.asset(step.asset);
  const key = asset.partitions.parse(step.partition);
  return { asset, key, partition: step.partition, reason: `it was ${step.state} in run ${run}` };
}

function reasonOf(id: string, { which, only, inputs }: RerunRequest): string {
  const what = only !== undefined
    ? `"${only}" of run ${id} again`
    : which === "all"
    ? `run ${id} again`
    : `what did not succeed in run ${id}`;
  return inputs === "same" ? `${what}, with the inputs that it read` : what;
}
