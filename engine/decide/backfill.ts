/**
 * What a backfill does next: which of its runs are over, and which are to be submitted now.
 *
 * @module
 */
import type { Definitions } from "../graph/define.ts";
import { upstreamOf } from "../graph/order.ts";
import {
  type BackfillAdvance,
  type BackfillDone,
  type BackfillRecord,
  type BackfillRun,
  backfillRunKey,
} from "../ledger/backfills.ts";
import type { StepState, Submission } from "../ledger/records.ts";
import { type BackfillSlice, cutIntoRuns, slicesOfSets } from "./backfill_runs.ts";
import { readings } from "./inputs.ts";
import { submissionOf } from "./submission.ts";

/** Runs of backfills come after all that people and schedules ask for. */
export const BACKFILL_PRIORITY = 10;

/** Runs that are looked at for one that need not wait. */
const LOOKAHEAD = 100;

/** The runs of a backfill as slices. Made once for each backfill: O(slices). */
export interface BackfillRuns {
  /** In the order in which they are to be submitted. */
  readonly runs: readonly (readonly BackfillSlice[])[];
  /** Which run makes a slice: only of assets that others in the set read. */
  readonly placeOf: ReadonlyMap<string, number>;
}

const idOf = (asset: string, partition: string) => `${asset}\n${partition}`;

/**
 * The runs of a remembered backfill.
 *
 * @throws {RangeError} If the declarations changed so that they are others than were decided.
 * @throws {UnknownName} If an asset does not exist any more.
 */
export function runsOf(definitions: Definitions, b: BackfillRecord): BackfillRuns {
  const runs = cutIntoRuns(slicesOfSets(definitions, b.slices), b);
  if (runs.length !== b.runs) {
    throw new RangeError(
      `Cannot go on with backfill "${b.id}": its partitions were ${b.runs} runs and are ` +
        `${runs.length} now, so the declarations changed; cancel it and ask for it again`,
    );
  }
  const names = new Set(Object.keys(b.slices));
  const read = new Set(
    definitions.assets.filter((a) => names.has(a.name))
      .flatMap((a) => Object.values(a.deps).map((d) => upstreamOf(d).name)),
  );
  const placeOf = new Map<string, number>();
  runs.forEach((slices, place) => {
    for (const s of slices) {
      if (read.has(s.asset.name)) placeOf.set(idOf(s.asset.name, s.partition), place);
    }
  });
  return { runs, placeOf };
}

const TERMINAL: ReadonlySet<string> = new Set(["success", "failed", "cancelled"]);

/**
 * The next step of a backfill; undefined if nothing is to be done. Runs are submitted in their order, as many as may be
 * active at once; one that reads slices of another run of the backfill waits until that has ended.
 */
export function nextOfBackfill(
  definitions: Definitions,
  b: BackfillRecord,
  { runs, placeOf }: BackfillRuns,
  now: Date,
): BackfillAdvance | undefined {
  const over = b.active.filter((r) => TERMINAL.has(r.state));
  const active = b.active.filter((r) => !TERMINAL.has(r.state));
  const done = over.reduce(counted, b.done);
  const submitted = placesIn(b.submitted);
  const running = new Set(active.map((r) => r.place));
  const hasEnded = (place: number) => submitted.has(place) && !running.has(place);
  const chosen = b.state !== "running" ? [] : ready({
    runs,
    submitted,
    isIdle: active.length === 0,
    room: b.concurrency - active.length,
    waits: (place) => waits(runs[place]!, place, placeOf, hasEnded, now),
  });
  const isOver = active.length === 0 && submitted.size === runs.length;
  if (!over.length && !chosen.length && !isOver) return undefined;
  return {
    id: b.id,
    revision: b.revision,
    state: isOver ? done.failed + done.cancelled ? "failed" : "success" : b.state,
    done,
    counted: over.map((r) => r.place),
    submitted: placesText([...submitted, ...chosen]),
    submissions: chosen.map((place) => ({
      place,
      run: submission(definitions, b, { place, slices: runs[place]! }, now),
    })),
    error: null,
  };
}

/** Adds a run that has ended. */
function counted(done: BackfillDone, run: BackfillRun): BackfillDone {
  const { state, startedAt, endedAt } = run;
  const ms = startedAt && endedAt ? Math.max(0, endedAt.getTime() - startedAt.getTime()) : 0;
  return {
    success: done.success + Number(state === "success"),
    failed: done.failed + Number(state === "failed"),
    cancelled: done.cancelled + Number(state === "cancelled"),
    ms: done.ms + ms,
    steps: sumOfSteps(done.steps, run.steps),
  };
}

/** Counts of steps, added. */
export function sumOfSteps(
  a: BackfillDone["steps"],
  b: BackfillDone["steps"],
): BackfillDone["steps"] {
  const both = Object.entries(a).map(([s, n]) => [s, n + b[s as StepState]]);
  return Object.fromEntries(both) as BackfillDone["steps"];
}

/**
 * The next runs that need not wait. Where all that were looked at wait and nothing is active, the first of all that does
 * not; where every one waits for another, the first.
 */
function ready(o: {
  readonly runs: readonly unknown[];
  readonly submitted: ReadonlySet<number>;
  readonly isIdle: boolean;
  readonly room: number;
  waits(place: number): boolean;
}): readonly number[] {
  const chosen: number[] = [];
  let first: number | undefined;
  let looked = 0;
  for (let place = 0; place < o.runs.length && chosen.length < o.room; place++) {
    if (o.submitted.has(place)) continue;
    first ??= place;
    if (looked++ >= LOOKAHEAD && (!o.isIdle || chosen.length)) break;
    if (!o.waits(place)) chosen.push(place);
  }
  return !chosen.length && o.isIdle && o.room > 0 && first !== undefined ? [first] : chosen;
}

/** Whether a run reads what another run of the backfill is still to make. */
function waits(
  slices: readonly BackfillSlice[],
  place: number,
  placeOf: BackfillRuns["placeOf"],
  hasEnded: (place: number) => boolean,
  now: Date,
): boolean {
  if (!placeOf.size) return false;
  const isOpen = (asset: string) => (partition: string) => {
    const other = placeOf.get(idOf(asset, partition));
    return other !== undefined && other !== place && !hasEnded(other);
  };
  return slices.some(({ asset, key }) =>
    Object.keys(asset.deps).length > 0 &&
    readings(asset, key, now).some(({ up, as, partitions }) => {
      if (as !== "newest") return partitions.some(isOpen(up.name));
      const newest = partitions.findLast((p) => placeOf.has(idOf(up.name, p)));
      return newest !== undefined && isOpen(up.name)(newest);
    })
  );
}

function submission(
  definitions: Definitions,
  b: BackfillRecord,
  run: { readonly place: number; readonly slices: readonly BackfillSlice[] },
  now: Date,
): Submission {
  const reason = `backfill ${b.id}`;
  const part = b.runs === 1 ? "" : `, run ${run.place + 1} of ${b.runs}`;
  return submissionOf(definitions, run.slices.map((s) => ({ ...s, reason })), {
    key: backfillRunKey(b.id, run.place),
    title: b.title,
    trigger: "backfill",
    by: b.id,
    reason: `${reason}${part}: ${b.reason}`,
    priority: BACKFILL_PRIORITY,
  }, now);
}

/** The numbers of a text like `0..41,43`. */
export function placesIn(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const range of text.split(",").filter(Boolean)) {
    const [from, to = from] = range.split("..").map(Number) as [number, number?];
    for (let place = from; place <= to; place++) found.add(place);
  }
  return found;
}

/** Numbers as ranges: `0..41,43`. */
export function placesText(places: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open && open[1] + 1 === place) open[1] = place;
    else ranges.push([place, place]);
  }
  return ranges.map(([a, b]) => a === b ? `${a}` : `${a}..${b}`).join(",");
}
