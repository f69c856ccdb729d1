/**
 * The contract on what happens at the same moment: one of the possible orders, never a mixture.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Claimed } from "../records.ts";
import {
  type Behaviour,
  done,
  drain,
  failed,
  plan,
  runOf,
  states,
  step,
  stepOf,
  submit,
  worker,
} from "./subject.ts";

const wide = (n: number) => Array.from({ length: n }, (_, i) => step(`a${i}`));

/** Sentences on calls that meet. */
export const raceBehaviours: readonly Behaviour[] = [
  ["the last steps of a run, finished at once, end it exactly once", async ({ ledger }) => {
    const hand = await worker(ledger);
    for (let round = 0; round < 3; round++) {
      const run = await submit(ledger, wide(10));
      const claimed = await hand.claim();
      await Promise.all(claimed.map((c) => hand.finish([done(c)])));
      assertEquals((await runOf(ledger, run)).state, "success");
      const facts = (await ledger.facts("", 10_000)).filter((f) => f.run === run);
      const ends = facts.filter((f) => f.kind === "run" && f.state === "success");
      assertEquals(ends.length, 1);
    }
  }],
  ["a success and a failure at once skip their join once", async ({ ledger }) => {
    const hand = await worker(ledger);
    for (let round = 0; round < 5; round++) {
      const run = await submit(ledger, [step("a"), step("b"), step("c", { needs: [0, 1] })]);
      const [a, b] = await hand.claim();
      const answers = await Promise.all([hand.finish([done(a!)], 5), hand.finish([failed(b!)], 5)]);
      assertEquals(answers.flatMap((answer) => answer.next), []);
      assertEquals(await states(ledger, run), "success failed skipped");
      assertEquals((await runOf(ledger, run)).state, "failed");
    }
  }],
  ["two workers that finish steps of two runs in opposite order both get on", async (
    { ledger },
  ) => {
    const one = await worker(ledger);
    const two = await worker(ledger);
    const runs = [await submit(ledger, wide(8)), await submit(ledger, wide(16).slice(8))];
    const mine = await one.claim(8);
    const theirs = await two.claim(8);
    const half = (claimed: readonly Claimed[], n: number) =>
      [...claimed.slice(n, n + 4)].map((c) => done(c));
    const answers = await Promise.all([
      one.finish([...half(mine, 0), ...half(mine, 4)]),
      two.finish([...half(theirs, 4), ...half(theirs, 0)].reverse()),
    ]);
    assertEquals(answers.flatMap((answer) => answer.accepted).length, 16);
    for (const run of runs) assertEquals((await runOf(ledger, run)).state, "success");
  }],
  ["finish() and cancel() at once: published or refused, and said so", async ({ ledger }) => {
    const hand = await worker(ledger);
    for (let round = 0; round < 5; round++) {
      const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
      const claimed = await hand.one();
      const [{ accepted, next }] = await Promise.all([
        hand.finish([done(claimed)], 5),
        ledger.cancel(run, "ops"),
      ]);
      const [visible] = await ledger.visible([{ asset: "a", partition: "" }]);
      assertEquals(visible?.version === claimed.version, accepted.length === 1);
      assertEquals((await stepOf(ledger, run)).state, accepted.length ? "success" : "cancelled");
      const late = await hand.finish(next.map((c) => done(c)));
      assertEquals(late.accepted, []);
      assertEquals((await runOf(ledger, run)).state, "cancelled");
      assertEquals((await stepOf(ledger, run, 1)).state, "cancelled");
    }
  }],
  ["finish() of the last step and cancel() at once: exactly one of them wins", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    for (let round = 0; round < 20; round++) {
      const run = await submit(ledger, [step("a")]);
      const claimed = await hand.one();
      const [{ accepted }, cancelled] = await Promise.all([
        hand.finish([done(claimed)]),
        ledger.cancel(run, "ops"),
      ]);
      const { state } = await runOf(ledger, run);
      const published = (await ledger.history("a", { limit: 1 }))[0]?.version === claimed.version;
      const won = cancelled ? ["cancelled", 0, false] : ["success", 1, true];
      assertEquals([state, accepted.length, published], won);
    }
  }],
  ["a failure to be retried and cancel() at once leave nothing to claim", async ({ ledger }) => {
    const hand = await worker(ledger);
    for (let round = 0; round < 20; round++) {
      const run = await submit(ledger, [step("a")]);
      const claimed = await hand.one();
      await Promise.all([
        hand.finish([failed(claimed, "again", claimed.startedAt)]),
        ledger.cancel(run, "ops"),
      ]);
      assertEquals([(await runOf(ledger, run)).state, await states(ledger, run)], [
        "cancelled",
        "cancelled",
      ]);
      assertEquals(await hand.claim(), []);
    }
  }],
  ["finish() and bury() at once: the attempt is a success or lost", async ({ ledger }) => {
    for (let round = 0; round < 5; round++) {
      const hand = await worker(ledger);
      const run = await submit(ledger, [step("a"), step("b", { needs: [0] })]);
      const claimed = await hand.one();
      const [{ accepted }] = await Promise.all([
        hand.finish([done(claimed)], 5),
        ledger.bury(hand.id, "killed"),
      ]);
      const [attempt] = (await stepOf(ledger, run)).attempts;
      assertEquals(attempt?.state, accepted.length === 1 ? "success" : "lost");
      // Nothing may be left with the dead worker, not even what finish() handed it.
      await drain(await worker(ledger));
      assertEquals((await runOf(ledger, run)).state, "success");
    }
  }],
  ["runs of a job that end at once let in as many as may be active", async ({ ledger }) => {
    const hand = await worker(ledger);
    const options = { job: "nightly", maxActiveRuns: 3 };
    for (const { asset } of wide(9)) await submit(ledger, [step(asset)], options);
    for (const ended of [3, 6, 9]) {
      const claimed = await hand.claim();
      assertEquals(claimed.length, 3);
      await Promise.all(claimed.map((c) => hand.finish([done(c)])));
      const { running, success } = await ledger.runCounts();
      assertEquals([running, success], [Math.min(3, 9 - ended), ended]);
    }
  }],
  ["submit() and claim() at once lose no step", async ({ ledger }) => {
    const hands = await Promise.all([worker(ledger), worker(ledger)]);
    const claims: Promise<readonly Claimed[]>[] = [];
    await Promise.all(Array.from({ length: 10 }, async (_, i) => {
      await ledger.submit(plan([step(`a${i}`), step(`b${i}`)]));
      for (const hand of hands) claims.push(hand.claim(3));
    }));
    const claimed = (await Promise.all(claims)).flat();
    for (const hand of hands) claimed.push(...await hand.claim());
    const tokens = claimed.map((c) => `${c.run}/${c.step}`);
    assertEquals([tokens.length, new Set(tokens).size], [20, 20]);
  }],
  ["two workers that drain one run never meet on a step", async ({ ledger }) => {
    const hands = await Promise.all([worker(ledger), worker(ledger), worker(ledger)]);
    const steps = wide(60).map((s, i) => ({ ...s, needs: i < 3 ? [] : [i - 3, i - 2] }));
    const run = await submit(ledger, steps);
    const order: string[] = [];
    while ((await runOf(ledger, run)).endedAt === null) {
      order.push(...(await Promise.all(hands.map(drain))).flat());
    }
    assertEquals([order.length, new Set(order).size], [60, 60]);
    const { state, steps: counts } = await runOf(ledger, run);
    assert(state === "success" && counts.success === 60);
  }],
];
