/**
 * What people may start and stop.
 *
 * @module
 */
import { keyText, type PartitionKey } from "../../declare/partitions.ts";
import { expected } from "../../decide/expected.ts";
import { blastRadius } from "../../decide/frozen_plan.ts";
import { missingInputs, missingText } from "../../decide/plan.ts";
import { type Asking, submissionOf } from "../../decide/submission.ts";
import { assetsOf, type Target, targets } from "../../decide/targets.ts";
import type { Submission, Trigger } from "../../ledger/records.ts";
import type { MaterializeRequest, PlanView, StartedRun } from "../views.ts";
import type { ServiceOptions } from "./ports.ts";
import type { Seen } from "./seen.ts";
import { understood } from "./understood.ts";
import { partitionOrNull } from "./words.ts";

/** There is nothing to do: what was asked for is fresh. Not a failure. */
export class NothingToRun extends RangeError {
  /** Survives minification. */
  override name = "NothingToRun";
}

const TRIGGERS: readonly Trigger[] = [
  "schedule",
  "sensor",
  "condition",
  "ui",
  "cli",
  "api",
  "backfill",
];

/** Who asks: a known way in, with or without a name after it (`ui ada@example.org`), or somebody by the API. */
export function asker(by: string | undefined): Pick<Asking, "trigger" | "by"> {
  const known = TRIGGERS.find((t) => by === t || by?.startsWith(`${t} `));
  if (known === undefined) return { trigger: "api", by: by ?? null };
  return { trigger: known, by: by === known ? null : by!.slice(known.length + 1) };
}

/**
 * What a request would run.
 *
 * @throws {RangeError} Also where a selection cannot be read: those who ask know two kinds of refusal.
 */
function targetsOf(o: ServiceOptions, seen: Seen, request: MaterializeRequest): readonly Target[] {
  const wished = understood(() => targets(o.definitions, seen.judgement, request));
  const { reason } = request;
  return reason && !request.stale ? wished.map((t) => ({ ...t, reason })) : wished;
}

/** What a request would run, in which order, and how long that may take. */
export async function planOf(
  o: ServiceOptions,
  seen: Seen,
  request: MaterializeRequest,
): Promise<PlanView> {
  const asking: Asking = { ...asker(request.triggeredBy), reason: "" };
  const found = targetsOf(o, seen, request);
  const { steps } = submissionOf(o.definitions, found, asking, seen.now);
  const { steps: ms, total } = expected(steps, await o.ledger.durations(20));
  const missing = Map.groupBy(
    missingInputs(o.definitions, steps, seen.judgement),
    (m) => m.step,
  );
  const nameOf = (i: number) => {
    const { asset, partition } = steps[i]!;
    return partition ? `${asset} [${partition}]` : asset;
  };
  return {
    steps: steps.map((s, i) => ({
      asset: s.asset,
      partition: partitionOrNull(s.partition),
      reason: missing.has(s) ? `${s.reason}; ${missingText(missing.get(s)!)}` : s.reason,
      needs: s.needs.map(nameOf),
      expectedMs: ms[i] ?? null,
    })),
    expectedMs: total,
    becomesStale: blastRadius(o.definitions, seen.judgement, steps)
      .map((a) => ({ asset: a.asset, partitions: a.partitions.length })),
  };
}

/** Submits a run, unless an input of it neither exists nor is made by it. */
export async function submit(
  o: ServiceOptions,
  seen: Seen,
  submission: Submission,
): Promise<StartedRun> {
  const missing = missingInputs(o.definitions, submission.steps, seen.judgement);
  if (missing.length) throw new RangeError(missingText(missing));
  const { run, steps } = await o.ledger.submit(submission);
  return { run, steps };
}

/** The line of text that stands for a request. */
function titleOf(o: ServiceOptions, seen: Seen, request: MaterializeRequest): string | undefined {
  const what = request.selection ?? undefined;
  if (request.stale) return what ? `what is stale of ${what}` : "what is stale";
  return what && assetsOf(o.definitions, seen.judgement, { selection: what }).length > 1
    ? what
    : undefined;
}

/** Starts what a request names. */
export async function materializeNow(
  o: ServiceOptions,
  seen: Seen,
  request: MaterializeRequest,
): Promise<StartedRun> {
  const found = targetsOf(o, seen, request);
  if (!found.length) {
    throw new NothingToRun(
      request.stale
        ? "Nothing to materialize: nothing of it is stale"
        : "Nothing to materialize: the selection is empty",
    );
  }
  const title = titleOf(o, seen, request);
  const submission = submissionOf(o.definitions, found, {
    ...asker(request.triggeredBy),
    ...(title === undefined ? {} : { title }),
    reason: request.reason ?? (request.stale ? "what is stale was asked for" : "asked for"),
  }, seen.now);
  return await submit(o, seen, submission);
}

/** Starts a job, or what a schedule asks for, at the newest slices or at those that are named. */
export async function triggerNow(
  o: ServiceOptions,
  seen: Seen,
  name: string,
  options: { readonly partition?: string | undefined; readonly triggeredBy?: string | undefined },
): Promise<StartedRun> {
  const schedule = o.definitions.schedules.find((s) => s.name === name);
  const job = schedule ? undefined : o.definitions.job(name);
  const { assets, kind } = schedule ?? job!;
  const reason = `${kind} "${name}" was triggered`;
  const partition = options.partition ?? keyText(schedule?.partition(seen.now) as PartitionKey);
  const found = targetsOf(o, seen, {
    assets: assets.map((a) => a.name),
    ...(partition === "" ? {} : { partitions: [partition] }),
    reason,
  });
  const asking = { ...asker(options.triggeredBy), job, title: name, reason };
  const submission = submissionOf(o.definitions, found, asking, seen.now);
  return await submit(o, seen, submission);
}
