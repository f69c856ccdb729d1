import { assert } from "@std/assert";
import { type Mutant, planted } from "../mutants.ts";
import { search } from "./history.ts";
import type { Subject } from "./subject.ts";

/** Seeds in which each bug must be found. */
const SEEDS = 500;

const MUTANTS: readonly Mutant[] = [
  {
    bug: "fencing is ignored",
    file: "ledger/memory_queue.ts",
    from: "return isTheirs ? step : undefined;",
    to: "return step;",
  },
  {
    bug: "a result of an earlier attempt is taken",
    file: "ledger/memory_queue.ts",
    from: "attempt.attempt === outcome.attempt && attempt.worker === worker;",
    to: "attempt.worker === worker;",
  },
  {
    bug: "a worker that was given up is handed steps",
    file: "ledger/memory_queue.ts",
    from: "return worker?.alive ? worker : undefined;",
    to: "return worker;",
  },
  {
    bug: "a success after the cancel is published",
    file: "ledger/memory_queue.ts",
    from: "const isStopped = step.stop !== null;",
    to: `const isStopped = step.stop !== null && outcome.state !== "success";`,
  },
  {
    bug: "a slot is not given back",
    file: "ledger/memory_steps.ts",
    from: "  state.workers.get(attempt.worker)?.held.delete(step);\n",
    to: "",
  },
  {
    bug: "a claim does not look at pools",
    file: "ledger/memory_steps.ts",
    from: "step.slice.running === null && fitsPools(state, step);",
    to: "step.slice.running === null;",
  },
  {
    bug: "slots are counted without the step that asks",
    file: "ledger/memory_pools.ts",
    from: "return taken + need <= slots;",
    to: "return taken < slots;",
  },
  {
    bug: "a slice is computed twice at once",
    file: "ledger/memory_steps.ts",
    from: "step.slice.running === null && fitsPools(state, step);",
    to: "fitsPools(state, step);",
  },
  {
    bug: "what became ready is counted twice",
    file: "ledger/memory_steps.ts",
    from: `step.dependents.filter((d) => --d.left === 0 && d.state === "waiting");`,
    to: `step.dependents.filter((d) => (d.left -= 2) <= 0 && d.state === "waiting");`,
  },
  {
    bug: "a lost answer counts as a death of the worker",
    file: "ledger/memory_crew.ts",
    from: `cause: FORGOTTEN, isDeath: false }`,
    to: `cause: FORGOTTEN, isDeath: true }`,
  },
  {
    bug: "what a lost answer gave is never given back",
    file: "ledger/memory_crew.ts",
    from: "  for (const step of forgotten) lose(state, step, worker, parting);\n",
    to: "",
  },
  {
    bug: "a step of a dead worker is not queued again",
    file: "ledger/memory_crew.ts",
    from: "    enqueue(state, step, state.now());\n",
    to: `    step.state = "waiting";\n`,
  },
  {
    bug: "a worker is given up without its steps",
    file: "ledger/memory_crew.ts",
    from: "  for (const step of [...worker.held]) lose(state, step, worker, parting);\n",
    to: "",
  },
  {
    bug: "a cancel ends what has ended",
    file: "ledger/memory_runs.ts",
    from: `if (step.state === "waiting" || step.state === "queued") {`,
    to: `if (step.state !== "running") {`,
  },
  {
    bug: "the end of a run lets nobody in",
    file: "ledger/memory_runs.ts",
    from: "indexOf(run), 1);\n  admitNext(state, job);\n",
    to: "indexOf(run), 1);\n",
  },
  {
    bug: "a lost attempt counts as a failure of the code",
    file: "ledger/memory_steps.ts",
    from: `step.attempts.filter((a) => a.state === "failed").length,`,
    to: `step.attempts.length - 1,`,
  },
  {
    bug: "what a failure makes impossible waits for ever",
    file: "ledger/memory_steps.ts",
    from: "  step.run.error ??= error;\n  skipDependents(state, step);\n",
    to: "  step.run.error ??= error;\n",
  },
  {
    bug: "a cursor moves for whoever comes second",
    file: "ledger/memory_standing.ts",
    from: "if ((before?.revision ?? 0) !== step.revision) return undefined;",
    to: "if ((before?.revision ?? 0) < step.revision) return undefined;",
  },
  {
    bug: "an event is written twice",
    file: "ledger/memory_publish.ts",
    from: "for (const [ordinal, event] of result.events.entries()) {",
    to: "for (const [ordinal, event] of [...result.events, ...result.events].entries()) {",
  },
  {
    bug: "a retry is forgotten",
    file: "ledger/memory_queue.ts",
    from: "    enqueue(state, step, outcome.retryAt);\n",
    to: `    step.state = "waiting";\n`,
  },
];

for (const mutant of MUTANTS) {
  Deno.test(`the simulation finds the bug that ${mutant.bug}`, async (t) => {
    await using copy = await planted(mutant);
    const subject: Subject = {
      ...await copy.load<Pick<Subject, "emptyState">>("ledger/memory_state.ts"),
      ...await copy.load<Pick<Subject, "memoryOn">>("ledger/memory.ts"),
    };
    const failure = await search({ from: 1, count: SEEDS }, subject);
    assert(failure, `it was not found in ${SEEDS} histories`);
    await t.step(`seed ${failure.seed}: ${failure.error.message}`, () => {});
  });
}
