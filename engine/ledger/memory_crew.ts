/**
 * Workers of the in-memory ledger, and what becomes of the steps of those that end.
 *
 * @module
 */
import type { WorkerHello } from "./ledger.ts";
import { settleRun } from "./memory_runs.ts";
import {
  announce,
  type MemoryState,
  plainError,
  remember,
  sliceText,
  type StepNode,
  type WorkerNode,
} from "./memory_state.ts";
import { endAttempt, endStep, enqueue, failStep, skipDependents } from "./memory_steps.ts";
import type { RunRecord, WorkerRecord } from "./records.ts";

/** A step that took so many workers with it is not given to a further one. */
const deathsAllowed = 3;

/** Registers a worker. Gives its id. */
export function join(state: MemoryState, hello: WorkerHello): string {
  const id = String(state.workers.size + 1);
  const now = state.now();
  const record = { code: null, ...structuredClone(hello), id, startedAt: now, seenAt: now };
  if (record.code !== null) state.codes.set(record.code, state.workers.size);
  state.workers.set(id, { record, held: new Set(), taken: [], alive: true });
  remember(state, { kind: "worker", state: "joined", data: { worker: id, host: hello.host } });
  return id;
}

/** Says that the worker lives. False if it was given up. */
export function heartbeat(state: MemoryState, id: string): boolean {
  const worker = state.workers.get(id);
  if (!worker?.alive) return false;
  worker.record.seenAt = state.now();
  return true;
}

/** Ends a worker by its own will: no step is to blame. */
export function leave(state: MemoryState, id: string): void {
  const worker = state.workers.get(id);
  if (!worker?.alive) return;
  part(state, worker, { as: "left", cause: "it left", isDeath: false });
}

/** Gives up those that were silent longer than `silentMs`. */
export function reap(
  state: MemoryState,
  silentMs: number,
): { readonly worker: string; readonly cause: string }[] {
  const now = state.now().getTime();
  const gone = [];
  for (const worker of state.workers.values()) {
    const silent = now - worker.record.seenAt.getTime();
    if (!worker.alive || silent <= silentMs) continue;
    const cause = `it was silent for ${silent} ms`;
    part(state, worker, { as: "lost", cause, isDeath: true });
    gone.push({ worker: worker.record.id, cause });
  }
  return gone;
}

/** Gives up a worker that is known to be dead. */
export function bury(state: MemoryState, id: string, cause: string): void {
  const worker = state.workers.get(id);
  if (!worker?.alive) return;
  part(state, worker, { as: "lost", cause, isDeath: true });
}

/** Queues again what a worker holds without knowing; see the port. */
export function disown(
  state: MemoryState,
  id: string,
  o: { readonly holding: readonly string[]; readonly olderMs: number },
): number {
  const worker = state.workers.get(id);
  if (!worker?.alive) return 0;
  const known = new Set(o.holding);
  const before = state.now().getTime() - o.olderMs;
  const forgotten = [...worker.held].filter((s) =>
    !known.has(`${s.run.id}/${s.index}/${s.attempts.length}`) && s.startedAt!.getTime() <= before
  );
  const parting = { as: "lost", cause: FORGOTTEN, isDeath: false } as const;
  for (const step of forgotten) lose(state, step, worker, parting);
  return forgotten.length;
}

/** Why a step that its worker does not know of is taken from it. */
const FORGOTTEN = "the answer that gave it the step never arrived";

/** Those that live. */
export function workers(state: MemoryState): WorkerRecord[] {
  return [...state.workers.values()].filter((w) => w.alive).map((w) => ({ ...w.record }));
}

/** How many steps each worker runs. */
export const held = (state: MemoryState): ReadonlyMap<string, number> =>
  new Map(
    [...state.workers.values()].filter((w) => w.held.size > 0).map((
      w,
    ) => [w.record.id, w.held.size]),
  );

/** Runs that no living worker can go on with, though one with later code is there; see the port. */
export function outdated(
  state: MemoryState,
  code: string,
): Pick<RunRecord, "id" | "job" | "code">[] {
  const alive = new Set(workers(state).map((w) => w.code));
  const since = state.codes.get(code) ?? -1;
  return [...state.runs.values()]
    .filter((r) => r.state === "queued" || r.state === "running")
    .filter((r) => r.code !== null && r.code !== code && !alive.has(r.code))
    .filter((r) => (state.codes.get(r.code!) ?? Infinity) < since)
    .map(({ id, submission, code }) => ({ id, job: submission.job, code }));
}

/** Lets what is left of a run go on with other code. */
export function recode(state: MemoryState, id: string, from: string, to: string): boolean {
  const run = state.runs.get(id);
  if (!run || run.code !== from || (run.state !== "queued" && run.state !== "running")) {
    return false;
  }
  run.codeBefore ??= from;
  run.code = to;
  remember(state, {
    kind: "run",
    name: run.submission.job,
    run: id,
    state: "recoded",
    data: { from, to },
  });
  announce(state, { of: "step" });
  return true;
}

interface Parting {
  readonly as: "left" | "lost";
  readonly cause: string;
  readonly isDeath: boolean;
}

function part(state: MemoryState, worker: WorkerNode, parting: Parting): void {
  worker.alive = false;
  const data = { worker: worker.record.id, cause: parting.cause };
  remember(state, { kind: "worker", state: parting.as, data });
  for (const step of [...worker.held]) lose(state, step, worker, parting);
}

/** Takes a running step from its worker. */
function lose(state: MemoryState, step: StepNode, worker: WorkerNode, parting: Parting): void {
  worker.taken.push({ run: step.run.id, step: step.index, attempt: step.attempts.length });
  const error = plainError(`Lost worker ${worker.record.id}: ${parting.cause}`);
  endAttempt(state, step, { state: "lost", error });
  if (parting.isDeath) step.deaths++;
  if (step.stop !== null) {
    endStep(state, step, { state: "cancelled", error: step.stop });
    step.run.error ??= step.stop;
    skipDependents(state, step);
  } else if (step.deaths >= deathsAllowed) {
    const failure = plainError(
      `Cannot run ${sliceText(step.planned)}: it killed its worker ${step.deaths} times, ` +
        `the last one because ${parting.cause}`,
    );
    failStep(state, step, failure);
    step.slice.error = failure;
  } else {
    step.error = error;
    enqueue(state, step, state.now());
  }
  settleRun(state, step.run);
}
