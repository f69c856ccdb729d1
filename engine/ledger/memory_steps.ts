/**
 * Transitions of steps and attempts in the in-memory ledger. None of them looks at the run: that
 * is `memory_runs.ts`.
 *
 * @module
 */
import {
  announce,
  type MemoryState,
  plainError,
  rememberStep,
  sliceText,
  type StepNode,
  type WorkerNode,
} from "./memory_state.ts";
import { fitsPools } from "./memory_pools.ts";
import type { AttemptState, Claimed, StepError, StepState } from "./records.ts";

/** Who is claimed first: smaller priority, then runs in turn, then who has waited longer. */
export function claimOrder(a: StepNode, b: StepNode): number {
  return priority(a) - priority(b) || a.lap - b.lap || a.turn - b.turn;
}

/** The n-th step that a run has waiting goes in the n-th lap from the head of the queue. */
function lapOf(state: MemoryState, step: StepNode): number {
  const now = state.now();
  const rivals = state.ready.filter((s) => s.readyAt! <= now && isSameLine(s, step));
  const own = rivals.findLast((s) => s.run === step.run)?.lap ?? 0;
  return Math.max((rivals[0]?.lap ?? 1) - 1, own) + 1;
}

/** Whether two steps wait for the same things. */
export const isSameLine = (a: StepNode, b: StepNode): boolean =>
  a.planned.queue === b.planned.queue && priority(a) === priority(b) &&
  poolsText(a) === poolsText(b);

const poolsText = (step: StepNode) => JSON.stringify(Object.entries(step.planned.pools).sort());

/** Of the run and the step together. */
export const priority = (step: StepNode): number =>
  step.run.submission.priority + step.planned.priority;

/** Makes a step claimable from `readyAt` on. */
export function enqueue(state: MemoryState, step: StepNode, readyAt: Date): void {
  step.state = "queued";
  step.readyAt = readyAt;
  step.lap = lapOf(state, step);
  step.turn = ++state.queued;
  state.ready.splice(placeOf(state, step), 0, step);
  rememberStep(state, step);
  announce(state, { of: "step" });
}

/** Takes a step that ends out of the queue. */
export function dequeue(state: MemoryState, step: StepNode): void {
  state.ready.splice(placeOf(state, step), 1);
}

/** Where a step stands among the claimable ones, or would stand. */
function placeOf(state: MemoryState, step: StepNode): number {
  let low = 0;
  let high = state.ready.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (claimOrder(state.ready[middle]!, step) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether nobody computes the slice of the step, and its pools have room. */
export const isFree = (state: MemoryState, step: StepNode): boolean =>
  step.slice.running === null && fitsPools(state, step);

/** Begins an attempt of a step that is in no queue. */
export function begin(state: MemoryState, step: StepNode, worker: WorkerNode): Claimed {
  const startedAt = state.now();
  const version = ++state.version;
  step.attempts.push({
    attempt: step.attempts.length + 1,
    state: "running",
    version,
    worker: worker.record.id,
    readyAt: step.readyAt ?? startedAt,
    startedAt,
    endedAt: null,
    error: null,
  });
  step.state = "running";
  step.startedAt = startedAt;
  step.run.startedAt ??= startedAt;
  step.slice.running = step;
  worker.held.add(step);
  rememberStep(state, step);
  return {
    asset: step.planned.asset,
    partition: step.planned.partition,
    run: step.run.id,
    step: step.index,
    attempt: step.attempts.length,
    version,
    failures: step.attempts.filter((a) => a.state === "failed").length,
    reason: step.planned.reason,
    startedAt,
    ...(step.planned.pins ? { pins: step.planned.pins } : {}),
  };
}

/** Ends the running attempt; what becomes of the step is the caller's to say. */
export function endAttempt(
  state: MemoryState,
  step: StepNode,
  ended: { readonly state: AttemptState; readonly error: StepError | null },
): void {
  const attempt = step.attempts.at(-1)!;
  const at = state.now();
  Object.assign(attempt, ended, { endedAt: at });
  state.workers.get(attempt.worker)?.held.delete(step);
  const { slice } = step;
  slice.running = null;
  slice.last = { state: ended.state, at, run: step.run.id };
  slice.error = ended.state === "failed" ? ended.error : null;
  for (const other of slice.open) if (other.state === "queued") announce(state, { of: "step" });
}

/** Makes the state of a step terminal. */
export function endStep(
  state: MemoryState,
  step: StepNode,
  ended: { readonly state: StepState; readonly error: StepError | null },
): void {
  if (step.state === "queued") dequeue(state, step);
  step.state = ended.state;
  step.error = ended.error;
  step.endedAt = state.now();
  step.slice.open.delete(step);
  step.run.open--;
  rememberStep(state, step);
}

/** Ends a step by a final failure, and skips what needs it. */
export function failStep(state: MemoryState, step: StepNode, error: StepError): void {
  endStep(state, step, { state: "failed", error });
  step.run.error ??= error;
  skipDependents(state, step);
}

/** Skips all that needs a step which did not succeed. */
export function skipDependents(state: MemoryState, cause: StepNode): void {
  const stack = [...cause.dependents];
  while (stack.length > 0) {
    const step = stack.pop()!;
    if (step.state !== "waiting") continue;
    const message = `Cannot compute ${sliceText(step.planned)}: ${sliceText(cause.planned)}, ` +
      `which it needs, was ${cause.state}`;
    endStep(state, step, { state: "skipped", error: plainError(message) });
    stack.push(...step.dependents);
  }
}

/** Counts a success for the steps that need it. Gives those that need nothing more. */
export function release(step: StepNode): StepNode[] {
  return step.dependents.filter((d) => --d.left === 0 && d.state === "waiting");
}
