/**
 * Runs of the in-memory ledger: how they come, are let in and end.
 *
 * @module
 */
import {
  at,
  type JobNode,
  type MemoryState,
  plainError,
  rememberRun,
  type RunNode,
  sliceOf,
  type StepNode,
} from "./memory_state.ts";
import { durationText } from "../declare/duration.ts";
import { endStep, enqueue, skipDependents } from "./memory_steps.ts";
import type { PlannedStep, RunState, StepError, Submission, Submitted } from "./records.ts";

/** Remembers a run, or finds the one with the same key. */
export function submit(state: MemoryState, submission: Submission): Submitted {
  const known = submission.key === null ? undefined : state.runsByKey.get(submission.key);
  if (known !== undefined) return { run: known.id, steps: known.steps.length, created: false };
  refuseDisorder(submission);
  const run = newRun(state, structuredClone(submission));
  state.runs.set(run.id, run);
  if (submission.key !== null) state.runsByKey.set(submission.key, run);
  if (submission.job === null) admit(state, run);
  else queueRun(state, jobOf(state, submission.job), run);
  return { run: run.id, steps: run.steps.length, created: true };
}

/**
 * Refuses a plan in which a step would wait for ever.
 *
 * @throws {RangeError} If a step needs one that does not come before it.
 */
export function refuseDisorder({ title, steps }: Submission): void {
  for (const [index, step] of steps.entries()) {
    const wrong = step.needs.find((need) => !(need >= 0 && need < index));
    if (wrong === undefined) continue;
    throw new RangeError(
      `Cannot submit "${title}": step ${index} needs step ${wrong}, ` +
        "only earlier ones can be needed",
    );
  }
}

function newRun(state: MemoryState, submission: Submission): RunNode {
  const run: RunNode = {
    id: String(state.runs.size + 1),
    submission,
    createdAt: state.now(),
    steps: [],
    state: "queued",
    startedAt: null,
    endedAt: null,
    error: null,
    dueAt: null,
    timedOut: false,
    open: submission.steps.length,
    code: submission.code ?? null,
    codeBefore: null,
  };
  for (const planned of submission.steps) addStep(state, run, planned);
  return run;
}

function addStep(state: MemoryState, run: RunNode, planned: PlannedStep): void {
  const needs = new Set(planned.needs);
  const step: StepNode = {
    run,
    index: run.steps.length,
    planned,
    slice: sliceOf(state, planned.asset, planned.partition),
    dependents: [],
    attempts: [],
    state: "waiting",
    readyAt: null,
    startedAt: null,
    endedAt: null,
    error: null,
    stop: null,
    left: needs.size,
    deaths: 0,
    lap: 0,
    turn: 0,
  };
  for (const need of needs) run.steps[need]!.dependents.push(step);
  step.slice.open.add(step);
  run.steps.push(step);
}

const jobOf = (state: MemoryState, job: string): JobNode =>
  at(state.jobs, job, () => ({ running: 0, queued: [] }));

/** Puts a run behind the others of its job that wait. */
function queueRun(state: MemoryState, job: JobNode, run: RunNode): void {
  job.queued.push(run);
  admitNext(state, job);
  if (run.state === "queued") rememberRun(state, run);
}

/** Lets in runs of a job, oldest first, as many as the oldest allows. */
function admitNext(state: MemoryState, job: JobNode): void {
  while (job.queued.length > 0 && job.running < job.queued[0]!.submission.maxActiveRuns) {
    const run = job.queued.shift()!;
    job.running++;
    admit(state, run);
  }
}

function admit(state: MemoryState, run: RunNode): void {
  run.state = "running";
  rememberRun(state, run);
  const now = state.now();
  const { timeoutMs } = run.submission;
  run.dueAt = timeoutMs === undefined ? null : new Date(now.getTime() + timeoutMs);
  for (const step of run.steps) {
    if (step.left === 0 && step.state === "waiting") enqueue(state, step, now);
  }
  settleRun(state, run);
}

/** Ends a run all of whose steps have ended. */
export function settleRun(state: MemoryState, run: RunNode): void {
  const isActive = run.state === "queued" || run.state === "running";
  if (!isActive || run.open > 0) return;
  const has = (wanted: string) => run.steps.some((step) => step.state === wanted);
  endRun(state, run, has("failed") ? "failed" : has("cancelled") ? "cancelled" : "success");
}

/** Ends a run and all of its steps that nobody runs. False if it had ended. */
export function cancelRun(state: MemoryState, id: string, by: string): boolean {
  const run = state.runs.get(id);
  if (run === undefined || (run.state !== "queued" && run.state !== "running")) return false;
  const error = plainError(`Cancelled by ${by}`);
  run.error ??= error;
  stopRun(state, run, error);
  endRun(state, run, "cancelled");
  return true;
}

/** Ends the steps that nobody runs, and asks the others to stop. */
function stopRun(state: MemoryState, run: RunNode, error: StepError): void {
  for (const step of run.steps) {
    if (step.state === "running") step.stop ??= error;
    if (step.state === "waiting" || step.state === "queued") {
      endStep(state, step, { state: "cancelled", error });
    }
  }
}

/** Ends one step and skips what needs it, or asks it to stop. False if it had ended or was asked. */
export function cancelStep(
  state: MemoryState,
  at: { readonly run: string; readonly step: number },
  by: string,
): boolean {
  const step = state.runs.get(at.run)?.steps[at.step];
  if (step === undefined || step.endedAt !== null || step.stop !== null) return false;
  const error = plainError(`Cancelled by ${by}`);
  if (step.state === "running") step.stop = error;
  else {
    endStep(state, step, { state: "cancelled", error });
    step.run.error ??= error;
    skipDependents(state, step);
    settleRun(state, step.run);
  }
  return true;
}

/** Ends runs whose time is over. */
export function expire(state: MemoryState): string[] {
  const now = state.now();
  const due = [...state.runs.values()]
    .filter((r) => r.state === "running" && r.dueAt !== null && r.dueAt <= now);
  for (const run of due) {
    const ms = run.submission.timeoutMs!;
    run.error = plainError(`The run took longer than its timeout of ${durationText(ms)}`);
    run.timedOut = true;
    stopRun(state, run, run.error);
    endRun(state, run, "failed");
  }
  return due.map((run) => run.id);
}

function endRun(state: MemoryState, run: RunNode, ended: RunState): void {
  const wasRunning = run.state === "running";
  run.state = ended;
  run.endedAt = state.now();
  rememberRun(state, run);
  if (run.submission.job === null) return;
  const job = jobOf(state, run.submission.job);
  if (wasRunning) job.running--;
  else job.queued.splice(job.queued.indexOf(run), 1);
  admitNext(state, job);
}
