import { type Bench, type Figure, figure, repeated } from "./bench.ts";
import { crew, slicesOf, timedRun } from "./crew.ts";

const SLOTS = 4;
/** Rounds of all slots: a second of work each run, if nothing were lost. */
const ROUNDS = 10;

/** Whether more workers do more. */
export const bench: Bench = {
  name: "scaling_workers",
  what: "steps of 100 ms by 1, 2, 4 and 8 worker processes: the part of their slots that works",
  async measure() {
    const figures: Figure[] = [];
    for (const workers of [1, 2, 4, 8]) {
      await using hands = await crew(workers, SLOTS);
      const targets = slicesOf("tenth", workers * SLOTS * ROUNDS);
      await timedRun(hands, targets);
      const seconds = await repeated(3, () => timedRun(hands, targets));
      const params = { workers, slots: SLOTS, steps: targets.length };
      const used = seconds.map((s) => ROUNDS * 0.1 / s);
      figures.push(figure({ name: `scaling_workers_${workers}`, unit: "", params }, used));
    }
    return figures;
  },
};
