import type { Bench } from "./bench.ts";
import { crew } from "./crew.ts";
import { stepOverhead } from "./step_overhead.ts";

/** What a step costs in a process of a worker. */
export const bench: Bench = {
  name: "step_overhead_worker",
  what: "a run of one step that does nothing, in a worker process",
  async measure() {
    await using workers = await crew(1);
    return await stepOverhead("step_overhead_worker", "noop", workers);
  },
};
