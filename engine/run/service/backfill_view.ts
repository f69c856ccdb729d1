/**
 * Backfills for people: what one would do, starting, watching and steering them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { UnknownName } from "../../declare/errors.ts";
import type { Json } from "../../declare/store.ts";
import { sumOfSteps } from "../../decide/backfill.ts";
import { expectedBackfill, remainingOfBackfill } from "../../decide/backfill_estimate.ts";
import { type BackfillSlice, cutIntoRuns, slicesOfSets } from "../../decide/backfill_runs.ts";
import {
  type BackfillCut,
  type BackfillWish,
  chooseBackfill,
  cutOf,
} from "../../decide/choose_backfill.ts";
import { missingText } from "../../decide/plan.ts";
import { partitionsText, titleOf } from "../../decide/submission.ts";
import { canonicalJson } from "../../graph/fingerprint.ts";
import type { BackfillRecord } from "../../ledger/backfills.ts";
import { backfilling } from "../backfilling.ts";
import type {
  BackfillPlanView,
  BackfillRequest,
  BackfillView,
  StartedBackfill,
} from "../backfill_views.ts";
import { asker, NothingToRun } from "./acting.ts";
import type { ServiceOptions } from "./ports.ts";
import { isRunId } from "./run_view.ts";
import type { Seen } from "./seen.ts";
import { understood } from "./understood.ts";
import { instant, partitionOrNull } from "./words.ts";

/** Successes that an expectation rests on, and runs that a dry run tells of. */
const SUCCESSES = 20;
const FIRST_RUNS = 5;

interface Decided {
  readonly cut: BackfillCut;
  readonly runs: readonly (readonly BackfillSlice[])[];
  /** Inputs that were never built and are not made by it, as a sentence. */
  readonly problem: string | null;
  readonly title: string;
}

/** What is asked for, without how many runs may be active. */
function definitionOf(request: BackfillRequest): { readonly [name: string]: Json } {
  const { job, selection, assets, partitions, only, downstream, reverse, chunk } = request;
  const what = { job, selection, assets, partitions, only, downstream, reverse, chunk };
  const given = Object.entries(what).filter(([, v]) => v !== undefined && v !== false);
  return Object.fromEntries(given) as { readonly [name: string]: Json };
}

/** A job is the names of its assets. */
function decided(o: ServiceOptions, seen: Seen, request: BackfillRequest): Decided {
  const { job, selection } = request;
  const wish: BackfillWish = job === undefined
    ? request
    : { ...request, assets: o.definitions.job(job).assets.map((a) => a.name) };
  if (!wish.selection && !wish.assets?.length) {
    throw new RangeError("Cannot backfill nothing: name a job, a selection or assets");
  }
  const { slices, missing } = understood(() => chooseBackfill(o.definitions, seen.judgement, wish));
  return {
    ...cutOf(slices, wish),
    problem: missingText(missing) || null,
    title: job ?? selection ?? titleOf(slices.map((s) => s.asset.name)),
  };
}

async function basisOf({ ledger }: ServiceOptions) {
  const [durations, workers] = await Promise.all([
    ledger.durations(SUCCESSES),
    ledger.workers(),
  ]);
  return { durations, slots: workers.reduce((n, w) => n + w.slots, 0) };
}

/** What a backfill would run and how long that may take; starts nothing. */
export async function backfillPlan(
  o: ServiceOptions,
  seen: Seen,
  request: BackfillRequest,
): Promise<BackfillPlanView> {
  const { cut, runs, title, problem } = decided(o, seen, request);
  const { durations, slots } = await basisOf(o);
  return {
    title,
    slices: cut.total,
    runs: cut.runs,
    concurrency: cut.concurrency,
    assets: assetsOfCut(cut),
    first: runs.slice(0, FIRST_RUNS).map((of) => ({
      partition: partitionsText(of.map((s) => s.partition)),
      slices: of.slice(0, SUCCESSES).map((s) => ({
        asset: s.asset.name,
        partition: partitionOrNull(s.partition),
      })),
      more: Math.max(0, of.length - SUCCESSES),
    })),
    expectedMs: expectedBackfill(runs, { durations, slots, concurrency: cut.concurrency }),
    problem,
  };
}

const assetsOfCut = ({ slices }: Pick<BackfillCut, "slices">) =>
  Object.entries(slices).map(([asset, { ranges, count }]) => ({
    asset,
    partitions: partitionOrNull(ranges),
    slices: count,
  }));

/** Asking for the same is known by this, while it goes on; a key that was given is taken for ever. */
function keyOf(request: BackfillRequest, definition: Json) {
  if (request.key !== undefined) return { key: `given:${request.key}`, once: true };
  const digest = createHash("sha256").update(canonicalJson(definition)).digest("hex");
  return { key: `asked:${digest}`, once: false };
}

/**
 * Starts a backfill, or finds the one that was asked for in the same words; its first runs are submitted at once.
 *
 * @throws {NothingToRun} If there is nothing to compute.
 * @throws {RangeError} If the request cannot be read, or an input was never built.
 */
export async function startBackfillNow(
  o: ServiceOptions,
  seen: Seen,
  request: BackfillRequest,
): Promise<StartedBackfill> {
  const definition = definitionOf(request);
  const key = keyOf(request, definition);
  const [before] = await o.ledger.backfills({ key: key.key, limit: 1 });
  if (before && (key.once || before.endedAt === null)) return startedOf(before, false);
  const { cut, title, problem } = decided(o, seen, request);
  if (!cut.total) {
    throw new NothingToRun(
      `Nothing to backfill: nothing of it is ${(request.only ?? []).join(" or ") || "there"}`,
    );
  }
  if (problem) throw new RangeError(problem);
  const asking = { title, reason: request.reason ?? "asked for", definition };
  const submission = { ...cut, ...key, ...asker(request.triggeredBy), ...asking };
  const { id, created } = await o.ledger.startBackfill(submission);
  await backfilling(o.definitions, o.ledger).look(o.clock.now());
  return startedOf({ ...cut, id }, created);
}

const startedOf = (
  { id, total, runs }: Pick<BackfillRecord, "id" | "total" | "runs">,
  created: boolean,
): StartedBackfill => ({ backfill: id, created, slices: total, runs });

/** Backfills, newest first. */
export async function backfillViews(
  o: ServiceOptions,
  { open, limit = 50 }: {
    readonly open?: boolean | undefined;
    readonly limit?: number | undefined;
  },
): Promise<readonly BackfillView[]> {
  const found = await o.ledger.backfills({ open, limit });
  return await viewsOf(o, found);
}

/** One backfill; undefined if there is none of that id. */
export async function backfillView(
  o: ServiceOptions,
  id: string,
): Promise<BackfillView | undefined> {
  const found = isRunId(id) ? await o.ledger.backfills({ id, limit: 1 }) : [];
  return (await viewsOf(o, found))[0];
}

async function viewsOf(
  o: ServiceOptions,
  found: readonly BackfillRecord[],
): Promise<readonly BackfillView[]> {
  // History is asked only where no run of its own has ended yet.
  const isNew = (b: BackfillRecord) => b.endedAt === null && endedOf(b) === 0;
  const basis = found.some(isNew) ? await basisOf(o) : undefined;
  return found.map((b) => viewOf(b, basis && isNew(b) ? expectedOf(o, b, basis) : null));
}

const endedOf = ({ done }: BackfillRecord) => done.success + done.failed + done.cancelled;

function expectedOf(
  { definitions }: ServiceOptions,
  b: BackfillRecord,
  basis: Awaited<ReturnType<typeof basisOf>>,
): number | null {
  try {
    const runs = cutIntoRuns(slicesOfSets(definitions, b.slices), b);
    return expectedBackfill(runs, { ...basis, concurrency: b.concurrency });
  } catch (error) {
    // An asset of it does not exist any more: the loop tells so.
    if (error instanceof UnknownName) return null;
    throw error;
  }
}

function viewOf(b: BackfillRecord, expected: number | null): BackfillView {
  const steps = b.active.reduce((all, r) => sumOfSteps(all, r.steps), b.done.steps);
  const { success, failed, skipped, cancelled, running } = steps;
  // Those that nobody has counted yet have ended all the same.
  const over = b.active.filter((r) => r.endedAt !== null);
  return {
    id: b.id,
    status: b.state,
    title: b.title,
    reason: b.reason,
    triggeredBy: b.by ? `${b.trigger} ${b.by}` : b.trigger,
    definition: b.definition,
    assets: assetsOfCut(b),
    slices: b.total,
    done: { success, failed, skipped, cancelled },
    running,
    runs: {
      all: b.runs,
      ended: endedOf(b) + over.length,
      failed: b.done.failed + over.filter((r) => r.state === "failed").length,
    },
    active: b.active.filter((r) => r.endedAt === null).map((r) => r.run),
    concurrency: b.concurrency,
    reverse: b.reverse,
    createdAt: instant(b.createdAt),
    endedAt: instant(b.endedAt),
    remainingMs: remainingOfBackfill(b, expected),
    error: b.error?.message ?? null,
  };
}

async function known(o: ServiceOptions, id: string): Promise<BackfillRecord> {
  const [found] = isRunId(id) ? await o.ledger.backfills({ id, limit: 1 }) : [];
  if (!found) throw new UnknownName("backfill", id, undefined);
  return found;
}

/** Lets a backfill submit nothing more; what runs goes on. */
export async function pauseBackfillNow(o: ServiceOptions, id: string): Promise<void> {
  const { state } = await known(o, id);
  if (await o.ledger.pauseBackfill(id)) return;
  throw new RangeError(`Cannot pause backfill "${id}": it is not running but "${state}"`);
}

/** Lets a paused backfill go on. */
export async function resumeBackfillNow(o: ServiceOptions, id: string): Promise<void> {
  const { state } = await known(o, id);
  if (!await o.ledger.resumeBackfill(id)) {
    throw new RangeError(`Cannot resume backfill "${id}": it is not paused but "${state}"`);
  }
  await backfilling(o.definitions, o.ledger).look(o.clock.now());
}

/** Ends a backfill with all of its runs. */
export async function cancelBackfillNow(o: ServiceOptions, id: string, by: string): Promise<void> {
  const { state } = await known(o, id);
  if (await o.ledger.cancelBackfill(id, by)) return;
  throw new RangeError(`Cannot cancel backfill "${id}": it has ended with "${state}"`);
}
