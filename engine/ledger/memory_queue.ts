/**
 * The work of the in-memory ledger: claiming steps and ending attempts.
 *
 * @module
 */
import type { Ask } from "./ledger.ts";
import { kept, rememberLate } from "./memory_late.ts";
import { publish, withhold } from "./memory_publish.ts";
import { settleRun } from "./memory_runs.ts";
import type { MemoryState, RunNode, StepNode, WorkerNode } from "./memory_state.ts";
import {
  begin,
  dequeue,
  endAttempt,
  endStep,
  enqueue,
  failStep,
  isFree,
  isSameLine,
  priority,
  release,
  skipDependents,
} from "./memory_steps.ts";
import type { AttemptState, Claimed, Finished, Outcome, Revoked } from "./records.ts";

/**
 * Makes queued steps the worker's. One that was given up gets none: nobody would miss what it
 * holds.
 */
export function claim(state: MemoryState, ask: Ask): Claimed[] {
  const worker = living(state, ask.worker);
  const claimed: Claimed[] = [];
  if (worker === undefined) return claimed;
  const now = state.now();
  let index = 0;
  while (index < state.ready.length && claimed.length < ask.room) {
    const step = state.ready[index]!;
    if (takes(worker, ask, step) && step.readyAt! <= now && isFree(state, step)) {
      state.ready.splice(index, 1);
      claimed.push(begin(state, step, worker));
    } else index++;
  }
  return claimed;
}

/** Ends attempts and hands on what became ready. */
export function finish(state: MemoryState, outcomes: readonly Outcome[], ask: Ask): Finished {
  const accepted: string[] = [];
  const ready: StepNode[] = [];
  const runs = new Set<RunNode>();
  for (const offered of outcomes) {
    const step = heldStep(state, offered, ask.worker);
    if (step === undefined) {
      rememberLate(state, offered, ask.worker);
      continue;
    }
    const outcome = kept(offered);
    runs.add(step.run);
    const isStopped = step.stop !== null;
    if (isStopped) endStopped(state, step, outcome);
    else ready.push(...end(state, step, outcome));
    // A success after the cancel came too late: what it wrote stays invisible, and it is told so.
    if (isStopped && outcome.state === "success") {
      rememberLate(state, outcome, ask.worker);
      continue;
    }
    accepted.push(`${outcome.run}/${outcome.step}/${outcome.attempt}`);
  }
  const next = handOn(state, ready, ask);
  for (const run of runs) settleRun(state, run);
  if (ask.more) next.push(...claim(state, { ...ask, room: ask.room - next.length }));
  return { accepted, next, drained: ask.more === true && next.length < ask.room };
}

/** Attempts that a worker must stop: cancelled ones, and those that were taken from it. */
export function revoked(state: MemoryState, id: string): Revoked[] {
  const worker = state.workers.get(id);
  if (worker === undefined) return [];
  const stopped = [...worker.held].filter((step) => step.stop !== null);
  return [
    ...stopped.map((s) => ({
      run: s.run.id,
      step: s.index,
      attempt: s.attempts.length,
      reason: s.stop!.message,
    })),
    ...worker.taken.map((t) => ({ ...t, reason: "It was taken from the worker" })),
  ];
}

/** Whether a step is of the queues and the code of a worker; one that does not tell its code takes any. */
function takes(
  worker: WorkerNode | undefined,
  { queues }: Ask,
  { planned, run }: StepNode,
): boolean {
  const mine = worker?.record.code ?? run.code;
  return queues.includes(planned.queue) && (run.code ?? mine) === mine;
}

function living(state: MemoryState, id: string): WorkerNode | undefined {
  const worker = state.workers.get(id);
  return worker?.alive ? worker : undefined;
}

/** The step of an attempt that runs and is the worker's. */
function heldStep(state: MemoryState, outcome: Outcome, worker: string): StepNode | undefined {
  const step = state.runs.get(outcome.run)?.steps[outcome.step];
  if (step === undefined || step.state !== "running") return undefined;
  const attempt = step.attempts.at(-1)!;
  const isTheirs = attempt.attempt === outcome.attempt && attempt.worker === worker;
  return isTheirs ? step : undefined;
}

/** Ends an attempt. Gives the steps that became ready. */
function end(state: MemoryState, step: StepNode, outcome: Outcome): StepNode[] {
  const error = outcome.state === "success" ? null : structuredClone(outcome.error);
  endAttempt(state, step, { state: attemptStateOf(outcome), error });
  if (outcome.state === "failed" && outcome.withheld) withhold(state, step, outcome.withheld);
  if (outcome.state === "success") {
    endStep(state, step, { state: "success", error: null });
    publish(state, step, outcome.result);
    return release(step);
  }
  if (outcome.state === "cancelled") {
    endStep(state, step, { state: "cancelled", error });
    step.run.error ??= error;
    skipDependents(state, step);
  } else if (outcome.retryAt === null) {
    failStep(state, step, error!);
  } else {
    step.error = error;
    enqueue(state, step, outcome.retryAt);
  }
  return [];
}

/** How the attempt ended; one that is not counted waits for its next try. */
function attemptStateOf(outcome: Outcome): AttemptState {
  const isPostponed = outcome.state === "failed" && outcome.counts === false &&
    outcome.retryAt !== null;
  return isPostponed ? "postponed" : outcome.state;
}

/** Ends an attempt that has to stop: nothing is published and nothing is tried again. */
function endStopped(state: MemoryState, step: StepNode, outcome: Outcome): void {
  const error = outcome.state === "success" ? step.stop : structuredClone(outcome.error);
  const ended = outcome.state === "failed" ? "failed" : "cancelled";
  endAttempt(state, step, { state: ended, error });
  endStep(state, step, { state: "cancelled", error });
  step.run.error ??= error;
  skipDependents(state, step);
}

/** Gives ready steps to the worker that made them ready, unless it is another run's turn; the others are queued. */
function handOn(state: MemoryState, ready: StepNode[], ask: Ask): Claimed[] {
  const worker = living(state, ask.worker);
  const next: Claimed[] = [];
  const now = state.now();
  const others = state.ready.filter((s) => s.readyAt! <= now && takes(worker, ask, s));
  const laps = new Map<RunNode, number>();
  for (const step of ready) {
    const first = state.ready.find((s) => isSameLine(s, step) && s.run === step.run)?.lap;
    enqueue(state, step, now);
    const lap = laps.get(step.run) ?? first ?? step.lap;
    laps.set(step.run, lap + 1);
    if (worker === undefined || next.length >= ask.room) continue;
    if (!takes(worker, ask, step) || Object.keys(step.planned.pools).length) continue;
    if (!isFree(state, step) || others.some((s) => isBefore(s, step, lap))) continue;
    dequeue(state, step);
    next.push(begin(state, step, worker));
  }
  return next;
}

/** Whether a step of another run has its turn before one whose turn is in a lap. */
const isBefore = (other: StepNode, step: StepNode, lap: number) =>
  other.run !== step.run &&
  (priority(other) < priority(step) || (priority(other) === priority(step) && other.lap <= lap));
