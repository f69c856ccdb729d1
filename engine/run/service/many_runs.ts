/**
 * Ending many runs, and running many again.
 *
 * @module
 */
import { milliseconds } from "../../declare/duration.ts";
import { UnknownName } from "../../declare/errors.ts";
import { chosenAssets } from "../../decide/chosen.ts";
import type { RunQuery } from "../../ledger/ledger.ts";
import type { RunRecord, RunState } from "../../ledger/records.ts";
import type { ManyRunsRequest, ManyRunsView, RunsChoice } from "../steering_views.ts";
import { cancelNow } from "./cancelling.ts";
import type { ServiceOptions } from "./ports.ts";
import { retryNow } from "./rerun.ts";
import { summaryOf } from "./run_view.ts";
import type { Seen } from "./seen.ts";
import { understood } from "./understood.ts";

/** Runs that one request may be about. */
const MOST_RUNS = 10_000;
/** Runs that are told of; the others are counted. */
const MOST_SHOWN = 100;

/** Ends all runs that are meant. */
export async function cancelRunsNow(
  o: ServiceOptions,
  seen: Seen,
  request: ManyRunsRequest,
): Promise<ManyRunsView> {
  const states = statesOf("cancel", request, ["queued", "running"]);
  const runs = await meant(o, seen, request, { states });
  return await each(runs, request, async (run) => {
    await cancelNow(o, run, request.by === undefined ? {} : { by: request.by });
    return null;
  });
}

/** Runs again what did not succeed in the runs that are meant. */
export async function retryRunsNow(
  o: ServiceOptions,
  seen: Seen,
  request: ManyRunsRequest,
): Promise<ManyRunsView> {
  const states = statesOf("retry", request, ["failed", "cancelled"], ["failed"]);
  const runs = await meant(o, seen, request, { states, unsuccessful: true, notRetried: true });
  return await each(
    runs,
    request,
    async (run) => (await retryNow(o, seen, run, { triggeredBy: request.by })).run,
  );
}

function statesOf(
  act: string,
  { status }: RunsChoice,
  allowed: readonly RunState[],
  usual = allowed,
): readonly RunState[] {
  if (status === undefined) return usual;
  if (allowed.includes(status)) return [status];
  throw new RangeError(
    `Cannot ${act} runs that are "${status}": it is about those that are ${allowed.join(" or ")}`,
  );
}

/** The runs, newest first. @throws {RangeError} If there are too many, or not as many as were expected. */
async function meant(
  o: ServiceOptions,
  seen: Seen,
  request: ManyRunsRequest,
  about: Pick<RunQuery, "states" | "unsuccessful" | "notRetried">,
): Promise<readonly RunRecord[]> {
  const { job, selection, olderThan, since, expect } = request;
  if (job !== undefined) o.definitions.job(job);
  const assets = selection === undefined
    ? undefined
    : understood(() => chosenAssets(o.definitions, seen.judgement, { selection })).map((a) =>
      a.name
    );
  const found = await o.ledger.runs({
    ...about,
    job,
    assets,
    createdFrom: since === undefined ? undefined : instantOf(since),
    createdBefore: olderThan === undefined
      ? undefined
      : understood(() => new Date(o.clock.now().getTime() - milliseconds(olderThan))),
    limit: MOST_RUNS + 1,
  });
  if (found.length > MOST_RUNS) {
    throw new RangeError(
      `Cannot do this with more than ${MOST_RUNS} runs at once: narrow it by job, asset or age`,
    );
  }
  if (expect === undefined || expect === found.length) return found;
  throw new RangeError(
    `Cannot go on: ${found.length} runs are meant now, not ${expect}; look again at which they are`,
  );
}

function instantOf(text: string): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(
    text,
  );
  const at = new Date(isDay ? `${text}T00:00:00Z` : text);
  if ((isDay || isInstant) && !Number.isNaN(at.getTime())) return at;
  throw new RangeError(
    `Cannot read since: "${text}" is neither a day like "2025-01-27" nor an instant like "2025-01-27T06:00Z"`,
  );
}

async function each(
  runs: readonly RunRecord[],
  { dryRun = false }: ManyRunsRequest,
  act: (run: string) => Promise<string | null>,
): Promise<ManyRunsView> {
  const done: { run: string; started: string | null }[] = [];
  const refused: { run: string; why: string }[] = [];
  // Oldest first: runs of a job come into the queue in the order in which they were there.
  for (const { id } of dryRun ? [] : runs.toReversed()) {
    try {
      done.push({ run: id, started: await act(id) });
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof UnknownName)) throw error;
      refused.push({ run: id, why: error.message });
    }
  }
  return { matched: runs.length, runs: runs.slice(0, MOST_SHOWN).map(summaryOf), done, refused };
}
