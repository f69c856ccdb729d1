import { nextTick, simulate } from "engine";
import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { layered } from "./layered.ts";

/** What a week that has not been yet costs. */
export const bench: Bench = {
  name: "simulate_500x7d",
  what: "seven days of 500 assets in layers of 50, roots by a nightly job, the rest eager",
  async measure() {
    const definitions = layered({ assets: 500, layer: 50, fanIn: 3 });
    const week = () =>
      simulate({
        definitions,
        from: new Date("2025-01-27T00:00:00Z"),
        days: 7,
        workers: [{ queues: ["default"], slots: 16 }],
        durations: new Map(),
        assumeMs: 30_000,
        next: nextTick,
      });
    const { runs } = await week();
    const steps = runs.reduce((n, r) => n + r.steps, 0);
    const seconds = await repeated(5, () => secondsOf(week));
    const params = { assets: 500, days: 7, runs: runs.length, steps };
    return [figure({ name: "simulate_500x7d", unit: "s", params }, seconds)];
  },
};
