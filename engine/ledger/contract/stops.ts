/**
 * The contract on stopping single steps, and runs that take too long.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Behaviour,
  done,
  failed,
  id,
  pass,
  runOf,
  states,
  step,
  stepOf,
  stopped,
  submit,
  worker,
} from "./subject.ts";

/** `a` is needed by `b` and `b` by `c`; `d` stands alone. */
const chain = () => [
  step("a"),
  step("b", { needs: [0] }),
  step("c", { needs: [1] }),
  step("d"),
];

/** Sentences on `cancelStep()` and `expire()`. */
export const stopBehaviours: readonly Behaviour[] = [
  ["cancelStep() ends a step that waits and skips what needs it; the rest goes on", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, chain());
    assertEquals(await ledger.cancelStep({ run, step: 1 }, "ops@aurora"), true);
    assertEquals(await states(ledger, run), "queued cancelled skipped queued");
    assertStringIncludes((await stepOf(ledger, run, 1)).error?.message ?? "", "ops@aurora");
    assertEquals((await runOf(ledger, run)).state, "running");
    const claimed = await hand.claim();
    const { next } = await hand.finish(claimed.map((c) => done(c)), 5);
    assertEquals(next, []);
    assertEquals(await states(ledger, run), "success cancelled skipped success");
    const ended = await runOf(ledger, run);
    assertEquals(ended.state, "cancelled");
    assertStringIncludes(ended.error?.message ?? "", "ops@aurora");
  }],
  ["cancelStep() takes a queued step out of the queue", async ({ ledger }) => {
    const run = await submit(ledger, [step("a"), step("d")]);
    assertEquals(await ledger.cancelStep({ run, step: 0 }, "ops"), true);
    assertEquals((await (await worker(ledger)).claim()).map((c) => c.asset), ["d"]);
  }],
  ["cancelStep() ends the run with its last open step, and lets in the next one", async (
    { ledger },
  ) => {
    const job = { job: "nightly", maxActiveRuns: 1 };
    const first = await submit(ledger, [step("a")], job);
    const second = await submit(ledger, [step("b")], job);
    const third = await submit(ledger, [step("c")], job);
    await ledger.cancelStep({ run: second, step: 0 }, "ops");
    assertEquals((await runOf(ledger, second)).state, "cancelled");
    assertEquals((await runOf(ledger, third)).state, "queued");
    await ledger.cancelStep({ run: first, step: 0 }, "ops");
    assertEquals((await runOf(ledger, first)).state, "cancelled");
    assert((await runOf(ledger, first)).endedAt !== null);
    assertEquals((await runOf(ledger, third)).state, "running");
  }],
  ["a step that was cancelled while its run waited is not run with it", async ({ ledger }) => {
    const hand = await worker(ledger);
    const job = { job: "nightly", maxActiveRuns: 1 };
    const first = await submit(ledger, [step("a")], job);
    const second = await submit(ledger, [step("b"), step("c"), step("d", { needs: [0] })], job);
    await ledger.cancelStep({ run: second, step: 0 }, "ops");
    assertEquals(await states(ledger, second), "cancelled waiting skipped");
    await ledger.cancel(first, "ops");
    assertEquals((await hand.claim()).map((c) => c.asset), ["c"]);
  }],
  ["cancelStep() of a step that failed before ends the run as failed", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    await hand.finish([failed(await hand.one())]);
    await ledger.cancelStep({ run, step: 1 }, "ops");
    assertEquals(await states(ledger, run), "failed cancelled");
    const { state, error } = await runOf(ledger, run);
    assertEquals([state, error?.message], ["failed", "it broke"]);
  }],
  ["cancelStep() of what has ended, was cancelled or never was changes nothing", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    await hand.finish([done(await hand.one())]);
    await hand.one();
    assertEquals(await ledger.cancelStep({ run, step: 0 }, "ops"), false);
    assertEquals(await ledger.cancelStep({ run, step: 1 }, "ops"), true);
    assertEquals(await ledger.cancelStep({ run, step: 1 }, "ops"), false);
    assertEquals(await ledger.cancelStep({ run, step: 7 }, "ops"), false);
    assertEquals(await ledger.cancelStep({ run: "999999", step: 0 }, "ops"), false);
    assertEquals(await states(ledger, run), "success running");
  }],
  ["cancelStep() makes a running attempt revoked, and says by whom, until it is finished", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, chain());
    const [a, d] = await hand.claim();
    await ledger.cancelStep({ run, step: 0 }, "ops@aurora");
    assertEquals(await states(ledger, run), "running waiting waiting running");
    const [told, ...more] = await ledger.revoked(hand.id);
    assertEquals([told?.run, told?.step, told?.attempt, more.length], [run, 0, 1, 0]);
    assertStringIncludes(told!.reason, "ops@aurora");
    assertEquals((await hand.finish([stopped(a!)])).accepted, [id(a!)]);
    assertEquals(await ledger.revoked(hand.id), []);
    assertEquals(await states(ledger, run), "cancelled skipped skipped running");
    await hand.finish([done(d!)]);
    assertEquals((await runOf(ledger, run)).state, "cancelled");
  }],
  ["a success that comes after cancelStep() is refused and not visible", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, chain());
    const [a, d] = await hand.claim();
    await ledger.cancelStep({ run, step: 0 }, "ops@aurora");
    const event = { topic: "t", key: "k", payload: 1 };
    const { accepted, next } = await hand.finish([done(a!, { events: [event] }), done(d!)], 5);
    assertEquals([accepted, next], [[id(d!)], []]);
    assertEquals(await states(ledger, run), "cancelled skipped skipped success");
    assertEquals(await ledger.visible([{ asset: "a", partition: "" }]), []);
    assertEquals(await ledger.events({ limit: 5 }), []);
    assertStringIncludes((await stepOf(ledger, run)).error?.message ?? "", "ops@aurora");
    assertEquals((await stepOf(ledger, run)).attempts[0]?.state, "cancelled");
    assertEquals((await runOf(ledger, run)).state, "cancelled");
  }],
  ["a failure that comes after cancelStep() is not tried again", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    await ledger.cancelStep({ run, step: 0 }, "ops");
    await hand.finish([failed(claimed, "broke", claimed.startedAt)]);
    assertEquals(await states(ledger, run), "cancelled");
    assertEquals((await runOf(ledger, run)).state, "cancelled");
  }],
  ["a cancelled step whose worker dies is not queued again", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, chain());
    await hand.claim();
    await ledger.cancelStep({ run, step: 0 }, "ops@aurora");
    await ledger.bury(hand.id, "killed");
    assertEquals(await states(ledger, run), "cancelled skipped skipped queued");
    assertStringIncludes((await stepOf(ledger, run)).error?.message ?? "", "ops@aurora");
    assertEquals((await stepOf(ledger, run)).attempts[0]?.state, "lost");
  }],
  ["the slice of a cancelled step is free when its attempt has ended", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    await submit(ledger, [step("a")]);
    await ledger.cancelStep({ run, step: 0 }, "ops");
    assertEquals(await hand.claim(), []);
    await hand.finish([stopped(claimed)]);
    assertEquals((await hand.claim()).length, 1);
  }],
  ["finish() and cancelStep() at once: published or refused, and said so", async ({ ledger }) => {
    const hand = await worker(ledger);
    for (let round = 0; round < 5; round++) {
      const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
      const claimed = await hand.one();
      const [{ accepted, next }, isCancelled] = await Promise.all([
        hand.finish([done(claimed)], 5),
        ledger.cancelStep({ run, step: 0 }, "ops"),
      ]);
      assertEquals(isCancelled, accepted.length === 0);
      const [visible] = await ledger.visible([{ asset: "a", partition: "" }]);
      assertEquals(visible?.version === claimed.version, accepted.length === 1);
      assertEquals(
        await states(ledger, run),
        isCancelled ? "cancelled skipped" : "success running",
      );
      await hand.finish(next.map((c) => done(c)));
      assertEquals((await runOf(ledger, run)).state, isCancelled ? "cancelled" : "success");
    }
  }],
  ["expire() ends runs that took longer than they may, as failed", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const late = await submit(ledger, chain(), { timeoutMs: 1_000 });
    const [claimed] = await hand.claim(1);
    const free = await submit(ledger, [step("e")], { timeoutMs: 3_600_000 });
    await submit(ledger, [step("f")]);
    assertEquals(await ledger.expire(), []);
    await pass(subject, 1_050);
    assertEquals(await ledger.expire(), [late]);
    assertEquals(await ledger.expire(), []);
    assertEquals(await states(ledger, late), "running cancelled cancelled cancelled");
    const run = await runOf(ledger, late);
    assertEquals([run.state, run.timedOut, run.timeoutMs], ["failed", true, 1_000]);
    assert(run.endedAt !== null);
    assertStringIncludes(run.error?.message ?? "", "timeout of 1 s");
    const [told] = await ledger.revoked(hand.id);
    assertStringIncludes(told?.reason ?? "", "timeout of 1 s");
    assertEquals((await hand.finish([done(claimed!)])).accepted, []);
    assertEquals(await states(ledger, late), "cancelled cancelled cancelled cancelled");
    const after = await runOf(ledger, late);
    assertEquals([after.state, after.endedAt], ["failed", run.endedAt]);
    const other = await runOf(ledger, free);
    assertEquals([other.state, other.timedOut, other.timeoutMs], ["running", false, 3_600_000]);
  }],
  ["expire() counts from the admission of a run, and lets in the next one", async (subject) => {
    const { ledger } = subject;
    const job = { job: "nightly", maxActiveRuns: 1, timeoutMs: 1_000 };
    const first = await submit(ledger, [step("a")], job);
    const second = await submit(ledger, [step("b")], job);
    await pass(subject, 1_050);
    assertEquals(await ledger.expire(), [first]);
    assertEquals((await runOf(ledger, second)).state, "running");
    assertEquals(await ledger.expire(), []);
    await pass(subject, 1_050);
    assertEquals(await ledger.expire(), [second]);
  }],
  ["expire() asked by two at once ends each run once", async (subject) => {
    const { ledger } = subject;
    const run = await submit(ledger, [step("a"), step("b")], { timeoutMs: 10 });
    await pass(subject, 20);
    const answers = await Promise.all([ledger.expire(), ledger.expire(), ledger.expire()]);
    assertEquals(answers.flat(), [run]);
    const facts = (await ledger.facts("", 1000)).filter((f) => f.run === run && f.kind === "run");
    assertEquals(facts.filter((f) => f.state === "failed").length, 1);
  }],
  ["a run that ended in time does not expire", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")], { timeoutMs: 50 });
    await hand.finish([done(await hand.one())]);
    await pass(subject, 60);
    assertEquals(await ledger.expire(), []);
    assertEquals((await runOf(ledger, run)).state, "success");
  }],
];
