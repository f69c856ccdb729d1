/**
 * Backfills of the in-memory ledger.
 *
 * @module
 */
import {
  type BackfillAdvance,
  type BackfillQuery,
  type BackfillRecord,
  type BackfillRun,
  type BackfillState,
  type BackfillSubmission,
  nothingDone,
  type SubmittedBackfill,
} from "./backfills.ts";
import { run as runOf } from "./memory_reads.ts";
import { cancelRun, refuseDisorder, submit } from "./memory_runs.ts";
import {
  type BackfillNode,
  type MemoryState,
  type Mutable,
  plainError,
  remember,
} from "./memory_state.ts";
import type { Submitted } from "./records.ts";

const isOpen = ({ state }: Pick<BackfillRecord, "state">) =>
  state === "running" || state === "paused";

/** Remembers a backfill, or finds the one with the same key. */
export function startBackfill(
  state: MemoryState,
  submission: BackfillSubmission,
): SubmittedBackfill {
  const known = [...state.backfills.values()].findLast(({ record: r }) =>
    r.key === submission.key && (isOpen(r) || r.once && submission.once)
  );
  if (known) return { id: known.record.id, created: false };
  const record: BackfillNode["record"] = {
    ...structuredClone(submission),
    id: String(state.backfills.size + 1),
    state: "running",
    revision: 1,
    submitted: "",
    done: nothingDone,
    createdAt: state.now(),
    endedAt: null,
    error: null,
  };
  state.backfills.set(record.id, { record, active: new Map() });
  changed(state, record);
  return { id: record.id, created: true };
}

/** Some backfills, newest first. */
export function backfills(state: MemoryState, query: BackfillQuery): readonly BackfillRecord[] {
  return [...state.backfills.values()].reverse()
    .filter(({ record }) =>
      (query.id === undefined || record.id === query.id) &&
      (query.key === undefined || record.key === query.key) &&
      (!query.open || isOpen(record))
    )
    .slice(0, query.limit)
    .map((node) => ({ ...structuredClone(node.record), active: activeOf(state, node) }));
}

function activeOf(state: MemoryState, { active }: BackfillNode): readonly BackfillRun[] {
  return [...active].sort(([a], [b]) => a - b).map(([place, id]) => {
    const { run } = runOf(state, id)!;
    const { startedAt, endedAt, steps } = run;
    return { place, run: id, state: run.state, startedAt, endedAt, steps };
  });
}

/** Moves a backfill on and submits its runs, unless somebody else changed it first. */
export function advanceBackfill(
  state: MemoryState,
  step: BackfillAdvance,
): readonly Submitted[] | undefined {
  const node = state.backfills.get(step.id);
  if (node?.record.revision !== step.revision) return undefined;
  for (const { run } of step.submissions) refuseDisorder(run);
  const submitted = step.submissions.map(({ place, run }) => {
    const made = submit(state, run);
    node.active.set(place, made.run);
    return made;
  });
  for (const place of step.counted) node.active.delete(place);
  Object.assign(node.record, { done: step.done, submitted: step.submitted, error: step.error });
  enter(state, node.record, step.state);
  return submitted;
}

/** Lets a running backfill submit nothing more. */
export const pauseBackfill = (state: MemoryState, id: string): boolean =>
  swap(state, id, "running", "paused");

/** Lets a paused backfill go on. */
export const resumeBackfill = (state: MemoryState, id: string): boolean =>
  swap(state, id, "paused", "running");

function swap(state: MemoryState, id: string, from: BackfillState, to: BackfillState): boolean {
  const record = state.backfills.get(id)?.record;
  if (record?.state !== from) return false;
  enter(state, record, to);
  return true;
}

/** Ends a backfill with all of its runs. */
export function cancelBackfill(state: MemoryState, id: string, by: string): boolean {
  const node = state.backfills.get(id);
  if (!node || !isOpen(node.record)) return false;
  node.record.error = plainError(`Cancelled by "${by}"`);
  enter(state, node.record, "cancelled");
  for (const run of node.active.values()) cancelRun(state, run, by);
  return true;
}

type Changing = Mutable<Omit<BackfillRecord, "active">>;

function enter(state: MemoryState, record: Changing, to: BackfillState): void {
  record.state = to;
  record.revision++;
  record.endedAt = isOpen(record) ? null : state.now();
  changed(state, record);
}

function changed(state: MemoryState, record: Changing): void {
  remember(state, { kind: "backfill", name: record.id, state: record.state });
}
