import { planNow } from "engine";
import { memoryLedger } from "engine/testing";
import { type Bench, figure, repeated, secondsOf } from "./bench.ts";
import { layered } from "./layered.ts";

const now = new Date("2025-01-28T06:00:00Z");

/** What a plan costs, all that it reads of the ledger included. */
export const bench: Bench = {
  name: "plan_1k",
  what: "a plan of 1,000 assets that were never built, frozen",
  async measure() {
    const definitions = layered({ assets: 1_000, layer: 50, fanIn: 3 });
    const ledger = memoryLedger({ now: () => now });
    const make = () => planNow({ definitions, ledger, now }, { stale: true });
    const { steps } = await make();
    const seconds = await repeated(15, () => secondsOf(make));
    return [figure({ name: "plan_1k", unit: "s", params: { steps: steps.length } }, seconds)];
  },
};
