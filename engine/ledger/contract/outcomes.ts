/**
 * The contract on how attempts end.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Behaviour,
  done,
  failed,
  id,
  postponed,
  result,
  runOf,
  states,
  step,
  stepOf,
  stepsOf,
  stopped,
  submit,
  withheld,
  worker,
} from "./subject.ts";
import type { CheckRecord } from "../records.ts";

const check = (name: string, passed: boolean): CheckRecord => ({
  check: name,
  severity: "error",
  blocking: true,
  passed,
  reason: passed ? null : "3 rows are wrong",
  metadata: { rows: 3 },
});

/** Sentences on `finish()`. */
export const outcomeBehaviours: readonly Behaviour[] = [
  ["finish() publishes a success with all that belongs to it", async ({ ledger }) => {
    const hand = await worker(ledger);
    const slice = { asset: "a", partition: "2025-01-27" };
    const run = await submit(ledger, [step("a", { partition: slice.partition })]);
    const claimed = await hand.one();
    assertEquals(await ledger.visible([slice]), []);
    const input = { input: "x", asset: "x", partition: "", version: "7", dataVersion: "d7" };
    const made = { metadata: { rows: 5, ok: true }, value: { table: "t", rows: [1, null, "x"] } };
    const outcome = done(claimed, { ...made, inputs: [input], checks: [check("rows", true)] });
    assertEquals((await hand.finish([outcome])).accepted, [id(claimed)]);
    const [visible, ...more] = await ledger.visible([slice, { asset: "b", partition: "" }]);
    assert(visible);
    assertEquals(more, []);
    const { at, durationMs, ...kept } = visible;
    const fingerprints = { code: "code 1", config: "config 1", dataVersion: "data 1" };
    const where = { ...slice, run, step: 0, version: claimed.version, published: true };
    assertEquals(kept, { ...where, ...fingerprints, ...made, inputs: [input] });
    assert(at instanceof Date && durationMs >= 0);
    const { at: _at, ...verdict } = (await ledger.checks("a"))[0]!;
    assertEquals(verdict, { ...check("rows", true), ...slice, run });
    assertEquals(await states(ledger, run), "success");
    assertEquals((await stepOf(ledger, run)).attempts[0]?.state, "success");
    assertEquals((await runOf(ledger, run)).state, "success");
  }],
  [
    "finish() of an attempt that is not counted leaves the next one all its tries",
    async (subject) => {
      const { ledger } = subject;
      const hand = await worker(ledger);
      const run = await submit(ledger, [step("a")]);
      const soon = new Date(0);
      const outcome = {
        ...failed(await hand.one(), "not there yet", soon),
        counts: false,
      } as const;
      await hand.finish([outcome]);
      assertEquals(await states(ledger, run), "queued");
      const second = await hand.one();
      assertEquals([second.attempt, second.failures], [2, 0]);
      await hand.finish([failed(second, "it broke", soon)]);
      const third = await hand.one();
      assertEquals([third.attempt, third.failures], [3, 1]);
      const { attempts } = await stepOf(ledger, run);
      assertEquals(attempts.map((a) => a.state), ["postponed", "failed", "running"]);
      assertEquals(attempts[0]!.error?.message, "not there yet");
      const [slice] = await ledger.slices(["a"]);
      assertEquals(slice?.last?.state, "failed");
    },
  ],
  ["finish() of an attempt that is not counted and has no next one is a failure", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    await hand.finish([postponed(await hand.one())]);
    assertEquals(await states(ledger, run), "failed");
    assertEquals((await stepOf(ledger, run)).attempts[0]?.state, "failed");
  }],
  ["finish() shows the next version in place of the one before", async ({ ledger }) => {
    const hand = await worker(ledger);
    for (const value of ["old", "new"]) {
      await submit(ledger, [step("a")]);
      await hand.finish([done(await hand.one(), { value })]);
    }
    const [visible, ...more] = await ledger.visible([{ asset: "a", partition: "" }]);
    assertEquals([visible?.value, more], ["new", []]);
  }],
  ["finish() writes events to the outbox, each with an id of its own", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    const events = [
      { topic: "features", key: "k1", payload: { n: 1 } },
      { topic: "features", key: "k2", payload: "text", schemaVersion: 3 },
    ];
    const claimed = await hand.claim();
    for (const c of claimed) await hand.finish([done(c, { events })]);
    const kept = await ledger.events({ limit: 10 });
    const told = kept.map((e) => [e.topic, e.key, e.schemaVersion, e.run, e.payload, e.sentAt]);
    const second = ["features", "k2", 3, run, "text", null];
    const first = ["features", "k1", 1, run, { n: 1 }, null];
    assertEquals(told, [second, first, second, first]);
    assertEquals(new Set(kept.map((e) => e.eventId)).size, 4);
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    assert(kept.every((e) => uuid.test(e.eventId)));
    assertEquals((await ledger.events({ topic: "features", limit: 1 }))[0]?.key, "k2");
    assertEquals(await ledger.events({ topic: "other", limit: 1 }), []);
    assertEquals(await ledger.topics(), [
      { topic: "features", count: 4, unsent: 4, refused: 0 },
    ]);
    assertEquals(await ledger.events({ refused: true, limit: 1 }), []);
    assertEquals([await ledger.sendAgain(), await ledger.sendAgain([kept[0]!.id])], [0, 0]);
  }],
  ["finish() hands the next step of a chain to the same worker", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const { next } = await hand.finish([done(await hand.one())], 1);
    assertEquals(next.map((c) => [c.asset, c.run, c.step, c.attempt]), [["b", run, 1, 1]]);
    assertEquals(await states(ledger, run), "success running");
    assertEquals((await hand.finish(next.map((c) => done(c)))).accepted.length, 1);
    assertEquals((await runOf(ledger, run)).state, "success");
  }],
  ["finish() queues what the worker has no room for", async ({ ledger }) => {
    const hand = await worker(ledger);
    const steps = [step("a"), ...["b", "c", "d"].map((name) => step(name, { needs: [0] }))];
    const run = await submit(ledger, steps);
    const { next } = await hand.finish([done(await hand.one())], 2);
    assertEquals(next.length, 2);
    const found = await states(ledger, run);
    assertEquals(found.split(" ").filter((state) => state === "queued").length, 1);
    assertEquals((await hand.claim()).length, 1);
  }],
  ["finish() does not hand on a step of a queue that the worker does not take", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0], queue: "heavy" })]);
    assertEquals((await hand.finish([done(await hand.one())], 5)).next, []);
    assertEquals(await states(ledger, run), "success queued");
    assertEquals((await (await worker(ledger, ["heavy"])).one()).asset, "b");
  }],
  ["finish() does not hand on a slice that another run computes", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("b")]);
    const busy = await hand.one();
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    assertEquals((await hand.finish([done(await hand.one())], 5)).next, []);
    assertEquals(await states(ledger, run), "success queued");
    await hand.finish([done(busy)]);
    assertEquals((await hand.one()).run, run);
  }],
  ["finish() releases a step only when all that it needs succeeded", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b"), step("c", { needs: [0, 1] })]);
    const [a, b] = await hand.claim();
    assertEquals((await hand.finish([done(a!)], 5)).next, []);
    assertEquals(await states(ledger, run), "success running waiting");
    assertEquals((await hand.finish([done(b!)], 5)).next.map((c) => c.asset), ["c"]);
  }],
  ["finish() of many steps at once releases their join exactly once", async ({ ledger }) => {
    const hands = await Promise.all(Array.from({ length: 4 }, () => worker(ledger)));
    const many = Array.from({ length: 20 }, (_, i) => step(`a${i}`));
    const needs = many.map((_, i) => i);
    const run = await submit(ledger, [...many, step("join", { needs })]);
    const claims = (await Promise.all(hands.map(async (hand) =>
      (await hand.claim(5)).map((claimed) => ({ hand, claimed }))
    ))).flat();
    for (const hand of hands) {
      claims.push(...(await hand.claim()).map((claimed) => ({ hand, claimed })));
    }
    assertEquals(claims.length, 20);
    const answers = await Promise.all(
      claims.map(({ hand, claimed }) =>
        hand.finish([done(claimed)], 5)
      ),
    );
    assertEquals(answers.flatMap((a) => a.accepted).length, 20);
    assertEquals(answers.flatMap((a) => a.next).map((c) => c.step), [20]);
    assertEquals((await stepsOf(ledger, run))[20]?.attempts.length, 1);
  }],
  ["finish() takes an outcome once", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    const event = { topic: "t", key: "k", payload: null };
    const outcome = done(claimed, { events: [event] });
    assertEquals((await hand.finish([outcome])).accepted, [id(claimed)]);
    assertEquals((await hand.finish([outcome])).accepted, []);
    assertEquals((await hand.finish([failed(claimed)])).accepted, []);
    assertEquals(await states(ledger, run), "success");
    assertEquals((await ledger.events({ limit: 5 })).length, 1);
    assertEquals((await ledger.history("a", { limit: 5 })).length, 1);
  }],
  ["finish() of one outcome from two sides at once is taken once", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const outcome = done(await hand.one());
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => hand.finish([outcome], 5)),
    );
    assertEquals(answers.flatMap((a) => a.accepted).length, 1);
    assertEquals(answers.flatMap((a) => a.next).length, 1);
  }],
  ["finish() refuses the outcome of another worker or attempt", async ({ ledger }) => {
    const hand = await worker(ledger);
    const thief = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    const refused = async (hand: typeof thief, change: object) =>
      assertEquals((await hand.finish([{ ...done(claimed), ...change }])).accepted, []);
    await refused(thief, {});
    await refused(hand, { attempt: 2 });
    await refused(hand, { step: 1 });
    await refused(hand, { run: "999999" });
    assertEquals(await states(ledger, run), "running");
    assertEquals((await hand.finish([done(claimed)])).accepted, [id(claimed)]);
  }],
  ["finish() takes the good outcomes of a batch and refuses the others", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b"), step("c")]);
    const [a, b, c] = await hand.claim();
    await hand.finish([done(a!)]);
    const { accepted } = await hand.finish([done(a!), done(b!), failed(c!)]);
    assertEquals([...accepted].sort(), [id(b!), id(c!)].sort());
    assertEquals(await states(ledger, run), "success success failed");
  }],
  ["a failure with a further try queues the step again", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const first = await hand.one();
    await hand.finish([failed(first, "no connection", first.startedAt)]);
    assertEquals(await states(ledger, run), "queued waiting");
    assertEquals((await runOf(ledger, run)).state, "running");
    const second = await hand.one();
    assertEquals([second.step, second.attempt], [0, 2]);
    await hand.finish([done(second)]);
    const { attempts, state } = await stepOf(ledger, run);
    assertEquals(attempts.map((a) => a.state), ["failed", "success"]);
    assertEquals(attempts[0]?.error?.message, "no connection");
    assertEquals(attempts[0]?.error?.causes, ["a cause"]);
    assertEquals([state, await states(ledger, run)], ["success", "success queued"]);
  }],
  ["a final failure skips all that needs the step, and says why", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [
      step("features/activity", { partition: "2025-01-27" }),
      step("b", { needs: [0] }),
      step("c", { needs: [1] }),
      step("free"),
    ]);
    const [first, free] = await hand.claim();
    await hand.finish([failed(first!, "division by zero")]);
    assertEquals(await states(ledger, run), "failed skipped skipped running");
    assertEquals((await runOf(ledger, run)).state, "running");
    for (const index of [1, 2]) {
      const message = (await stepOf(ledger, run, index)).error?.message ?? "";
      assertStringIncludes(message, "features/activity");
    }
    await hand.finish([done(free!)]);
    const { state, error, endedAt } = await runOf(ledger, run);
    assertEquals([state, error?.message], ["failed", "division by zero"]);
    assert(endedAt !== null);
  }],
  ["a step that needs a failed and a running step is skipped once", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b"), step("c", { needs: [0, 1] })]);
    const [a, b] = await hand.claim();
    await hand.finish([failed(a!)]);
    assertEquals((await hand.finish([done(b!)], 5)).next, []);
    assertEquals(await states(ledger, run), "failed success skipped");
    assertEquals((await runOf(ledger, run)).state, "failed");
  }],
  ["the first error of a run is its error", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    const [a, b] = await hand.claim();
    await hand.finish([failed(b!, "the first")]);
    await hand.finish([failed(a!, "the second")]);
    assertEquals((await runOf(ledger, run)).error?.message, "the first");
  }],
  ["a withheld version is evidence, and the one before stays visible", async ({ ledger }) => {
    const hand = await worker(ledger);
    const slice = { asset: "a", partition: "" };
    await submit(ledger, [step("a")]);
    const good = await hand.one();
    await hand.finish([done(good, { value: "good", checks: [check("rows", true)] })]);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    const bad = await hand.one();
    const event = { topic: "t", key: "k", payload: null };
    const kept = result({ value: "bad", checks: [check("rows", false)], events: [event] });
    await hand.finish([withheld(bad, kept)]);
    assertEquals((await ledger.visible([slice])).map((m) => m.value), ["good"]);
    const history = await ledger.history("a", { limit: 5 });
    assertEquals(history.map((m) => [m.version, m.published]), [
      [bad.version, false],
      [good.version, true],
    ]);
    assertEquals((await ledger.checks()).map((c) => [c.passed, c.run]), [[false, run]]);
    assertEquals(await ledger.events({ limit: 5 }), []);
    assertEquals(await states(ledger, run), "failed skipped");
    const facts = await ledger.facts("", 1000);
    assertEquals(facts.filter((f) => f.kind === "withheld").length, 1);
  }],
  ["a stopped attempt ends its step as cancelled", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    assertEquals((await hand.finish([stopped(claimed)])).accepted, [id(claimed)]);
    assertEquals(await states(ledger, run), "cancelled");
    assertEquals((await stepOf(ledger, run)).attempts[0]?.state, "cancelled");
    assertEquals((await runOf(ledger, run)).state, "cancelled");
  }],
  ["what needs a stopped step is skipped", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
    await hand.finish([stopped(await hand.one())]);
    assertEquals(await states(ledger, run), "cancelled skipped");
    assert((await runOf(ledger, run)).endedAt !== null);
  }],
  ["a result that comes too late is remembered with its attempt, once", async ({ ledger }) => {
    const slow = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const first = await slow.one();
    await ledger.bury(slow.id, "stopped");
    const second = await (await worker(ledger)).one();
    assertEquals((await slow.finish([done(first, { dataVersion: "late 1" })])).accepted, []);
    assertEquals((await slow.finish([failed(first, "again")])).accepted, []);
    assertEquals((await slow.finish([done(second)])).accepted, []);
    const { attempts } = await stepOf(ledger, run);
    assertEquals(attempts.map((a) => a.state), ["lost", "running"]);
    const { at, ...late } = attempts[0]!.late!;
    assert(at instanceof Date);
    const said = { worker: slow.id, state: "success", dataVersion: "late 1", error: null };
    assertEquals(late, said as typeof late);
    assertEquals(attempts[1]!.late, undefined);
    assertEquals(await ledger.visible([{ asset: "a", partition: "" }]), []);
  }],
  ["a failure that comes too late is remembered with its error", async ({ ledger }) => {
    const slow = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const first = await slow.one();
    await ledger.bury(slow.id, "stopped");
    await slow.finish([failed(first, "too late to fail")]);
    const { late } = (await stepOf(ledger, run)).attempts[0]!;
    assertEquals([late?.state, late?.error?.message], ["failed", "too late to fail"]);
  }],
  ["a result that comes after the cancel of its run is remembered", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a")]);
    const claimed = await hand.one();
    await ledger.cancel(run, "somebody");
    assertEquals((await hand.finish([done(claimed, { dataVersion: "d9" })])).accepted, []);
    const [attempt] = (await stepOf(ledger, run)).attempts;
    assertEquals([attempt?.state, attempt?.late?.dataVersion], ["cancelled", "d9"]);
  }],
  ["an outcome that was taken and is offered again leaves no trace", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    const [a, b] = await hand.claim();
    for (let i = 0; i < 2; i++) await hand.finish([done(a!), failed(b!)]);
    const steps = await stepsOf(ledger, run);
    assertEquals(steps.map((s) => s.attempts[0]?.late), [undefined, undefined]);
  }],
  ["a result that cannot be kept is a failure of its step, and costs the others nothing", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [
      step("good"),
      step("bigint"),
      step("event"),
      step("checked"),
      step("after", { needs: [1] }),
      step("next", { needs: [0] }),
    ]);
    const claimed = await hand.claim(4);
    const [good, bigint, event, checked] = claimed;
    const bad = { rows: 3n } as never;
    const { accepted } = await hand.finish([
      done(good!),
      done(bigint!, { metadata: bad }),
      done(event!, { events: [{ topic: undefined as never, key: "k", payload: 1 }] }),
      withheld(checked!, result({ metadata: bad })),
    ], 5);
    assertEquals([...accepted].sort(), claimed.map(id).sort());
    const steps = await stepsOf(ledger, run);
    assertEquals(steps.slice(0, 5).map((s) => s.state), [
      "success",
      "failed",
      "failed",
      "failed",
      "skipped",
    ]);
    for (const index of [1, 2, 3]) {
      assertStringIncludes(steps[index]!.error!.message, "Cannot keep the result of attempt 1: ");
    }
    assertStringIncludes(steps[1]!.error!.message, "BigInt");
    assertEquals(steps[3]!.error!.causes, ["a blocking check failed", "a cause"]);
    // It was handed on, or waits to be claimed.
    assert(["running", "queued"].includes(steps[5]!.state));
  }],
  ["an error may contain any character", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    const claimed = await hand.claim();
    const messages = ["a NUL: \u0000, and on", "half a pair: \ud83d, and on"];
    const outcomes = claimed.map((c, i) => failed(c, messages[i]!));
    assertEquals((await hand.finish(outcomes)).accepted.length, 2);
    for (const { error } of await stepsOf(ledger, run)) {
      assertStringIncludes(error?.message ?? "", ", and on");
    }
  }],
];
