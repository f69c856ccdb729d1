import { type Bench, figure, repeated } from "./bench.ts";
import { crew, slicesOf, SLOTS, targetsOf, timedRun } from "./crew.ts";

const WORKERS = 2;

/** What a step costs that does nothing, very many at once. */
export const bench: Bench = {
  name: "fan_out_10000",
  what: "a run of 1 + 10,000 + 1 steps, through PostgreSQL and 2 worker processes",
  async measure() {
    await using workers = await crew(WORKERS);
    const ends = targetsOf("many/").filter((t) => t.asset.partitions.grain === "none");
    const targets = [...ends, ...slicesOf("many/slice", 10_000)];
    await timedRun(workers, targets);
    const seconds = await repeated(5, () => timedRun(workers, targets));
    const params = { steps: targets.length, workers: WORKERS, slots: SLOTS };
    return [figure({ name: "fan_out_10000", unit: "s", params }, seconds)];
  },
};
