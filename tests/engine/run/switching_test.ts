import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  asset,
  define,
  type Exports,
  job,
  lender,
  listenSensor,
  partitions,
  request,
  resource,
  runSensor,
  schedule,
  sensor,
  tick,
  topicSensor,
  UnknownName,
} from "engine";
import { createService, nextTick, nextTicks } from "engine";
import { memoryLedger } from "engine/testing";

const daily = partitions.daily({ start: "2025-01-20" });
const data = asset({ name: "data", partitions: daily, materialize: () => 1 });
const report = asset({ name: "report", partitions: daily, deps: { data }, materialize: () => 1 });
const whole = asset({ name: "whole", materialize: () => 1 });
const store = resource({ name: "store", open: () => ["a", "b", "c"] });

function setUp(exports: Exports = {}) {
  const clock = { at: new Date("2025-01-28T12:00:00Z"), now: () => clock.at };
  const ledger = memoryLedger({ now: () => clock.at });
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [report, data] });
  const byHand = job({ name: "by_hand", assets: [data] });
  const spread = schedule({
    name: "spread",
    cron: ["0 4 * * *", "0 16 * * *"],
    jitter: "20m",
    assets: [whole],
  });
  const letters = sensor({
    name: "letters",
    every: "30s",
    cursor: 0,
    resources: { store },
    async *evaluate({ cursor, resources }) {
      for (const letter of resources.store.slice(cursor)) {
        yield request(whole, { key: letter, reason: `letter ${letter}` });
      }
      return await Promise.resolve(resources.store.length);
    },
  });
  const definitions = define({ data, report, whole, nightly, byHand, spread, letters, ...exports });
  const service = createService({
    definitions,
    ledger,
    clock,
    about: { version: "1", startedAt: "", adapters: {} as never },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
    lender: lender(() => ""),
  });
  return { clock, ledger, service, definitions };
}

Deno.test("setPaused() switches schedules and sensors, and tells how they stand", async () => {
  const { service } = setUp();
  const paused = await service.setPaused("schedule:nightly", true);
  assertEquals(paused, { name: "schedule:nightly", paused: true, changed: true });
  assertEquals((await service.setPaused("schedule:nightly", true)).changed, false);
  await service.setPaused("sensor:letters", true);
  const nightly = (await service.jobs()).find((j) => j.name === "nightly")!;
  assertEquals([nightly.enabled, nightly.paused, nightly.nextTicks], [false, true, []]);
  const [letters] = await service.sensors();
  assertEquals([letters!.enabled, letters!.paused, letters!.nextTickAt], [false, true, null]);
  await service.setPaused("schedule:nightly", false);
  const on = (await service.jobs()).find((j) => j.name === "nightly")!;
  assertEquals([on.enabled, on.nextTicks[0]], [true, "2025-01-29T02:00:00.000Z"]);
});

Deno.test("setPaused() refuses what has no schedule and what it cannot read", async () => {
  const { service } = setUp();
  await assertRejects(() => service.setPaused("nightly", true), RangeError, '"schedule:nightly"');
  await assertRejects(() => service.setPaused("schedule:nighty", true), UnknownName, '"nightly"?');
  await assertRejects(() => service.setPaused("schedule:by_hand", true), UnknownName);
  await assertRejects(() => service.setPaused("sensor:lettres", true), UnknownName, '"letters"?');
});

Deno.test("tick() with dryRun tells what the newest tick asks for and why, and submits nothing", async () => {
  const { service, ledger } = setUp();
  const found = await service.tick("nightly", { dryRun: true });
  const reason = 'schedule "nightly" at 2025-01-28T02:00:00.000Z';
  assertEquals(found, {
    name: "nightly",
    tick: "2025-01-28T02:00:00.000Z",
    actsAt: "2025-01-28T02:00:00.000Z",
    key: "schedule:nightly:2025-01-28T02:00:00.000Z",
    reason,
    steps: [
      { asset: "data", partition: "2025-01-27", reason },
      { asset: "report", partition: "2025-01-27", reason },
    ],
    run: null,
  });
  assertEquals(await ledger.runs({ limit: 9 }), []);
});

Deno.test("tick() at an instant is that of then, future or past, and UTC without a zone", async () => {
  const { service } = setUp();
  const at = async (text: string) => {
    const found = await service.tick("nightly", { at: text, dryRun: true });
    return [found.tick.slice(0, 16), found.steps[0]?.partition];
  };
  assertEquals(await at("2025-02-03T02:00:00Z"), ["2025-02-03T02:00", "2025-02-02"]);
  assertEquals(await at("2025-01-25T01:59:59"), ["2025-01-24T02:00", "2025-01-23"]);
  assertEquals(await at("2025-01-25T03:00+01:00"), ["2025-01-25T02:00", "2025-01-24"]);
  const early = await service.tick("nightly", { at: "2025-01-20T12:00:00Z", dryRun: true });
  assertEquals([early.steps, early.reason], [
    [],
    "nothing to request: no slice has ended by then",
  ]);
  await assertRejects(() => at("tomorrow"), RangeError, 'Cannot read instant: "tomorrow"');
  await assertRejects(() => service.tick("by_hand"), UnknownName);
});

Deno.test("tick() that is still to come is shown and not submitted: its slice has not ended", async () => {
  const { service, ledger } = setUp();
  const at = "2025-01-29T02:00:00Z";
  assertEquals((await service.tick("nightly", { at, dryRun: true })).steps.length, 2);
  await assertRejects(() => service.tick("nightly", { at }), RangeError, "still to come");
  assertEquals(await ledger.runs({ limit: 9 }), []);
});

Deno.test("tick() submits once, also when the schedule comes to the same tick", async () => {
  const { service, ledger, definitions, clock } = setUp();
  const o = { definitions, ledger, next: nextTick };
  await tick(o, clock.at);
  clock.at = new Date("2025-01-29T02:00:00Z");
  const first = await service.tick("nightly");
  assertEquals((await service.tick("nightly", { at: "2025-01-29T02:00:00Z" })).run, first.run);
  await tick(o, clock.at);
  assertEquals((await ledger.runs({ job: "nightly", limit: 9 })).map((r) => r.id), [first.run]);
});

Deno.test("jobs() shows the coming instants of all crons, spread as they will be", async () => {
  const { service, clock } = setUp();
  const next = (await service.jobs()).find((j) => j.name === "spread")!.nextTicks;
  const dry = await service.tick("spread", { at: "2025-01-28T16:30:00Z", dryRun: true });
  assertEquals([next.length, next[0]], [5, dry.actsAt]);
  assertEquals(next.map((t) => t.slice(8, 13)), ["28T16", "29T04", "29T16", "30T04", "30T16"]);
  clock.at = new Date("2025-01-28T16:00:00Z"); // ticked, and put off
  assertEquals((await service.jobs()).find((j) => j.name === "spread")!.nextTicks[0], dry.actsAt);
});

Deno.test("trigger() of a schedule asks for the slice that its code names now", async () => {
  const { service, ledger, clock } = setUp({
    yesterday: schedule({
      name: "yesterday",
      cron: "0 4 * * *",
      assets: [data],
      partition: (at) => daily.newest(at)!,
    }),
  });
  clock.at = new Date("2025-01-27T12:00:00Z");
  const { run } = await service.trigger("yesterday");
  const found = (await ledger.run(run))!;
  assertEquals(found.steps.map((s) => `${s.asset} ${s.partition}`), ["data 2025-01-26"]);
  assertEquals(found.run.reason, 'schedule "yesterday" was triggered');
  await service.trigger("spread");
  await assertRejects(() => service.trigger("yesterdy"), UnknownName);
});

Deno.test("jobs() tell what each schedule does with missed ticks and what it did last", async () => {
  const { service, ledger, clock, definitions } = setUp();
  await tick({ definitions, ledger, next: nextTick }, clock.at);
  clock.at = new Date("2025-01-30T02:00:00Z");
  await tick({ definitions, ledger, next: nextTick }, clock.at);
  const told = (await service.jobs()).map((j) => [j.name, j.catchUp, j.jitterSeconds, j.lastTick]);
  const at = "2025-01-30T02:00:00.000Z";
  assertEquals(told[0], ["nightly", "latest", 0, {
    at,
    outcome: "requested",
    result: `requested at ${at}, 1 missed before`,
  }]);
  assertEquals(told[1], ["by_hand", "latest", 0, null]);
  assertEquals(told[2]!.slice(0, 3), ["spread", "latest", 1_200]);
});

Deno.test("sense() looks from the given cursor, or its own, and changes nothing", async () => {
  const { service, ledger } = setUp();
  const found = await service.sense("letters", { cursor: 1 });
  assertEquals(found, {
    name: "letters",
    requests: [
      { asset: "whole", partition: null, key: "b", reason: "letter b" },
      { asset: "whole", partition: null, key: "c", reason: "letter c" },
    ],
    cursor: 3,
  });
  assertEquals((await service.sense("letters")).requests.length, 3);
  assertEquals([await ledger.cursors(""), await ledger.runs({ limit: 9 })], [[], []]);
  await assertRejects(() => service.sense("lettres"), UnknownName, '"letters"?');
});

Deno.test("sense() reads a cursor as the sensor would have written it, or says what is right", async () => {
  const texts = sensor({
    name: "texts",
    every: "5s",
    cursor: "",
    async *evaluate({ cursor }) {
      yield request(whole, { key: cursor.trim(), reason: `from ${cursor}` });
      return await Promise.resolve(cursor);
    },
  });
  const runs = runSensor({
    name: "runs",
    states: ["running"],
    *on({ run }) {
      yield request(whole, { reason: `run ${run}` });
    },
  });
  const topic = topicSensor({ name: "topic", topic: "orders", *on() {} });
  const { service } = setUp({ texts, runs, topic });
  assertEquals((await service.sense("texts", { cursor: 17 })).requests[0]!.reason, "from 17");
  await service.trigger("nightly");
  assertEquals((await service.sense("runs", { cursor: 0 })).requests.length, 1);
  for (
    const [name, cursor, right] of [
      ["runs", "yesterday", 'a place among the facts, like "120"'],
      ["topic", 17, 'offsets by part of the topic, like {"0":"120"}'],
      ["letters", "two", "like the one it starts with, 0"],
    ] as const
  ) {
    await assertRejects(() => service.sense(name, { cursor }), RangeError, right);
  }
});

Deno.test("sense() with a payload is as if the sensor were told", async () => {
  const channel = listenSensor({
    name: "channel",
    channel: "orders",
    cursor: 0,
    async *evaluate({ payloads }) {
      for (const p of payloads) yield request(whole, { key: p, reason: `heard ${p}` });
      return await Promise.resolve(payloads.length);
    },
  });
  const topic = topicSensor({
    name: "topic",
    topic: "orders",
    *on({ value, offset }) {
      yield request(whole, { reason: `${value} at ${offset}` });
    },
  });
  const { service } = setUp({ channel, topic });
  const heard = await service.sense("channel", { payloads: ["x"] });
  assertEquals([heard.requests[0]?.reason, heard.cursor], ["heard x", 1]);
  const read = await service.sense("topic", { cursor: { 0: "7" }, payloads: ["x", "y"] });
  assertEquals(read.requests.map((r) => r.reason), ["x at 7", "y at 8"]);
  assertEquals(read.cursor, { 0: "9" });
  const [, about] = await service.sensors();
  assertStringIncludes(about!.description, 'Listens to channel "orders" and looks every 60 s');
});
