/**
 * Runs that a new version of the code overtook.
 *
 * @module
 */
import type { OnNewCode } from "../declare/job.ts";
import type { Definitions } from "../graph/define.ts";
import { codeVersion } from "../graph/code_version.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Target } from "../decide/targets.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunRecord, StepRecord } from "../ledger/records.ts";

/** What became of a run. */
export interface Overtaken {
  /** Its id. */
  readonly run: string;
  /** What was done. */
  readonly by: OnNewCode;
}

/** States of steps that are still to be done. */
const LEFT = new Set(["waiting", "queued", "running"]);

/**
 * Looks after runs whose code no living worker has, as their jobs say; runs without a job go on with the code of this
 * process. Harmless to do by several servers at once, and to repeat.
 */
export async function overtake(
  { definitions, ledger }: { readonly definitions: Definitions; readonly ledger: Ledger },
  now: Date,
): Promise<readonly Overtaken[]> {
  const code = codeVersion(definitions);
  const done: Overtaken[] = [];
  for (const run of await ledger.outdated(code)) {
    const job = definitions.jobs.find((j) => j.name === run.job);
    const by = job?.onNewCode ?? "continue";
    if (by === "continue" && await ledger.recode(run.id, run.code!, code)) {
      done.push({ run: run.id, by });
    }
    if (by === "replan") {
      await replan(definitions, ledger, run.id, now);
      done.push({ run: run.id, by });
    }
  }
  return done;
}

/**
 * Asks anew for what a run did not finish, and then ends it: who dies in between leaves both, and the key makes the new
 * one once, whoever does it and however often.
 */
async function replan(
  definitions: Definitions,
  ledger: Ledger,
  id: string,
  now: Date,
): Promise<void> {
  const found = await ledger.run(id);
  if (!found) return;
  const { run, steps } = found;
  const targets = steps.filter((s) => LEFT.has(s.state)).flatMap((s) =>
    targetOf(definitions, run, s)
  );
  const job = definitions.jobs.find((j) => j.name === run.job);
  const submission = submissionOf(definitions, targets, {
    key: `replan:${id}`,
    job,
    title: run.title,
    trigger: run.trigger,
    by: run.by,
    reason: `${run.reason}; planned anew from run ${id}, since the code changed`,
    priority: run.priority,
  }, now);
  if (targets.length > 0) await ledger.submit(submission);
  await ledger.cancel(id, "a new version of the code, with which it is planned anew");
}

/** What a step was for, unless the new code has no such slice. */
function targetOf(definitions: Definitions, run: RunRecord, step: StepRecord): Target[] {
  const asset = definitions.assets.find((a) => a.name === step.asset);
  if (!asset) return [];
  try {
    const key = asset.partitions.parse(step.partition);
    const reason = `${step.reason}; run ${run.id} had not come to it`;
    return [{ asset, key, partition: step.partition, reason }];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
