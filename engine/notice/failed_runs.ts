/** Jobs whose last run failed. @module */
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunRecord } from "../ledger/records.ts";

/** Newest runs of all jobs that one query gives. */
const NEWEST = 200;

/**
 * The last run of each job that ended, where it failed; backfills have a page of their own, and what a person cancelled
 * says nothing. `isOpen` are jobs that are asked about one by one where the newest runs do not tell.
 */
export async function failedRunsOf(
  { jobs }: Pick<Definitions, "jobs">,
  ledger: Pick<Ledger, "runs">,
  isOpen: (job: string) => boolean,
): Promise<readonly RunRecord[]> {
  if (jobs.length === 0) return [];
  const newest = await ledger.runs({ backfill: null, limit: NEWEST });
  const last = await Promise.all(jobs.map(async ({ name }) => {
    const found = newest.find((r) => r.job === name && hasSaid(r));
    if (found || !isOpen(name)) return found;
    return (await ledger.runs({ job: name, backfill: null, limit: NEWEST })).find(hasSaid);
  }));
  return last.filter((r) => r?.state === "failed") as RunRecord[];
}

const hasSaid = (r: RunRecord) => r.endedAt !== null && r.state !== "cancelled";
