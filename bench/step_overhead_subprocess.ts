import type { Bench } from "./bench.ts";
import { crew } from "./crew.ts";
import { stepOverhead } from "./step_overhead.ts";

/** What a step costs that declares a timeout, in a process that is warm. */
export const bench: Bench = {
  name: "step_overhead_subprocess",
  what: "a run of one step that does nothing, in a warm subprocess of a worker process",
  async measure() {
    await using workers = await crew(1);
    return await stepOverhead("step_overhead_subprocess", "noop_isolated", workers);
  },
};
