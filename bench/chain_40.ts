import { type Bench, figure, repeated } from "./bench.ts";
import { crew, SLOTS, targetsOf, timedRun } from "./crew.ts";

const WORKERS = 2;

/** What a step costs that does nothing, one after the other. */
export const bench: Bench = {
  name: "chain_40",
  what: "a run of 40 steps that wait for each other, through PostgreSQL and 2 worker processes",
  async measure() {
    await using workers = await crew(WORKERS);
    const targets = targetsOf("chain/");
    await repeated(5, () => timedRun(workers, targets));
    const seconds = await repeated(15, () => timedRun(workers, targets));
    const params = { steps: targets.length, workers: WORKERS, slots: SLOTS };
    return [figure({ name: "chain_40", unit: "s", params }, seconds)];
  },
};
