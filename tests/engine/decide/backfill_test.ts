import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  all,
  asset,
  type BackfillRecord,
  type BackfillRun,
  type BackfillWish,
  chooseBackfill,
  cutIntoRuns,
  cutOf,
  define,
  type Definitions,
  expectedBackfill,
  judge,
  latest,
  newest,
  nextOfBackfill,
  nothingDone,
  partitions,
  placesIn,
  placesText,
  previous,
  remainingOfBackfill,
  runsOf,
  type SliceState,
} from "engine";

const now = new Date("2025-01-05T00:00:00Z");
const daily = partitions.daily({ start: "2025-01-01" });
const sixHourly = partitions.hours({ start: "2025-01-01T00", every: 6 });

const raw = asset({ name: "raw", partitions: sixHourly, materialize: () => 1 });
const day = asset({
  name: "day",
  partitions: daily,
  deps: { raw: newest(raw) },
  materialize: () => 1,
});
const whole = asset({ name: "whole", deps: { day: latest(day) }, materialize: () => 1 });
const config = asset({ name: "config", materialize: () => 1 });
const region = asset({
  name: "region",
  partitions: partitions.of("eu", "us"),
  deps: { config },
  materialize: () => 1,
});
const definitions = define({ raw, day, whole, config, region });

const state = (
  asset: string,
  partition: string,
  changes: Partial<SliceState> = {},
): SliceState => ({
  asset,
  partition,
  visible: null,
  last: null,
  error: null,
  inFlight: null,
  ...changes,
});

const failed = {
  last: { state: "failed", at: now, run: "7" },
  error: { message: "it broke", causes: [], stack: null },
} as const;
const queued = { inFlight: { run: "8", state: "queued" } } as const;

function chosen(wish: BackfillWish, slices: readonly SliceState[] = []) {
  const found = chooseBackfill(definitions, judge({ definitions, slices, now }), wish).slices;
  return found.map((s) => s.partition ? `${s.asset.name} ${s.partition}` : s.asset.name);
}

Deno.test("chooseBackfill() gives the slices of a range under each asset's own cut", () => {
  assertEquals(chosen({ assets: ["day"], partitions: ["2025-01-02..2025-01-03"] }), [
    "day 2025-01-02",
    "day 2025-01-03",
  ]);
  assertEquals(chosen({ selection: "+day", partitions: ["2025-01-02..2025-01-02"] }), [
    "raw 2025-01-02T00",
    "raw 2025-01-02T06",
    "raw 2025-01-02T12",
    "raw 2025-01-02T18",
    "day 2025-01-02",
  ]);
});

Deno.test("chooseBackfill() narrowed to missing or failed looks at all that exists", () => {
  const slices = [state("day", "2025-01-02", failed), state("day", "2025-01-03", queued)];
  assertEquals(chosen({ assets: ["day"], only: ["failed"] }, slices), ["day 2025-01-02"]);
  assertEquals(chosen({ assets: ["day"], only: ["missing"] }, slices), [
    "day 2025-01-01",
    "day 2025-01-02",
    "day 2025-01-04",
  ]);
});

Deno.test("chooseBackfill() with downstream has everything that is made from it", () => {
  const wish = { assets: ["day"], partitions: ["2025-01-02..2025-01-02"], downstream: true };
  // The whole reads the latest day, which was never built.
  assertEquals(chosen(wish), ["day 2025-01-02", "day 2025-01-04", "whole"]);
});

/** A day that a region, a week and a cross are made from. */
function crosses() {
  const region = partitions.of("eu", "us");
  const cell = asset({
    name: "cell",
    partitions: partitions.cross({ day: daily, region }),
    deps: { day },
    materialize: () => 1,
  });
  const week = asset({
    name: "week",
    partitions: partitions.weekly({ start: "2024-12-23" }),
    deps: { cell },
    materialize: () => 1,
  });
  const place = asset({ name: "place", partitions: region, deps: { cell }, materialize: () => 1 });
  const all = define({ raw, day, cell, week, place });
  const at = new Date("2025-01-07T00:00:00Z");
  return (wish: BackfillWish) =>
    chooseBackfill(all, judge({ definitions: all, slices: [], now: at }), wish).slices;
}

const textOf = (slices: ReturnType<ReturnType<typeof crosses>>) =>
  slices.map((s) => `${s.asset.name} ${s.partition}`);

Deno.test("chooseBackfill() with downstream follows what is cut otherwise by what it reads", () => {
  const of = crosses();
  const range = ["2025-01-02..2025-01-03"];
  assertEquals(textOf(of({ assets: ["day"], partitions: range, downstream: true })), [
    "day 2025-01-02",
    "day 2025-01-03",
    "cell 2025-01-02|eu",
    "cell 2025-01-02|us",
    "cell 2025-01-03|eu",
    "cell 2025-01-03|us",
    "week 2024-12-30",
    "place eu",
    "place us",
  ]);
  assertEquals(textOf(of({ assets: ["cell"], partitions: ["2025-01-06|us"], downstream: true })), [
    "cell 2025-01-06|us",
    "place us",
  ], "the week of that day has not ended");
  assertEquals(textOf(of({ assets: ["cell"], partitions: ["2025-01-02..2025-01-03|eu"] })), [
    "cell 2025-01-02|eu",
    "cell 2025-01-03|eu",
  ]);
});

Deno.test("cutIntoRuns() keeps the slices of a cross with their time, upstream first also in reverse", () => {
  const slices = crosses()({ assets: ["day", "cell"], partitions: ["2025-01-02..2025-01-03"] });
  const [second, first] = ["03", "02"].map((d) =>
    `day 2025-01-${d}, cell 2025-01-${d}|eu, cell 2025-01-${d}|us`
  );
  assertEquals(runText(cutIntoRuns(slices, { chunk: 1, reverse: false })), [first, second]);
  assertEquals(runText(cutIntoRuns(slices, { chunk: 1, reverse: true })), [second, first]);
  const alone = crosses()({ assets: ["cell"], partitions: ["2025-01-02..2025-01-03"] });
  assertEquals(runText(cutIntoRuns(alone, { chunk: 1, reverse: true })), [
    "cell 2025-01-03|eu",
    "cell 2025-01-03|us",
    "cell 2025-01-02|eu",
    "cell 2025-01-02|us",
  ]);
});

Deno.test("chooseBackfill() tells an input that nobody has built and that is not part of it", () => {
  const judgement = judge({ definitions, slices: [], now });
  const wish = { assets: ["day"], partitions: ["2025-01-02..2025-01-03"] };
  assertEquals(chooseBackfill(definitions, judgement, wish).missing, [{
    step: { asset: "day", partition: "2025-01-02" },
    upstream: "raw",
    partition: "2025-01-02T18",
  }]);
});

Deno.test("chooseBackfill() of neither a range nor a filter is refused", () => {
  assertThrows(() => chosen({ assets: ["day"] }), RangeError, "give a range");
});

const sliced = (wish: BackfillWish) =>
  chooseBackfill(definitions, judge({ definitions, slices: [], now }), wish).slices;
const runText = (runs: ReturnType<typeof cutIntoRuns>) =>
  runs.map((r) => r.map((s) => `${s.asset.name} ${s.partition}`.trim()).join(", "));

Deno.test("cutIntoRuns() keeps together what belongs to a partition", () => {
  const slices = sliced({ selection: "+day", partitions: ["2025-01-02..2025-01-03"] });
  assertEquals(runText(cutIntoRuns(slices, { chunk: 1, reverse: true })), [
    "raw 2025-01-03T00, raw 2025-01-03T06, raw 2025-01-03T12, raw 2025-01-03T18, day 2025-01-03",
    "raw 2025-01-02T00, raw 2025-01-02T06, raw 2025-01-02T12, raw 2025-01-02T18, day 2025-01-02",
  ]);
});

Deno.test("cutIntoRuns() puts what is one piece before what is made from it, or at the end", () => {
  const days = sliced({ assets: ["day", "whole"], partitions: ["2025-01-02..2025-01-04"] });
  assertEquals(runText(cutIntoRuns(days, { chunk: 2, reverse: false })), [
    "day 2025-01-02, day 2025-01-03",
    "day 2025-01-04, whole",
  ]);
  const regions = sliced({ assets: ["config", "region"], only: ["missing"] });
  assertEquals(runText(cutIntoRuns(regions, { chunk: 1, reverse: false })), [
    "config",
    "region eu",
    "region us",
  ]);
});

Deno.test("cutOf() without a word is one run, and several where that were too many slices", () => {
  const few = cutOf(sliced({ assets: ["day"], only: ["missing"] }), {}).cut;
  assertEquals([few.runs, few.chunk, few.concurrency, few.slices], [1, null, 4, {
    day: { ranges: "2025-01-01..2025-01-04", count: 4 },
  }]);
  const hourly = asset({
    name: "hourly",
    partitions: partitions.hourly({ start: "2024-01-01T00" }),
    materialize: () => 1,
  });
  const all = define({ hourly });
  const judgement = judge({ definitions: all, slices: [], now });
  const hours = chooseBackfill(all, judgement, { assets: ["hourly"], only: ["missing"] }).slices;
  const many = cutOf(hours, {}).cut;
  assertEquals([many.total, many.chunk, many.runs], [8880, 500, 18]);
  assertThrows(() => cutOf([], { chunk: 0 }), RangeError, "0 partitions to a run");
  assertThrows(() => cutOf([], { concurrency: 1.5 }), RangeError, "1.5 active runs");
});

function record(wish: BackfillWish, changes: Partial<BackfillRecord> = {}): BackfillRecord {
  return {
    ...cutOf(sliced(wish), wish).cut,
    id: "5",
    key: "k",
    once: false,
    title: "days",
    trigger: "cli",
    by: null,
    reason: "asked for",
    definition: {},
    state: "running",
    revision: 3,
    submitted: "",
    done: nothingDone,
    active: [],
    createdAt: now,
    endedAt: null,
    error: null,
    ...changes,
  };
}

const next = (b: BackfillRecord, of: Definitions = definitions) =>
  nextOfBackfill(of, b, runsOf(of, b), now);
const run = (place: number, s: BackfillRun["state"], steps = {}): BackfillRun => ({
  place,
  run: String(100 + place),
  state: s,
  startedAt: new Date(now.getTime() - 5_000),
  endedAt: s === "running" ? null : now,
  steps: { ...nothingDone.steps, ...steps },
});

const days: BackfillWish = { assets: ["day"], only: ["missing"], chunk: 1, concurrency: 2 };

Deno.test("nextOfBackfill() submits as many runs as may be active, each with a key of its own", () => {
  const step = next(record(days))!;
  assertEquals([step.revision, step.submitted, step.state], [3, "0..1", "running"]);
  const [first] = step.submissions;
  const { key, trigger, by, reason, priority, partition, steps } = first!.run;
  assertEquals([key, trigger, by, priority, partition, steps.length], [
    "backfill:5:0",
    "backfill",
    "5",
    10,
    "2025-01-01",
    1,
  ]);
  assertEquals(reason, "backfill 5, run 1 of 4: asked for");
});

Deno.test("nextOfBackfill() counts what has ended and fills its place", () => {
  const active = [run(0, "success", { success: 1 }), run(1, "running", { running: 1 })];
  const step = next(record(days, { submitted: "0..1", active }))!;
  assertEquals([step.counted, step.submitted, step.submissions.length], [[0], "0..2", 1]);
  assertEquals([step.done.success, step.done.ms, step.done.steps.success], [1, 5_000, 1]);
});

Deno.test("nextOfBackfill() has nothing to do while all that may be active is", () => {
  const active = [run(0, "running"), run(1, "running")];
  assertEquals(next(record(days, { submitted: "0..1", active })), undefined);
});

Deno.test("nextOfBackfill() of a paused one counts and submits nothing", () => {
  const active = [run(0, "failed", { failed: 1 }), run(1, "running")];
  const step = next(record(days, { state: "paused", submitted: "0..1", active }))!;
  assertEquals([step.state, step.submissions, step.done.failed], ["paused", [], 1]);
  assertEquals(next(record(days, { state: "paused" })), undefined);
});

Deno.test("nextOfBackfill() ends with success, or failed if a run was not one", () => {
  const over = (last: BackfillRun["state"]) =>
    next(record(days, { submitted: "0..3", active: [run(3, last)] }))?.state;
  assertEquals([over("success"), over("failed"), over("cancelled")], [
    "success",
    "failed",
    "failed",
  ]);
});

Deno.test("nextOfBackfill() lets a run wait for slices that another run is to make", () => {
  const wish: BackfillWish = {
    assets: ["day", "whole"],
    partitions: ["2025-01-03..2025-01-04"],
    chunk: 1,
    concurrency: 4,
  };
  const begin = next(record(wish))!;
  assertEquals(begin.submitted, "0..1", "the whole reads the last day");
  const active = [run(0, "success"), run(1, "running")];
  assertEquals(next(record(wish, { submitted: "0..1", active }))?.submitted, "0..1");
  const done = [run(1, "success")];
  assertEquals(next(record(wish, { submitted: "0..1", active: done }))?.submitted, "0..2");
});

Deno.test("nextOfBackfill() finds the run that need not wait behind any number that wait", () => {
  const keys = Array.from({ length: 150 }, (_, i) => `k${i}`);
  const one = asset({ name: "one", partitions: partitions.of("only"), materialize: () => 1 });
  const many = asset({
    name: "many",
    partitions: partitions.of(...keys),
    deps: { one: all(one) },
    materialize: () => 1,
  });
  const both = define({ one, many });
  const judgement = judge({ definitions: both, slices: [], now });
  const wish: BackfillWish = { selection: "*", only: ["missing"], chunk: 1, reverse: true };
  const { slices } = chooseBackfill(both, judgement, wish);
  const b: BackfillRecord = { ...record(days), ...cutOf(slices, wish).cut };
  assertEquals(next(b, both)?.submitted, "150", "all others read what this one makes");
});

Deno.test("what reads its own last slice is filled in a row, oldest first", () => {
  const total = asset({
    name: "total",
    partitions: daily,
    deps: { before: previous<number>() },
    materialize: ({ before }) => (before ?? 0) + 1,
  });
  const all = define({ total });
  const judgement = judge({ definitions: all, slices: [], now });
  const wish: BackfillWish = { assets: ["total"], only: ["missing"], chunk: 2, concurrency: 4 };
  const slices = chooseBackfill(all, judgement, wish).slices;
  const b: BackfillRecord = { ...record(days), ...cutOf(slices, wish).cut };
  assertEquals(next(b, all)?.submitted, "0", "the second run reads the last of the first");
  const durations = new Map([["total", [1_000]]]);
  const runs = cutIntoRuns(slices, { chunk: null, reverse: false });
  assertEquals(expectedBackfill(runs, { durations, concurrency: 4, slots: 8 }), 4_000);
  assertThrows(() => cutOf(slices, { reverse: true }), RangeError, "reads the one before");
});

Deno.test("runsOf() refuses partitions that are others than were decided", () => {
  const b = record(days);
  const later = asset({
    name: "day",
    partitions: partitions.daily({ start: "2025-01-03" }),
    materialize: () => 1,
  });
  assertThrows(() => runsOf(define({ later }), b), RangeError, "the declarations changed");
  assertThrows(() => runsOf(define({ raw }), b), Error, '"day"');
});

Deno.test("placesText() and placesIn() are inverse", () => {
  assertEquals(placesText([4, 0, 1, 2, 9, 8]), "0..2,4,8..9");
  assertEquals([...placesIn("0..2,4,8..9")], [0, 1, 2, 4, 8, 9]);
  assertEquals([placesText([]), placesIn("").size], ["", 0]);
});

Deno.test("expectedBackfill() is the longest chains over what may be active, or the work over all slots", () => {
  const slices = sliced({ selection: "+day", partitions: ["2025-01-02..2025-01-03"] });
  const runs = cutIntoRuns(slices, { chunk: 1, reverse: false });
  const durations = new Map([["raw", [100]], ["day", [1_000, 3_000, 2_000]]]);
  const of = (concurrency: number, slots: number) =>
    expectedBackfill(runs, { durations, concurrency, slots });
  assertEquals([of(1, 100), of(2, 100), of(2, 1), of(1, 1)], [4_200, 2_100, 4_800, 4_800]);
  assertEquals(expectedBackfill(runs, { durations: new Map(), concurrency: 1, slots: 1 }), null);
});

Deno.test("expectedBackfill() of a cross that reads itself takes as many steps in a row as it has times", () => {
  const total = asset({
    name: "total",
    partitions: partitions.cross({ day: daily, region: partitions.of("eu", "us", "asia") }),
    deps: { before: previous<number>() },
    materialize: () => 1,
  });
  const all = define({ total });
  const judgement = judge({ definitions: all, slices: [], now });
  const { slices } = chooseBackfill(all, judgement, { assets: ["total"], only: ["missing"] });
  assertEquals(slices.length, 12);
  const durations = new Map([["total", [1_000]]]);
  const runs = cutIntoRuns(slices, { chunk: null, reverse: false });
  assertEquals(expectedBackfill(runs, { durations, concurrency: 4, slots: 8 }), 4_000);
});

Deno.test("remainingOfBackfill() trusts its own runs as soon as one has ended", () => {
  const b = { runs: 10, concurrency: 4, endedAt: null, done: nothingDone };
  assertEquals(remainingOfBackfill(b, 7_000), 7_000);
  const done = { ...nothingDone, success: 1, failed: 1, ms: 3_000 };
  assertEquals(remainingOfBackfill({ ...b, done }, 7_000), 3_000);
  assertEquals(remainingOfBackfill({ ...b, done, endedAt: now }, 7_000), 0);
  assert(remainingOfBackfill(b, null) === null);
});
