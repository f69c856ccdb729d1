import type { Bench } from "./bench.ts";
import { lender, work } from "engine";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { SLOTS } from "./crew.ts";
import { place } from "./place.ts";
import { project } from "./project.ts";
import { stepOverhead } from "./step_overhead.ts";

/** What a step costs where the worker is a part of the program. */
export const bench: Bench = {
  name: "step_overhead_inprocess",
  what: "a run of one step that does nothing, in a worker in the process that submits it",
  async measure() {
    await using stack = new AsyncDisposableStack();
    const { url, sql } = stack.use(await place());
    const ledger = stack.use(await openLedger(url));
    const stop = new AbortController();
    const working = work({
      definitions: project,
      ledger,
      lender: stack.use(lender(() => "")),
      hello: { host: Deno.hostname(), pid: Deno.pid, queues: ["default"], slots: SLOTS },
      signal: stop.signal,
    });
    stack.defer(async () => {
      stop.abort();
      await working;
    });
    return await stepOverhead("step_overhead_inprocess", "noop", { ledger, sql });
  },
};
