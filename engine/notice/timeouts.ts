/** Jobs whose last run took too long. @module */
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunRecord } from "../ledger/records.ts";

/** Newest runs of a job among which the last one that ended is looked for. */
const MOST_RUNS = 50;

/**
 * The last run of each job that limits its runs, where that run ran into the limit. One that a person cancelled says
 * nothing; jobs without a limit are not asked about.
 */
export async function timedOutOf(
  definitions: Definitions,
  ledger: Pick<Ledger, "runs">,
): Promise<readonly RunRecord[]> {
  const limited = definitions.jobs.filter((j) => j.timeoutMs !== undefined);
  const found = await Promise.all(limited.map(async ({ name }) => {
    const runs = await ledger.runs({ job: name, limit: MOST_RUNS });
    return runs.find((r) => r.endedAt !== null && r.state !== "cancelled");
  }));
  return found.filter((r) => r?.timedOut === true) as RunRecord[];
}
