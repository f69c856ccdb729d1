import { type Bench, figure, repeated } from "./bench.ts";
import { crew, SLOTS, targetsOf, timedRun } from "./crew.ts";

const WORKERS = 2;

/** What a step costs that does nothing, many at once. */
export const bench: Bench = {
  name: "fan_out_1000",
  what: "a run of 1 + 1,000 + 1 steps, through PostgreSQL and 2 worker processes",
  async measure() {
    await using workers = await crew(WORKERS);
    const targets = targetsOf("fan/");
    await repeated(3, () => timedRun(workers, targets));
    const seconds = await repeated(9, () => timedRun(workers, targets));
    const params = { steps: targets.length, workers: WORKERS, slots: SLOTS };
    return [figure({ name: "fan_out_1000", unit: "s", params }, seconds)];
  },
};
