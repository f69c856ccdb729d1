import { type Bench, figure, repeated } from "./bench.ts";
import { crew, slicesOf, SLOTS, submit, targetsOf, timedRun } from "./crew.ts";

const WORKERS = 2;
const QUEUED = 100_000;

/** Whether somebody who clicks waits for a large run of the same priority. */
export const bench: Bench = {
  name: "click_behind_backfill",
  what: "a run of one step that does nothing while a run of 100,000 is worked on",
  async measure() {
    await using workers = await crew(WORKERS);
    const { run } = await submit(workers.ledger, slicesOf("endless", QUEUED));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const seconds = await repeated(15, () => timedRun(workers, targetsOf("noop")));
    const [row] = await workers.sql<{ left: number }[]>`
      select steps_left as left from engine.run where id = ${run}::bigint`;
    if (row!.left === 0) throw new Error("Cannot measure: the large run has ended meanwhile");
    await workers.ledger.cancel(run, "the bench");
    const params = { queued: QUEUED, left: row!.left, workers: WORKERS, slots: SLOTS };
    return [figure({ name: "click_behind_backfill", unit: "s", params }, seconds)];
  },
};
