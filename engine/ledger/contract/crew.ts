/**
 * The contract on workers, and on what becomes of the steps of those that end.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Behaviour,
  done,
  drain,
  failed,
  pass,
  runOf,
  states,
  step,
  stepOf,
  submit,
  worker,
} from "./subject.ts";

/** Sentences on `join()`, `heartbeat()`, `leave()`, `reap()` and `bury()`. */
export const crewBehaviours: readonly Behaviour[] = [
  ["join() makes a worker known until it leaves", async ({ ledger }) => {
    const hello = { host: "here", pid: 42, queues: ["default", "heavy"], slots: 4 };
    const id = await ledger.join(hello);
    const other = await ledger.join(hello);
    assert(id !== other);
    const found = await ledger.workers();
    assertEquals(found.map((w) => w.id).sort(), [id, other].sort());
    const { startedAt, seenAt, id: _id, ...told } = found[0]!;
    assertEquals({ ...told, queues: [...told.queues] }, { ...hello, code: null });
    assert(startedAt instanceof Date && seenAt >= startedAt);
    await ledger.leave(id);
    assertEquals((await ledger.workers()).map((w) => w.id), [other]);
  }],
  ["heartbeat() tells a worker that it was given up", async ({ ledger }) => {
    const hand = await worker(ledger);
    assertEquals(await ledger.heartbeat(hand.id), true);
    await ledger.bury(hand.id, "killed by signal 9");
    assertEquals(await ledger.heartbeat(hand.id), false);
    assertEquals(await ledger.workers(), []);
  }],
  ["leave() queues again what the worker holds", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    await hand.one();
    await ledger.leave(hand.id);
    assertEquals(await states(ledger, run), "queued waiting");
    const next = await worker(ledger);
    assertEquals((await next.one()).attempt, 2);
  }],
  ["leave() is no death: any number of them does not fail a step", async ({ ledger }) => {
    const run = await submit(ledger, [step("a")]);
    for (let i = 0; i < 4; i++) {
      const hand = await worker(ledger);
      await hand.one();
      await ledger.leave(hand.id);
    }
    assertEquals(await states(ledger, run), "queued");
  }],
  ["reap() gives up who was silent, and only who was", async (subject) => {
    const { ledger } = subject;
    const silent = await worker(ledger);
    const lively = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    await silent.one();
    assertEquals(await ledger.reap(60_000), []);
    await pass(subject, 120);
    await ledger.heartbeat(lively.id);
    const gone = await ledger.reap(100);
    assertEquals(gone.map((g) => g.worker), [silent.id]);
    assert(gone[0]!.cause.length > 0);
    assertEquals((await ledger.workers()).map((w) => w.id), [lively.id]);
    assertEquals(await states(ledger, run), "queued");
    assertEquals((await lively.one()).attempt, 2);
  }],
  ["bury() marks attempts as lost, with the cause, and queues them again", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const first = await hand.one();
    await ledger.bury(hand.id, "killed by signal 9");
    const { state, attempts } = await stepOf(ledger, run);
    assertEquals([state, attempts.map((a) => a.state)], ["queued", ["lost"]]);
    assertStringIncludes(attempts[0]?.error?.message ?? "", "killed by signal 9");
    assert(attempts[0]?.endedAt instanceof Date);
    const second = await (await worker(ledger)).one();
    assertEquals(second.attempt, 2);
    assert(second.version > first.version);
  }],
  ["disown() queues again what a worker holds without knowing, and counts no death", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    for (let i = 0; i < 4; i++) {
      const [a, b] = await hand.claim();
      const known = `${b!.run}/${b!.step}/${b!.attempt}`;
      assertEquals(await ledger.disown(hand.id, [known], 60_000), 0, "it is too young");
      assertEquals(await ledger.disown(hand.id, [known], 0), 1);
      assertEquals(await states(ledger, run), "queued running");
      assertEquals((await hand.finish([done(a!)])).accepted, [], "it is not its any more");
      await ledger.disown(hand.id, [], 0);
    }
    assertEquals(await states(ledger, run), "queued queued");
  }],
  ["bury() twice takes nothing from the one that has the step now", async ({ ledger }) => {
    const dead = await worker(ledger);
    const next = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    await dead.one();
    await ledger.bury(dead.id, "killed");
    const claimed = await next.one();
    await ledger.bury(dead.id, "killed");
    await ledger.leave(dead.id);
    assertEquals(await states(ledger, run), "running");
    assertEquals((await next.finish([done(claimed)])).accepted.length, 1);
  }],
  ["the late success of a worker that was given up changes nothing", async ({ ledger }) => {
    const zombie = await worker(ledger);
    const next = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const late = await zombie.one();
    await ledger.bury(zombie.id, "silent");
    const refused = { accepted: [], next: [], drained: false };
    assertEquals(await zombie.finish([done(late, { value: "late" })], 5), refused);
    assertEquals(await states(ledger, run), "queued waiting");
    const claimed = await next.one();
    assertEquals(await zombie.finish([done(late, { value: "late" })], 5), refused);
    await next.finish([done(claimed, { value: "right" })]);
    assertEquals(await zombie.finish([done(late, { value: "late" })], 5), refused);
    const [visible] = await ledger.visible([{ asset: "a", partition: "" }]);
    assertEquals(visible?.value, "right");
    assertEquals((await ledger.history("a", { limit: 5 })).length, 1);
  }],
  ["revoked() lists what was taken from a worker that was given up", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    await hand.one();
    assertEquals(await ledger.revoked(hand.id), []);
    await ledger.bury(hand.id, "silent");
    const listed = (await ledger.revoked(hand.id)).map(({ run, step, attempt }) => ({
      run,
      step,
      attempt,
    }));
    assertEquals(listed, [{ run, step: 0, attempt: 1 }]);
  }],
  ["a step that killed three workers fails, and says so", async ({ ledger }) => {
    const run = await submit(ledger, [
      step("a", { retry: { attempts: 9 } }),
      step("b", {
        needs: [0],
      }),
    ]);
    for (let i = 0; i < 3; i++) {
      assertEquals((await stepOf(ledger, run)).state, "queued");
      const hand = await worker(ledger);
      await hand.one();
      await ledger.bury(hand.id, "out of memory");
    }
    assertEquals(await states(ledger, run), "failed skipped");
    const { error, attempts } = await stepOf(ledger, run);
    assertStringIncludes(error?.message ?? "", "worker");
    assertEquals(attempts.map((a) => a.state), ["lost", "lost", "lost"]);
    assertEquals((await ledger.slices(["a"]))[0]?.error, error);
    assertEquals((await runOf(ledger, run)).state, "failed");
  }],
  ["failed attempts are not counted among the lost ones", async ({ ledger }) => {
    const run = await submit(ledger, [step("a")]);
    for (let i = 0; i < 2; i++) {
      const hand = await worker(ledger);
      const claimed = await hand.one();
      await hand.finish([failed(claimed, "x", claimed.startedAt)]);
      await hand.one();
      await ledger.bury(hand.id, "out of memory");
    }
    assertEquals(await states(ledger, run), "queued");
    assertEquals((await drain(await worker(ledger))).length, 1);
    assertEquals((await stepOf(ledger, run)).attempts.length, 5);
    assertEquals((await runOf(ledger, run)).state, "success");
  }],
  ["a lost attempt of a cancelled run ends its step", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    await hand.one();
    await ledger.cancel(run, "ops");
    await ledger.bury(hand.id, "killed");
    assertEquals(await states(ledger, run), "cancelled");
    assertEquals((await runOf(ledger, run)).state, "cancelled");
    assertEquals(await (await worker(ledger)).claim(), []);
  }],
  ["a lost attempt gives its slice free", async ({ ledger }) => {
    const hand = await worker(ledger);
    const other = await worker(ledger);
    const first = await submit(ledger, [step("a")]);
    const second = await submit(ledger, [step("a")]);
    await hand.one();
    assertEquals(await other.claim(), []);
    await ledger.bury(hand.id, "killed");
    assertEquals(await drain(other), ["a", "a"]);
    assertEquals((await runOf(ledger, first)).state, "success");
    assertEquals((await runOf(ledger, second)).state, "success");
  }],
];
