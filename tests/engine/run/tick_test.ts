import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  actsAt,
  asset,
  define,
  type Exports,
  job,
  nextTick,
  partitions,
  schedule,
  setPaused,
  tick,
} from "engine";
import { memoryLedger } from "engine/testing";

const daily = partitions.daily({ start: "2025-01-20" });
const report = asset({ name: "report", partitions: daily, materialize: () => 1 });

/** A nightly job at two, in UTC. */
const nightly = (o: Partial<Parameters<typeof job>[0]> = {}) =>
  job({ name: "nightly", cron: "0 2 * * *", assets: [report], ...o });

function setUp(exports: Exports, begin = "2025-01-27T12:00:00Z") {
  const clock = { at: new Date(begin) };
  const ledger = memoryLedger({ now: () => clock.at });
  const definitions = define(exports);
  const o = { definitions, ledger, next: nextTick };
  return {
    ledger,
    clock,
    look: (text?: string) => {
      if (text) clock.at = new Date(text);
      return tick(o, clock.at);
    },
    asked: async () =>
      (await ledger.runs({ limit: 100 })).map((r) => r.partition ?? r.title).reverse(),
    result: async (name = "nightly") => (await ledger.cursors(`schedule:${name}`))[0]!,
  };
}

Deno.test("tick() of a schedule that is seen for the first time waits for its next tick", async () => {
  const b = setUp({ report, nightly: nightly() });
  assertEquals(await b.look(), new Date("2025-01-28T02:00:00Z"));
  assertEquals(await b.asked(), []);
  assertStringIncludes((await b.result()).result!, "first seen");
});

Deno.test("tick() asks for the newest slice that has ended at the tick, once", async () => {
  const b = setUp({ report, nightly: nightly() });
  await b.look();
  await b.look("2025-01-28T01:59:59Z");
  assertEquals(await b.asked(), []);
  for (let i = 0; i < 3; i++) await b.look("2025-01-28T02:00:00Z");
  await b.look("2025-01-28T14:00:00Z");
  assertEquals(await b.asked(), ["2025-01-27"]);
  const [run] = await b.ledger.runs({ limit: 1 });
  assertEquals([run!.trigger, run!.by, run!.job, run!.title], [
    "schedule",
    "nightly",
    "nightly",
    "nightly",
  ]);
  assertEquals(run!.reason, 'schedule "nightly" at 2025-01-28T02:00:00.000Z');
});

Deno.test("tick() after days asks once for the newest slice, and says what was missed", async () => {
  const b = setUp({ report, nightly: nightly() });
  await b.look();
  await b.look("2025-02-01T12:00:00Z");
  await b.look();
  assertEquals(await b.asked(), ["2025-01-31"]);
  assertStringIncludes((await b.result()).result!, "4 missed before");
});

Deno.test("tick() that catches up all asks for each missed tick with its own slice", async () => {
  const b = setUp({ report, nightly: nightly({ catchUp: "all" }) });
  await b.look();
  await b.look("2025-01-30T12:00:00Z");
  assertEquals(await b.asked(), ["2025-01-27", "2025-01-28", "2025-01-29"]);
});

Deno.test("tick() that does not catch up leaves missed ticks alone and takes the next", async () => {
  const b = setUp({ report, nightly: nightly({ catchUp: "none" }) });
  await b.look();
  await b.look("2025-01-30T12:00:00Z");
  assertEquals(await b.asked(), []);
  assertStringIncludes((await b.result()).result!, "its policy is not to catch up");
  await b.look("2025-01-31T02:00:01Z");
  assertEquals(await b.asked(), ["2025-01-30"]);
});

Deno.test("tick() of two servers at once acts once", async () => {
  const b = setUp({ report, nightly: nightly() });
  await Promise.all([b.look(), b.look()]);
  b.clock.at = new Date("2025-01-28T02:00:00Z");
  await Promise.all([b.look(), b.look(), b.look()]);
  assertEquals(await b.asked(), ["2025-01-27"]);
});

Deno.test("tick() acts on nothing twice when the clock is set back", async () => {
  const b = setUp({ report, nightly: nightly() });
  await b.look();
  await b.look("2025-01-28T02:00:00Z");
  await b.look("2025-01-28T01:00:00Z");
  await b.look("2025-01-28T02:00:00Z");
  assertEquals(await b.asked(), ["2025-01-27"]);
});

Deno.test("tick() reads crons in their time zone, also when Berlin changes its clocks", async () => {
  const berlin = nightly({ cron: "30 3 * * *", timezone: "Europe/Berlin" });
  const b = setUp({ report, berlin }, "2025-03-28T12:00:00Z");
  const instants: string[] = [];
  for (let i = 0; i < 4; i++) {
    const next = await b.look();
    instants.push(next!.toISOString().slice(0, 16));
    b.clock.at = next!;
  }
  await b.look();
  assertEquals(instants, [
    "2025-03-29T02:30",
    "2025-03-30T01:30",
    "2025-03-31T01:30",
    "2025-04-01T01:30",
  ]);
  assertEquals((await b.asked()).length, 4);
});

/** Pauses or resumes the nightly schedule. */
const setOff = (b: ReturnType<typeof setUp>, paused: boolean) =>
  setPaused(b.ledger, "schedule:nightly", { paused, by: "a person", now: b.clock.at });

Deno.test("tick() of a paused schedule does nothing", async () => {
  const b = setUp({ report, nightly: nightly() });
  await b.look();
  await setOff(b, true);
  assertEquals(await b.look("2025-01-28T02:00:00Z"), undefined);
  assertEquals(await b.asked(), []);
});

for (
  const [catchUp, days] of [
    ["none", []],
    ["latest", ["2025-01-29"]],
    ["all", ["2025-01-27", "2025-01-28", "2025-01-29"]],
  ] as const
) {
  Deno.test(`tick() of a schedule that goes on catches up ${catchUp}, and nothing twice`, async () => {
    const b = setUp({ report, nightly: nightly({ catchUp }) });
    await b.look();
    await setOff(b, true);
    await b.look("2025-01-29T03:00:00Z");
    await b.look("2025-01-30T12:00:00Z");
    await setOff(b, false);
    await b.look();
    await b.look();
    assertEquals(await b.asked(), [...days]);
    await b.look("2025-01-31T02:00:00Z");
    assertEquals(await b.asked(), [...days, "2025-01-30"]);
  });
}

Deno.test("tick() of a schedule that is first seen while paused counts from there", async () => {
  const b = setUp({ report, nightly: nightly({ catchUp: "all" }) });
  await setOff(b, true);
  await b.look();
  await b.look("2025-01-29T12:00:00Z");
  await setOff(b, false);
  await b.look();
  assertEquals(await b.asked(), ["2025-01-27", "2025-01-28"]);
});

Deno.test("tick() of several crons ticks at those of each, at one of both once", async () => {
  const both = nightly({ cron: ["0 2 * * *", "0 14 * * *", "0 2 * * 2"], catchUp: "all" });
  const b = setUp({ report, both });
  assertEquals(await b.look(), new Date("2025-01-27T14:00:00Z"));
  await b.look("2025-01-28T14:00:00Z");
  const keys = (await b.ledger.runs({ limit: 9 })).map((r) => r.key).reverse();
  assertEquals(keys, [
    "schedule:nightly:2025-01-27T14:00:00.000Z",
    "schedule:nightly:2025-01-28T02:00:00.000Z",
    "schedule:nightly:2025-01-28T14:00:00.000Z",
  ]);
});

Deno.test("tick() with jitter acts later, at the same instant on every server, for the same slice", async () => {
  const spread = nightly({ jitter: "30m" });
  const tickAt = new Date("2025-01-28T02:00:00Z");
  const acts = actsAt(spread, tickAt);
  assert(acts > tickAt && acts.getTime() < tickAt.getTime() + 1_800_000);
  const b = setUp({ report, spread });
  assertEquals(await b.look(), acts);
  assertEquals(await b.look("2025-01-28T02:00:00Z"), acts);
  await b.look(new Date(acts.getTime() - 1).toISOString());
  assertEquals(await b.asked(), []);
  const next = await b.look(acts.toISOString());
  assertEquals(await b.asked(), ["2025-01-27"]);
  assertEquals(next, actsAt(spread, new Date("2025-01-29T02:00:00Z")));
  const [run] = await b.ledger.runs({ limit: 1 });
  assertEquals(run!.reason, 'schedule "nightly" at 2025-01-28T02:00:00.000Z');
});

Deno.test("tick() of a schedule asks for the slice that its code names", async () => {
  const yearAgo = schedule({
    name: "year_ago",
    cron: "0 4 * * *",
    assets: [report],
    partition: () => "2025-01-21",
  });
  const b = setUp({ report, yearAgo });
  await b.look();
  await b.look("2025-01-28T04:00:00Z");
  assertEquals(await b.asked(), ["2025-01-21"]);
});

Deno.test("tick() asks for every member of a list, and for the newest window of each", async () => {
  const region = partitions.of("eu", "us");
  const prices = asset({ name: "prices", partitions: region, materialize: () => 1 });
  const sales = asset({
    name: "sales",
    partitions: partitions.cross({ day: daily, region }),
    materialize: () => 1,
  });
  const b = setUp({ prices, sales, nightly: nightly({ assets: [prices, sales] }) });
  await b.look();
  await b.look("2025-01-28T02:00:00Z");
  const [run] = await b.ledger.runs({ limit: 1 });
  const { steps } = (await b.ledger.run(run!.id))!;
  assertEquals(steps.map((s) => `${s.asset} ${s.partition}`), [
    "prices eu",
    "prices us",
    "sales 2025-01-27|eu",
    "sales 2025-01-27|us",
  ]);
});

Deno.test("tick() of a schedule that names no slice of its assets fails and says what it named", async () => {
  const astray = schedule({
    name: "astray",
    cron: "0 4 * * *",
    assets: [report],
    partition: () => "2025-1-21",
  });
  const b = setUp({ report, astray });
  await b.look();
  await b.look("2025-01-28T04:00:00Z");
  assertEquals(await b.asked(), []);
  const [cursor] = await b.ledger.cursors("schedule:astray");
  assertEquals(cursor!.outcome, "failed");
  assertStringIncludes(
    cursor!.result!,
    'Cannot tick: schedule "astray" asks for slice "2025-1-21" of "report", which it cannot have',
  );
});

Deno.test("tick() goes on with the others when the code of a schedule fails, and with its next tick", async () => {
  let isBroken = true;
  const broken = schedule({
    name: "a_broken",
    cron: "0 2 * * *",
    assets: [report],
    partition() {
      if (isBroken) throw new Error("no such day");
      return "2025-01-22";
    },
  });
  const b = setUp({ report, broken, nightly: nightly({ cron: "0 2 * * *" }) });
  await b.look();
  await b.look("2025-01-28T02:00:00Z");
  assertEquals(await b.asked(), ["2025-01-27"]);
  const { outcome, result } = await b.result("a_broken");
  assertEquals([outcome, result], ["failed", "no such day"]);
  isBroken = false;
  await b.look("2025-01-29T02:00:00Z");
  assertEquals((await b.asked()).sort(), ["2025-01-22", "2025-01-27", "2025-01-28"]);
});

Deno.test("tick() tells once that a cron cannot be read, and goes on with the others", async () => {
  const b = setUp({
    report,
    wrong: nightly({ name: "wrong", cron: "0 25 * * *" }),
    good: nightly(),
  });
  assertEquals(await b.look(), new Date("2025-01-28T02:00:00Z"));
  await b.look("2025-01-28T02:00:00Z");
  await b.look("2025-01-28T03:00:00Z");
  assertEquals(await b.asked(), ["2025-01-27"]);
  const { outcome, result, revision } = await b.result("wrong");
  assertEquals([outcome, revision], ["failed", 1]);
  assert(result!.includes('cron "0 25 * * *"'));
});

Deno.test("tick() before any slice has ended asks for nothing and says so", async () => {
  const future = asset({
    name: "future",
    partitions: partitions.daily({ start: "2030-01-01" }),
    materialize: () => 1,
  });
  const b = setUp({ future, nightly: nightly({ assets: [future] }) });
  await b.look();
  await b.look("2025-01-28T02:00:00Z");
  assertEquals(await b.asked(), []);
  assertStringIncludes((await b.result()).result!, "no slice has ended");
});
