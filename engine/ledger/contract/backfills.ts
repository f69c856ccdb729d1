/**
 * The contract on backfills.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  type BackfillAdvance,
  type BackfillRecord,
  backfillRunKey,
  type BackfillSubmission,
  nothingDone,
} from "../backfills.ts";
import type { Ledger } from "../ledger.ts";
import { type Behaviour, done, plan, runOf, step, stopped, submit, worker } from "./subject.ts";

const asked = (options: Partial<BackfillSubmission> = {}): BackfillSubmission => ({
  key: "a of january",
  once: false,
  title: "a",
  trigger: "cli",
  by: "ada",
  reason: "january was wrong",
  definition: { selection: "a" },
  slices: { a: { ranges: "2025-01-01..2025-01-03", count: 3 } },
  total: 3,
  runs: 3,
  chunk: 1,
  reverse: false,
  concurrency: 2,
  ...options,
});

const part = (id: string, place: number) => ({
  place,
  run: plan([step("a", { partition: `2025-01-0${place + 1}` })], {
    key: backfillRunKey(id, place),
    trigger: "backfill",
    by: id,
    priority: 10,
  }),
});

const moved = (b: BackfillRecord, options: Partial<BackfillAdvance> = {}): BackfillAdvance => ({
  id: b.id,
  revision: b.revision,
  state: b.state,
  done: b.done,
  counted: [],
  submitted: b.submitted,
  submissions: [],
  error: null,
  ...options,
});

async function started(ledger: Ledger, options: Partial<BackfillSubmission> = {}) {
  const { id } = await ledger.startBackfill(asked(options));
  return await known(ledger, id);
}

async function known(ledger: Ledger, id: string): Promise<BackfillRecord> {
  const [found, ...more] = await ledger.backfills({ id, limit: 5 });
  assert(found !== undefined, `backfill ${id} is known`);
  assertEquals(more, []);
  return found;
}

/** A backfill whose first two runs are submitted. */
async function submitted(ledger: Ledger) {
  const b = await started(ledger);
  const submissions = [part(b.id, 0), part(b.id, 1)];
  const runs = (await ledger.advanceBackfill(moved(b, { submissions, submitted: "0..1" })))!;
  return { b: await known(ledger, b.id), runs: runs.map((r) => r.run) };
}

/** Sentences on backfills. */
export const backfillBehaviours: readonly Behaviour[] = [
  ["startBackfill() remembers all that was asked for and submits nothing", async ({ ledger }) => {
    const { id, created } = await ledger.startBackfill(asked());
    const { createdAt, ...b } = await known(ledger, id);
    assert(created && createdAt instanceof Date);
    assertEquals(b, {
      ...asked(),
      id,
      state: "running",
      revision: 1,
      submitted: "",
      done: nothingDone,
      active: [],
      endedAt: null,
      error: null,
    });
    assertEquals(await ledger.runs({ limit: 5 }), []);
  }],
  ["startBackfill() of a key that is open finds the backfill", async ({ ledger }) => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ledger.startBackfill(asked())),
    );
    assertEquals(new Set(answers.map((a) => a.id)).size, 1);
    assertEquals(answers.filter((a) => a.created).length, 1);
    const found = await ledger.backfills({ key: asked().key, limit: 5 });
    assertEquals(found.map((b) => b.id), [answers[0]!.id]);
    assertEquals(await ledger.backfills({ key: "another", limit: 5 }), []);
  }],
  [
    "startBackfill() takes a key again after the end, unless once and for all",
    async ({ ledger }) => {
      const first = await started(ledger);
      await ledger.cancelBackfill(first.id, "ada");
      assert((await ledger.startBackfill(asked())).created);
      const given = await started(ledger, { key: "given", once: true });
      await ledger.cancelBackfill(given.id, "ada");
      const again = await ledger.startBackfill(asked({ key: "given", once: true }));
      assertEquals(again, { id: given.id, created: false });
    },
  ],
  [
    "advanceBackfill() submits runs, which are active until they are counted",
    async ({ ledger }) => {
      const { b, runs } = await submitted(ledger);
      assertEquals([b.submitted, b.revision, b.active.map((r) => r.run)], ["0..1", 2, runs]);
      assertEquals(b.active.map((r) => [r.place, r.state, r.steps.queued]), [
        [0, "running", 1],
        [1, "running", 1],
      ]);
      assertEquals((await runOf(ledger, runs[0]!)).trigger, "backfill");
      const other = await submit(ledger, [step("b")]);
      const found = async (backfill: string | null) =>
        (await ledger.runs({ backfill, limit: 5 })).map((r) => r.id);
      assertEquals([await found(b.id), await found(null)], [runs.toReversed(), [other]]);
      await ledger.cancel(other, "ada");
      const hand = await worker(ledger);
      await hand.finish([done(await hand.one())]);
      const [ended] = (await known(ledger, b.id)).active;
      assertEquals([ended?.state, ended?.steps.success], ["success", 1]);
      assert(ended?.startedAt instanceof Date && ended.endedAt instanceof Date);
      const counted = { ...nothingDone, success: 1, ms: 5 };
      await ledger.advanceBackfill(moved(b, { counted: [0], done: counted }));
      const after = await known(ledger, b.id);
      assertEquals([after.done, after.active.map((r) => r.place)], [counted, [1]]);
    },
  ],
  ["advanceBackfill() of one revision from many sides: exactly one wins", async ({ ledger }) => {
    const b = await started(ledger);
    const step = moved(b, { submissions: [part(b.id, 0)], submitted: "0" });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ledger.advanceBackfill(step)),
    );
    assertEquals(answers.filter((a) => a !== undefined).length, 1);
    assertEquals((await ledger.runs({ limit: 50 })).length, 1);
  }],
  ["advanceBackfill() to the end tells when and why", async ({ ledger }) => {
    const b = await started(ledger);
    const error = { message: "its partitions changed", causes: [], stack: null };
    await ledger.advanceBackfill(moved(b, { state: "failed", error }));
    const ended = await known(ledger, b.id);
    assertEquals([ended.state, ended.error, ended.endedAt instanceof Date], [
      "failed",
      error,
      true,
    ]);
    assertEquals(await ledger.backfills({ open: true, limit: 5 }), []);
  }],
  ["pauseBackfill() and resumeBackfill() act on what is running or paused", async ({ ledger }) => {
    const { b } = await submitted(ledger);
    assertEquals(await ledger.resumeBackfill(b.id), false);
    assertEquals([await ledger.pauseBackfill(b.id), await ledger.pauseBackfill(b.id)], [
      true,
      false,
    ]);
    const paused = await known(ledger, b.id);
    assertEquals([paused.state, paused.active.length], ["paused", 2]);
    assertEquals(await ledger.advanceBackfill(moved(b)), undefined);
    assertEquals((await ledger.backfills({ open: true, limit: 5 })).length, 1);
    assertEquals(await ledger.resumeBackfill(b.id), true);
    assertEquals((await known(ledger, b.id)).state, "running");
  }],
  ["cancelBackfill() ends what waits, and takes what runs from its worker", async ({ ledger }) => {
    const { b, runs } = await submitted(ledger);
    const hand = await worker(ledger);
    const claimed = await hand.one();
    assertEquals(await ledger.cancelBackfill(b.id, "ada"), true);
    assertEquals(await ledger.cancelBackfill(b.id, "ada"), false);
    const revoked = await ledger.revoked(hand.id);
    assertEquals(revoked.map((r) => r.run), [claimed.run]);
    await hand.finish([stopped(claimed)]);
    for (const run of runs) assertEquals((await runOf(ledger, run)).state, "cancelled");
    const ended = await known(ledger, b.id);
    assertEquals([ended.state, ended.endedAt instanceof Date], ["cancelled", true]);
    assert(ended.error?.message.includes("ada"));
    assertEquals(ended.active.map((r) => r.steps.cancelled), [1, 1]);
    assertEquals(await hand.claim(), []);
  }],
  ["what nobody knows is not paused, resumed or cancelled", async ({ ledger }) => {
    assertEquals(await ledger.pauseBackfill("99"), false);
    assertEquals(await ledger.resumeBackfill("99"), false);
    assertEquals(await ledger.cancelBackfill("99", "ada"), false);
    assertEquals(await ledger.backfills({ id: "99", limit: 5 }), []);
  }],
  ["every change of a backfill is a fact", async ({ ledger }) => {
    const b = await started(ledger);
    await ledger.pauseBackfill(b.id);
    await ledger.resumeBackfill(b.id);
    await ledger.cancelBackfill(b.id, "ada");
    const facts = (await ledger.facts("", 100)).filter((f) => f.kind === "backfill");
    assertEquals(facts.map((f) => [f.name, f.state]), [
      [b.id, "running"],
      [b.id, "paused"],
      [b.id, "running"],
      [b.id, "cancelled"],
    ]);
  }],
  ["runs of a backfill come after what people ask for", async ({ ledger }) => {
    await submitted(ledger);
    const click = await submit(ledger, [step("b")]);
    const hand = await worker(ledger);
    assertEquals((await hand.one()).run, click);
  }],
];
