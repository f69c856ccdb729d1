/**
 * The contract on who gets which step.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Outcome } from "../records.ts";
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

/** Sentences on `claim()`. */
export const claimBehaviours: readonly Behaviour[] = [
  ["a step is given with the versions that it has to read, also when it is handed on", async (
    { ledger },
  ) => {
    const hand = await worker(ledger);
    const pin = { input: "x", asset: "x", partition: "p", version: "7", dataVersion: "d" };
    const made = { input: "a", asset: "a", partition: "", version: null, dataVersion: null };
    const run = await submit(ledger, [
      step("a", { pins: [pin] }),
      step("b", { needs: [0], pins: [made, pin] }),
      step("c", { needs: [1], pins: [] }),
      step("d", { needs: [2] }),
    ]);
    const a = await hand.one();
    assertEquals(a.pins, [pin]);
    const { next: [b] } = await hand.finish([done(a)], 1);
    assertEquals(b?.pins, [made, pin]);
    const { next: [c] } = await hand.finish([done(b!)], 1);
    assertEquals(c?.pins, []);
    const { next: [d] } = await hand.finish([done(c!)], 1);
    assertEquals([d?.asset, d && "pins" in d], ["d", false]);
    const steps = (await ledger.run(run))!.steps;
    assertEquals(steps.map((s) => s.pins), [[pin], [made, pin], [], undefined]);
  }],
  ["claim() begins an attempt", async ({ ledger }) => {
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a", { partition: "2025-01-27" })]);
    const claimed = await hand.one();
    const { version, startedAt, ...told } = claimed;
    const reason = `"a" was asked for`;
    assertEquals(told, {
      asset: "a",
      partition: "2025-01-27",
      run,
      step: 0,
      attempt: 1,
      failures: 0,
      reason,
    });
    assert(typeof version === "bigint" && version > 0n && startedAt instanceof Date);
    const { state, attempts } = await stepOf(ledger, run);
    assertEquals(state, "running");
    const [attempt] = attempts;
    assertEquals(attempt?.worker, hand.id);
    assertEquals([attempt?.attempt, attempt?.state, attempt?.version], [1, "running", version]);
    assertEquals((await runOf(ledger, run)).startedAt, startedAt);
    assertEquals(await hand.claim(), []);
  }],
  ["claim() gives no more than there is room for", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a"), step("b"), step("c")]);
    assertEquals((await hand.claim(0)).length, 0);
    assertEquals((await hand.claim(2)).length, 2);
    assertEquals((await hand.claim(2)).length, 1);
  }],
  [
    "claim() goes by priority of run and step, then runs in turn, then by plan",
    async ({ ledger }) => {
      const hand = await worker(ledger);
      await submit(ledger, [step("late", { priority: 1 }), step("a2"), step("a3")]);
      await submit(ledger, [step("b1", { priority: 1 }), step("b2")]);
      await submit(ledger, [step("first", { priority: 3 }), step("fifth", { priority: 5 })], {
        priority: -4,
      });
      const order: string[] = [];
      for (let i = 0; i < 7; i++) order.push((await hand.one()).asset);
      assertEquals(order, ["first", "a2", "b2", "a3", "late", "b1", "fifth"]);
    },
  ],
  ["claim() gives only steps of the queues that were asked for", async ({ ledger }) => {
    const light = await worker(ledger, ["default"]);
    const both = await worker(ledger, ["heavy", "default"]);
    await submit(ledger, [step("a", { queue: "heavy" }), step("b"), step("c", { queue: "other" })]);
    assertEquals((await light.claim()).map((c) => c.asset), ["b"]);
    assertEquals((await both.claim()).map((c) => c.asset), ["a"]);
  }],
  ["claim() gives every attempt a larger version than all before", async ({ ledger }) => {
    const hand = await worker(ledger);
    const versions: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      await submit(ledger, [step("a"), step(`b${i}`)]);
      const claimed = await hand.claim();
      versions.push(...claimed.map((c) => c.version).sort((a, b) => (a < b ? -1 : 1)));
      await hand.finish(claimed.map((c) => done(c)));
    }
    assertEquals(versions.length, 6);
    for (const [i, version] of versions.entries()) assert(i === 0 || version > versions[i - 1]!);
  }],
  ["claim() gives a step to one of two workers", async ({ ledger }) => {
    const one = await worker(ledger);
    const two = await worker(ledger);
    await submit(ledger, Array.from({ length: 40 }, (_, i) => step(`a${i}`)));
    const rounds = Array.from({ length: 10 }, () => [one.claim(3), two.claim(3)]).flat();
    const claimed = (await Promise.all(rounds)).flat();
    assertEquals(new Set(claimed.map((c) => c.step)).size, claimed.length);
    assertEquals(new Set(claimed.map((c) => c.version)).size, claimed.length);
    const rest = [...await one.claim(), ...await two.claim()];
    assertEquals(new Set([...claimed, ...rest].map((c) => c.step)).size, 40);
    assertEquals(claimed.length + rest.length, 40);
  }],
  ["claim() never gives a slice that is being computed in another run", async ({ ledger }) => {
    const hand = await worker(ledger);
    const other = await worker(ledger);
    const first = await submit(ledger, [step("a", { partition: "2025-01-27" })]);
    const second = await submit(ledger, [
      step("a", { partition: "2025-01-27" }),
      step("a", { partition: "2025-01-28" }),
    ]);
    const claimed = await hand.claim(1);
    assertEquals(claimed.map((c) => c.run), [first]);
    const meanwhile = await other.claim();
    assertEquals(meanwhile.map((c) => [c.run, c.partition]), [[second, "2025-01-28"]]);
    assertEquals(await states(ledger, second), "queued running");
    await hand.finish(claimed.map((c) => done(c)));
    assertEquals((await other.claim()).map((c) => c.partition), ["2025-01-27"]);
  }],
  ["claim() never gives one slice twice, however many ask at once", async ({ ledger }) => {
    const hands = await Promise.all(Array.from({ length: 4 }, () => worker(ledger)));
    for (let i = 0; i < 5; i++) await submit(ledger, [step("a")]);
    for (let round = 0; round < 5; round++) {
      const claims = await Promise.all(
        hands.map(async (hand) => ({ hand, claimed: await hand.claim() })),
      );
      const got = claims.filter(({ claimed }) => claimed.length > 0);
      assert(got.length <= 1 && (got[0]?.claimed.length ?? 1) === 1, "one at a time");
      // All may have looked at the same moment and given way: then one that asks alone gets it.
      const { hand, claimed } = got[0] ?? { hand: hands[0]!, claimed: [await hands[0]!.one()] };
      await hand.finish(claimed.map((c) => done(c)));
    }
    assertEquals((await ledger.runCounts()).success, 5);
  }],
  ["a step that waits for its slice does not keep later ones waiting", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a")]);
    await hand.one();
    await submit(ledger, [step("a", { priority: -5 }), step("b")]);
    assertEquals((await hand.claim(1)).map((c) => c.asset), ["b"]);
  }],
  ["claim() waits until the time of the next try", async (subject) => {
    const { ledger } = subject;
    const hand = await worker(ledger);
    const run = await submit(ledger, [step("a"), step("b")]);
    const [soon, late] = await hand.claim();
    assert(soon && late);
    const later = (ms: number) => new Date(soon.startedAt.getTime() + ms);
    await hand.finish([failed(soon, "x", later(30)), failed(late, "x", later(3_600_000))]);
    assertEquals(await states(ledger, run), "queued queued");
    await pass(subject, 50);
    const again = await hand.claim();
    assertEquals(again.map((c) => [c.asset, c.attempt]), [["a", 2]]);
    assertNotEquals(again[0]?.version, soon.version);
    const readyAt = (await stepOf(ledger, run, 1)).readyAt;
    assertEquals(readyAt, later(3_600_000));
  }],
  ["claim() gives nothing to a worker that was given up", async ({ ledger }) => {
    const hand = await worker(ledger);
    await ledger.bury(hand.id, "killed");
    await submit(ledger, [step("a")]);
    assertEquals(await hand.claim(), []);
    assertEquals((await (await worker(ledger)).claim()).length, 1);
  }],
  ["finish() that asks for more fills its room as claim() would", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a"), step("after a", { needs: [0] })]);
    const first = await hand.one();
    await submit(ledger, [step("b"), step("heavy", { queue: "heavy" }), step("c"), step("d")]);
    await submit(ledger, [step("soon", { priority: -1 })]);
    const finished = await ledger.finish([done(first)], { ...hand.ask(4), more: true });
    assertEquals(finished.next.map((c) => c.asset), ["soon", "b", "after a", "c"]);
    assertEquals((await hand.claim()).map((c) => c.asset), ["d"]);
  }],
  ["finish() leaves what was queued alone unless asked for more", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a"), step("after a", { needs: [0] }), step("b")]);
    const { next } = await hand.finish([done(await hand.one())], 100);
    assertEquals(next.map((c) => c.asset), ["after a"]);
    assertEquals((await hand.claim()).map((c) => c.asset), ["b"]);
  }],
  ["finish() says whether the queue was looked at and had no more", async ({ ledger }) => {
    const hand = await worker(ledger);
    await submit(ledger, [step("a"), step("b"), step("c"), step("d"), step("e")]);
    const [a, b, c] = await hand.claim(3);
    const of = async (outcome: Outcome, room: number, more: boolean) =>
      (await ledger.finish([outcome], { ...hand.ask(room), more })).drained;
    assertEquals(await of(done(a!), 1, false), false, "it did not look");
    assertEquals(await of(done(b!), 1, true), false, "all the room was filled: there may be more");
    assertEquals(await of(done(c!), 2, true), true, "one was left for two places");
  }],
  ["finish() that asks for more never takes a slice that is being computed", async ({ ledger }) => {
    const hand = await worker(ledger);
    const other = await worker(ledger);
    await submit(ledger, [step("a")]);
    const first = await hand.one();
    await submit(ledger, [step("b")]);
    const held = await other.one();
    await submit(ledger, [step("b")]);
    const { next } = await ledger.finish([done(first)], { ...hand.ask(), more: true });
    assertEquals(next, []);
    await other.finish([done(held)]);
    assertEquals((await hand.claim()).map((c) => c.asset), ["b"]);
  }],
  ["a worker that asks for nothing in particular drains a wide run", async ({ ledger }) => {
    const leaves = Array.from({ length: 60 }, (_, i) => step(`leaf${i}`, { needs: [0] }));
    const needs = leaves.map((_, i) => i + 1);
    const run = await submit(ledger, [step("root"), ...leaves, step("join", { needs })]);
    const order = await drain(await worker(ledger));
    assertEquals([order.length, order[0], order.at(-1)], [62, "root", "join"]);
    assertEquals((await runOf(ledger, run)).state, "success");
  }],
];
