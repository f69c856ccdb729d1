/**
 * The contract on versions of code: who may go on with a run.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Ledger } from "../ledger.ts";
import { type Behaviour, done, runOf, step, submit, worker } from "./subject.ts";

async function workerWith(ledger: Ledger, code: string) {
  const id = await ledger.join({ host: "here", pid: 1, queues: ["default"], slots: 9, code });
  const ask = { worker: id, queues: ["default"], room: 9 };
  return {
    id,
    ask,
    names: async () => (await ledger.claim(ask)).map((c) => c.asset),
  };
}

/** Sentences on `claim()`, `outdated()` and `recode()`. */
export const codeBehaviours: readonly Behaviour[] = [
  ["a worker takes only steps that were planned with its code", async ({ ledger }) => {
    const old = await workerWith(ledger, "v1");
    const current = await workerWith(ledger, "v2");
    await submit(ledger, [step("a1"), step("a2")], { code: "v1" });
    await submit(ledger, [step("b1")], { code: "v2" });
    await submit(ledger, [step("any")]);
    assertEquals(await current.names(), ["b1", "any"]);
    assertEquals(await old.names(), ["a1", "a2"]);
    assertEquals([...await ledger.held()].sort(), [[old.id, 2], [current.id, 2]].sort());
    assertEquals((await ledger.workers()).map((w) => w.code), ["v1", "v2"]);
  }],
  ["a worker that does not tell its code takes any step", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a")], { code: "v1" });
    assertEquals((await hand.claim()).map((c) => c.asset), ["a"]);
  }],
  ["outdated() are runs that no living worker can go on with", async ({ ledger }) => {
    const old = await workerWith(ledger, "v1");
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })], {
      code: "v1",
    });
    await submit(ledger, [step("c")], { code: "v2" });
    const claimed = await ledger.claim(old.ask);
    await workerWith(ledger, "v2");
    assertEquals(await ledger.outdated("v2"), []);
    await ledger.finish(claimed.map((c) => done(c)), { ...old.ask, room: 0 });
    await ledger.leave(old.id);
    assertEquals(await ledger.outdated("v2"), [{ id: run, job: null, code: "v1" }]);
  }],
  ["a run never goes on with older code, nor with one that never joined", async ({ ledger }) => {
    const old = await workerWith(ledger, "v1");
    const later = await workerWith(ledger, "v2");
    await submit(ledger, [step("a")], { code: "v2" });
    await submit(ledger, [step("b")], { code: "not yet deployed" });
    await ledger.leave(later.id);
    assertEquals(await ledger.outdated("v1"), []);
    // Going back to it is a deployment like any other.
    await ledger.leave(old.id);
    await workerWith(ledger, "v1");
    assertEquals((await ledger.outdated("v1")).map((r) => r.code), ["v2"]);
  }],
  ["recode() lets another worker go on, and remembers with what it began", async ({ ledger }) => {
    const old = await workerWith(ledger, "v1");
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })], { code: "v1" });
    const claimed = await ledger.claim(old.ask);
    const current = await workerWith(ledger, "v2");
    await ledger.leave(old.id);
    assertEquals(await current.names(), []);
    assertEquals(await ledger.recode(run, "v1", "v2"), true);
    assertEquals(await ledger.recode(run, "v1", "v2"), false);
    const again = await ledger.claim(current.ask);
    assertEquals(again.map((c) => [c.asset, c.attempt]), [["a", 2]]);
    const late = await ledger.finish(claimed.map((c) => done(c)), { ...old.ask, room: 0 });
    assertEquals(late.accepted, []);
    const { next } = await ledger.finish(again.map((c) => done(c)), current.ask);
    assertEquals(next.map((c) => c.asset), ["b"]);
    await ledger.finish(next.map((c) => done(c)), current.ask);
    const { state, code, codeBefore } = await runOf(ledger, run);
    assertEquals([state, code, codeBefore], ["success", "v2", "v1"]);
    assertEquals(await ledger.recode(run, "v2", "v3"), false);
  }],
];
