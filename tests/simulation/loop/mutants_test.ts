import { assert } from "@std/assert";
import { type Mutant, planted } from "../mutants.ts";
import { loopHistory } from "./history.ts";
import type { LoopSubject } from "./world.ts";

/** Seeds in which each bug must be found. */
const SEEDS = 100;

const MUTANTS: readonly Mutant[] = [
  {
    bug: "results are dropped while the ledger is away",
    file: "run/worker.ts",
    from: "        this.#ended = [...batch, ...this.#ended];\n",
    to: "",
  },
  {
    bug: "a worker does not ask for what a lost answer gave it",
    file: "run/worker.ts",
    from: "if (beat % COMPARE_BEATS === 0) {",
    to: "if (beat < 0) {",
  },
  {
    bug: "a worker that was given up goes on under its old name",
    file: "run/worker.ts",
    from: "if (!await ledger.heartbeat(this.#worker)) return this.#giveUp();",
    to: "if (!await ledger.heartbeat(this.#worker)) return;",
  },
  {
    bug: "what was cancelled runs on",
    file: "run/worker.ts",
    from: "        if (this.#running.size > 0) await this.#stopRevoked();\n",
    to: "",
  },
  {
    bug: "a slot is not free when its step has ended",
    file: "run/worker.ts",
    from: "          batch.forEach((o) => this.#running.delete(tokenOf(o)));\n",
    to: "",
  },
  {
    bug: "slots that are asked for are given twice",
    file: "run/worker.ts",
    from: "this.#o.hello.slots - this.#running.size - this.#kept;",
    to: "this.#o.hello.slots - this.#running.size;",
  },
  {
    bug: "a worker ends without a farewell",
    file: "run/worker.ts",
    from: "await ledger.leave(this.#worker)",
    to: "await Promise.resolve()",
  },
  {
    bug: "nobody looks for the silent",
    file: "run/loops.ts",
    from: "(await o.ledger.reap(o.silentMs ?? 10_000), o.reapMs ?? 250)",
    to: "(await Promise.resolve(), o.reapMs ?? 250)",
  },
  {
    bug: "a tick is acted upon from the clock and not from the cursor",
    file: "run/tick.ts",
    from: "found = due(rule, new Date(at.tick), now, o.next);",
    to:
      "found = due(rule, new Date(Math.max(Date.parse(at.tick), now.getTime() - 20_000)), now, o.next);",
  },
];

for (const mutant of MUTANTS) {
  Deno.test(`the simulation of the loops finds the bug that ${mutant.bug}`, async (t) => {
    await using copy = await planted(mutant);
    const subject: LoopSubject = {
      ...await copy.load<Pick<LoopSubject, "work">>("run/worker.ts"),
      ...await copy.load<Pick<LoopSubject, "loops">>("run/loops.ts"),
    };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { error } = await loopHistory(seed, subject);
      if (error) return void await t.step(`seed ${seed}: ${error.message}`, () => {});
    }
    assert(false, `it was not found in ${SEEDS} histories`);
  });
}
