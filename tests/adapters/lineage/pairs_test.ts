/** Every run and step that began is told to end, once, whatever becomes of it. @module */
import { assertEquals } from "@std/assert";
import { asset, define, type Ledger } from "engine";
import { eventOf, type LineageEvent } from "../../../adapters/lineage/event.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
import { transitionFeed } from "../../../adapters/postgres/transition_feed.ts";
import {
  done,
  failed,
  type Hand,
  step,
  stopped,
  submit,
  worker,
} from "../../../engine/ledger/contract/subject.ts";
import { testLedger } from "../../services/ledger.ts";
import { official } from "./official.ts";

const definitions = define({
  one: asset({ name: "one", materialize: () => null }),
  two: asset({ name: "two", materialize: () => null }),
});
const context = { definitions, namespace: "shop", version: "1.2.3" };
const STEPS = [step("one"), step("two", { needs: [0] })] as const;

interface Stage {
  readonly ledger: Ledger;
  readonly hand: Hand;
}

/** What a life came to, in the order in which it was told. */
async function told(live: (stage: Stage) => Promise<void>): Promise<readonly LineageEvent[]> {
  await using t = await testLedger();
  const sql = connect(t.url, { name: "lineage", max: 1 });
  const feed = transitionFeed(sql);
  const events: LineageEvent[] = [];
  const tell = () =>
    feed.tell(100, (transition) => {
      events.push(eventOf(transition, context));
      return Promise.resolve();
    });
  await tell();
  await live({ ledger: t.ledger, hand: await worker(t.ledger) });
  await tell();
  await sql.end({ timeout: 1 });
  return events;
}

const by = "ada";

/** What is lived, and what is told of it. */
const LIVES: Readonly<Record<string, readonly [(stage: Stage) => Promise<void>, string]>> = {
  "a success": [
    async ({ ledger, hand }) => {
      await submit(ledger, STEPS, { job: "daily" });
      await hand.finish([done(await hand.one())]);
      await hand.finish([done(await hand.one())]);
    },
    "daily START, one START, one COMPLETE, two START, two COMPLETE, daily COMPLETE",
  ],
  "a failure, whose followers never began": [
    async ({ ledger, hand }) => {
      await submit(ledger, STEPS, { job: "daily" });
      await hand.finish([failed(await hand.one())]);
    },
    "daily START, one START, one FAIL, daily FAIL",
  ],
  "a failure that is tried again": [
    async ({ ledger, hand }) => {
      await submit(ledger, [step("one", { retry: { attempts: 2 } })], { job: "daily" });
      await hand.finish([failed(await hand.one(), "it broke", new Date(0))]);
      await hand.finish([done(await hand.one())]);
    },
    "daily START, one START, one START, one COMPLETE, daily COMPLETE",
  ],
  "a cancelled run": [
    async ({ ledger, hand }) => {
      const run = await submit(ledger, STEPS, { job: "daily" });
      const claimed = await hand.one();
      await ledger.cancel(run, by);
      await hand.finish([stopped(claimed)]);
    },
    "daily START, one START, daily ABORT, one ABORT",
  ],
  "a cancelled step": [
    async ({ ledger, hand }) => {
      const run = await submit(ledger, STEPS, { job: "daily" });
      const claimed = await hand.one();
      await ledger.cancelStep({ run, step: 0 }, by);
      await hand.finish([stopped(claimed)]);
    },
    "daily START, one START, one ABORT, daily ABORT",
  ],
  "a run that is cancelled before its first step began": [
    async ({ ledger }) => {
      await ledger.cancel(await submit(ledger, STEPS, { job: "daily" }), by);
    },
    "daily START, daily ABORT",
  ],
  "a run whose steps are cancelled one by one before they began": [
    async ({ ledger }) => {
      const run = await submit(ledger, [step("one")], { job: "daily" });
      await ledger.cancelStep({ run, step: 0 }, by);
    },
    "daily START, daily ABORT",
  ],
  "a run that is cancelled in the queue of its job": [
    async ({ ledger, hand }) => {
      const one = { job: "daily", maxActiveRuns: 1 };
      await submit(ledger, [step("one")], one);
      await ledger.cancel(await submit(ledger, [step("two")], one), by);
      await hand.finish([done(await hand.one())]);
    },
    "daily START, one START, one COMPLETE, daily COMPLETE",
  ],
  "a step that is cancelled while it waits for another try": [
    async ({ ledger, hand }) => {
      const run = await submit(ledger, [step("one", { retry: { attempts: 2 } })], { job: "daily" });
      const later = new Date(Date.now() + 3_600_000);
      await hand.finish([failed(await hand.one(), "it broke", later)]);
      await ledger.cancel(run, by);
    },
    "daily START, one START, one ABORT, daily ABORT",
  ],
  "a worker that dies, and another one that takes over": [
    async ({ ledger, hand }) => {
      await submit(ledger, [step("one")], { job: "daily" });
      await hand.one();
      await ledger.bury(hand.id, "killed");
      const next = await worker(ledger);
      await next.finish([done(await next.one())]);
    },
    "daily START, one START, one START, one COMPLETE, daily COMPLETE",
  ],
  "a run that takes longer than its job allows": [
    async ({ ledger, hand }) => {
      await submit(ledger, STEPS, { job: "daily", timeoutMs: 1 });
      const claimed = await hand.one();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await ledger.expire();
      await hand.finish([stopped(claimed)]);
    },
    "daily START, one START, daily FAIL, one ABORT",
  ],
  "a run without a job": [
    async ({ ledger, hand }) => {
      await submit(ledger, [step("one")]);
      await hand.finish([done(await hand.one())]);
    },
    "(no job) START, one START, one COMPLETE, (no job) COMPLETE",
  ],
};

for (const [life, [live, expected]] of Object.entries(LIVES)) {
  Deno.test(`lineage tells beginning and end of ${life}`, async () => {
    const events = await told(live);
    assertEquals(events.map((e) => `${e.job.name} ${e.eventType}`).join(", "), expected);
    assertEquals(events.flatMap(await official()), []);
  });
}
