/**
 * The contract on how runs come, are let in, and are cancelled.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { RunQuery } from "../ledger.ts";
import {
  type Behaviour,
  done,
  drain,
  failed,
  id,
  pass,
  plan,
  runOf,
  states,
  step,
  stepOf,
  stepsOf,
  stopped,
  submit,
  worker,
} from "./subject.ts";

/** Sentences on `submit()` and `cancel()`. */
export const runBehaviours: readonly Behaviour[] = [
  ["submit() queues steps that need nothing and lets the others wait", async ({ ledger }) => {
    const run = await submit(ledger, [step("a"), step("b"), step("c", { needs: [0, 1] })]);
    assertEquals(await states(ledger, run), "queued queued waiting");
    const { state, startedAt, endedAt, steps } = await runOf(ledger, run);
    assertEquals([state, startedAt, endedAt], ["running", null, null]);
    assertEquals([steps.queued, steps.waiting, steps.success], [2, 1, 0]);
  }],
  ["submit() remembers all that was planned", async ({ ledger }) => {
    const planned = step("features/activity", {
      partition: "2025-01-27T06",
      queue: "heavy",
      priority: -2,
      pools: { database: 2 },
      retry: { attempts: 3, delay: "5s", backoff: "constant", jitter: 0 },
    });
    const submission = plan([planned], {
      key: "k",
      job: "features",
      maxActiveRuns: 4,
      title: "six hours",
      partition: "2025-01-27T06",
      trigger: "schedule",
      by: "every six hours",
      reason: "06:00 has passed",
      priority: 7,
      code: "v1",
    });
    const { run } = await ledger.submit(submission);
    const { steps: _plan, maxActiveRuns: _limit, ...asked } = submission;
    const { id: _id, state: _s, createdAt, startedAt: _a, endedAt: _e, error, steps: _n, ...kept } =
      await runOf(ledger, run);
    const added = { codeBefore: null, timeoutMs: null, timedOut: false, parent: null };
    assertEquals(kept, { ...asked, code: "v1", ...added });
    assertEquals(error, null);
    assert(createdAt instanceof Date);
    const { state, attempts, error: stepError, ...first } = await stepOf(ledger, run);
    const { step: index, readyAt, startedAt, endedAt, ...keptStep } = first;
    assertEquals(keptStep, planned);
    assertEquals([index, state, attempts, stepError], [0, "queued", [], null]);
    assert(readyAt instanceof Date);
    assertEquals([startedAt, endedAt], [null, null]);
  }],
  ["submit() of a known key gives the run that is there", async ({ ledger }) => {
    const first = await ledger.submit(plan([step("a"), step("b")], { key: "2025-01-27" }));
    assertEquals([first.created, first.steps], [true, 2]);
    await drain(await worker(ledger));
    const second = await ledger.submit(plan([step("c")], { key: "2025-01-27" }));
    assertEquals(second, { run: first.run, steps: 2, created: false });
    const other = await ledger.submit(plan([step("a")], { key: "2025-01-28" }));
    assertNotEquals(other.run, first.run);
    assertEquals((await ledger.runs({ limit: 10 })).length, 2);
  }],
  ["submit() of one key from many sides at once makes one run", async ({ ledger }) => {
    const submission = plan([step("a")], { key: "once" });
    const all = await Promise.all(Array.from({ length: 10 }, () => ledger.submit(submission)));
    assertEquals(all.filter((s) => s.created).length, 1);
    assertEquals(new Set(all.map((s) => s.run)).size, 1);
    assertEquals((await ledger.runs({ limit: 10 })).length, 1);
  }],
  ["submit() of a run without steps is a success at once", async ({ ledger }) => {
    const run = await submit(ledger, []);
    assertEquals((await runOf(ledger, run)).state, "success");
  }],
  ["a run waits while its job has as many active runs as it allows", async ({ ledger }) => {
    const options = { job: "nightly", maxActiveRuns: 1 };
    const hand = await worker(ledger);
    const runs: string[] = [];
    for (const asset of ["a", "b", "c"]) runs.push(await submit(ledger, [step(asset)], options));
    const stand = async () =>
      (await Promise.all(runs.map((run) => runOf(ledger, run)))).map((run) => run.state).join(" ");
    assertEquals(await stand(), "running queued queued");
    assertEquals(await states(ledger, runs[1]!), "waiting");
    const [first, ...none] = await hand.claim();
    assertEquals([first?.asset, none], ["a", []]);
    await hand.finish([done(first!)]);
    assertEquals(await stand(), "success running queued");
    await hand.finish([failed(await hand.one())]);
    assertEquals(await stand(), "success failed running");
    assertEquals((await hand.one()).asset, "c");
  }],
  ["a job that allows two active runs has two", async ({ ledger }) => {
    const options = { job: "nightly", maxActiveRuns: 2 };
    for (const asset of ["a", "b", "c"]) await submit(ledger, [step(asset)], options);
    const { running, queued } = await ledger.runCounts();
    assertEquals([running, queued], [2, 1]);
  }],
  ["a job whose runs come all at once has no more active ones than allowed", async ({ ledger }) => {
    const options = { job: "nightly", maxActiveRuns: 2 };
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => ledger.submit(plan([step(`a${i}`)], options))),
    );
    const { running, queued } = await ledger.runCounts();
    assertEquals([running, queued], [2, 6]);
    assertEquals((await drain(await worker(ledger))).length, 8);
    assertEquals((await ledger.runCounts()).success, 8);
  }],
  ["the active runs of one job do not keep those of another waiting", async ({ ledger }) => {
    await submit(ledger, [step("a")], { job: "one", maxActiveRuns: 1 });
    const other = await submit(ledger, [step("b")], { job: "other", maxActiveRuns: 1 });
    const free = await submit(ledger, [step("c")]);
    assertEquals((await runOf(ledger, other)).state, "running");
    assertEquals((await runOf(ledger, free)).state, "running");
  }],
  ["cancel() ends a run and what waits in it at once", async ({ ledger }) => {
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    assertEquals(await ledger.cancel(run, "ops@aurora"), true);
    assertEquals(await states(ledger, run), "cancelled cancelled");
    const { state, endedAt } = await runOf(ledger, run);
    assertEquals(state, "cancelled");
    assert(endedAt !== null);
    assertEquals(await (await worker(ledger)).claim(), []);
  }],
  ["cancel() remembers who did it", async ({ ledger }) => {
    const run = await submit(ledger, [step("a")]);
    await ledger.cancel(run, "ops@aurora");
    assertStringIncludes((await stepOf(ledger, run)).error?.message ?? "", "ops@aurora");
    assertStringIncludes((await runOf(ledger, run)).error?.message ?? "", "ops@aurora");
  }],
  ["cancel() of a run that has ended changes nothing", async ({ ledger }) => {
    const run = await submit(ledger, [step("a")]);
    await drain(await worker(ledger));
    assertEquals(await ledger.cancel(run, "ops"), false);
    assertEquals((await runOf(ledger, run)).state, "success");
    const other = await submit(ledger, [step("a")]);
    assertEquals(await ledger.cancel(other, "ops"), true);
    assertEquals(await ledger.cancel(other, "ops"), false);
  }],
  ["cancel() lets in the next run of the job", async ({ ledger }) => {
    const options = { job: "nightly", maxActiveRuns: 1 };
    const first = await submit(ledger, [step("a")], options);
    const second = await submit(ledger, [step("b")], options);
    const third = await submit(ledger, [step("c")], options);
    await ledger.cancel(second, "ops");
    assertEquals((await runOf(ledger, third)).state, "queued");
    await ledger.cancel(first, "ops");
    assertEquals((await runOf(ledger, third)).state, "running");
    assertEquals((await (await worker(ledger)).one()).asset, "c");
  }],
  ["cancel() makes running attempts revoked until they are finished", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const claimed = await hand.one();
    assertEquals(await ledger.revoked(hand.id), []);
    await ledger.cancel(run, "ops");
    assertEquals(await states(ledger, run), "running cancelled");
    assertEquals((await ledger.revoked(hand.id)).map((r) => ({ ...r })), [
      { run, step: 0, attempt: 1, reason: "Cancelled by ops" },
    ]);
    const { accepted } = await hand.finish([stopped(claimed)]);
    assertEquals(accepted, [id(claimed)]);
    assertEquals(await ledger.revoked(hand.id), []);
    assertEquals(await states(ledger, run), "cancelled cancelled");
    assertEquals((await runOf(ledger, run)).state, "cancelled");
  }],
  ["a success that comes after cancel() is refused and not visible", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const claimed = await hand.one();
    await ledger.cancel(run, "ops");
    const event = { topic: "t", key: "k", payload: 1 };
    const { accepted, next } = await hand.finish([done(claimed, { events: [event] })], 5);
    assertEquals([accepted, next], [[], []]);
    assertEquals(await states(ledger, run), "cancelled cancelled");
    assertEquals(await ledger.visible([{ asset: "a", partition: "" }]), []);
    assertEquals(await ledger.events({ limit: 5 }), []);
    assertEquals(await ledger.revoked(hand.id), []);
  }],
  ["a failure that comes after cancel() is not tried again", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    await ledger.cancel(run, "ops");
    await hand.finish([failed(claimed, "broke", claimed.startedAt)]);
    assertEquals(await states(ledger, run), "cancelled");
    assertEquals(await hand.claim(), []);
    assertEquals((await runOf(ledger, run)).state, "cancelled");
  }],
  ["a cancelled run is told once to have ended, whatever its attempts do then", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, ["a", "b", "c", "d"].map((asset) => step(asset)));
    const [a, b, c, d] = await hand.claim();
    await ledger.cancel(run, "ops");
    await hand.finish([done(a!), failed(b!), failed(c!, "again", c!.startedAt), stopped(d!)]);
    const facts = (await ledger.facts("", 1000)).filter((fact) => fact.run === run);
    const ends = facts.filter((fact) =>
      fact.kind === "run" && !["queued", "running"].includes(fact.state ?? "")
    );
    assertEquals(ends.map((fact) => fact.state), ["cancelled"]);
    for (const index of [0, 1, 2, 3]) {
      const told = facts.filter((fact) => fact.kind === "step" && fact.step === index);
      assertEquals(told.at(-1)?.state, "cancelled", `step ${index}`);
    }
  }],
  ["runs() finds runs by state, assets, age, and whether they were run again", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const bad = await submit(ledger, [step("a"), step("b")]);
    const [a, b] = await hand.claim();
    await hand.finish([done(a!), failed(b!)]);
    await pass(subject, 30);
    const waits = await submit(ledger, [step("a")]);
    const { createdAt } = await runOf(ledger, waits);
    const again = await submit(ledger, [step("b")], { parent: bad });
    assertEquals((await runOf(ledger, again)).parent, bad);
    const found = async (query: Partial<RunQuery>) =>
      (await ledger.runs({ ...query, limit: 10 })).map((r) => r.id);
    assertEquals(await found({ states: ["failed", "cancelled"] }), [bad]);
    assertEquals(await found({ states: [] }), []);
    assertEquals(await found({ assets: ["a"] }), [waits, bad]);
    assertEquals(await found({ assets: [] }), []);
    assertEquals(await found({ assets: ["a", "b"], unsuccessful: true }), [again, waits, bad]);
    assertEquals(await found({ assets: ["a"], unsuccessful: true, states: ["failed"] }), []);
    assertEquals(await found({ notRetried: true }), [again, waits]);
    assertEquals(await found({ createdBefore: createdAt }), [bad]);
    assertEquals(await found({ createdFrom: createdAt, job: "none" }), []);
    assertEquals(await found({ createdFrom: createdAt, assets: ["a"] }), [waits]);
  }],
  ["steps of one run end in the order of the plan", async ({ ledger }) => {
    const run = await submit(ledger, [
      step("a"),
      step("b", { needs: [0] }),
      step("c", { needs: [1] }),
      step("d", { needs: [0, 2] }),
    ]);
    assertEquals(await drain(await worker(ledger)), ["a", "b", "c", "d"]);
    const steps = await stepsOf(ledger, run);
    assertEquals(steps.map((s) => s.attempts.length), [1, 1, 1, 1]);
    const { state, startedAt, endedAt } = await runOf(ledger, run);
    assert(state === "success" && startedAt !== null && endedAt !== null);
  }],
];
