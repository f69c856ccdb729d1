import { type Bench, figure, quantile } from "./bench.ts";
import { crew, SLOTS, submit, targetsOf } from "./crew.ts";

const RUNS = 300;

/** How long a step waits for a worker that has nothing to do. */
export const bench: Bench = {
  name: "claim_idle",
  what: "from the moment at which a step may run to the one at which an idle worker has it",
  async measure() {
    await using workers = await crew(1);
    const { ledger, sql } = workers;
    const runs: string[] = [];
    for (let i = 0; i < RUNS; i++) {
      runs.push((await submit(ledger, targetsOf("noop"))).run);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const rows = await sql<{ ms: number }[]>`
      select extract(epoch from started_at - ready_at)::float8 * 1000 as ms from engine.step
      where run = any(${runs.slice(20)}::bigint[])`;
    const ms = rows.map((r) => r.ms);
    const params = { p99: quantile(ms, 0.99), steps: ms.length, slots: SLOTS };
    return [figure({ name: "claim_idle", unit: "ms", params }, ms)];
  },
};
