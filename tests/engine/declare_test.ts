import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  asset,
  type DayKey,
  define,
  DefinitionError,
  type Duration,
  freshness,
  given,
  givenSlices,
  job,
  materialize,
  multiAsset,
  partitions,
  pool,
  provide,
  schedule,
  sensor,
  UserCodeError,
} from "engine";
import * as features from "./fixtures/features.ts";
import * as models from "./fixtures/models.ts";
import * as arrivals from "./fixtures/arrivals.ts";

const now = new Date("2024-02-01T00:00:00Z");
const fake = provide(features.warehouse, {
  readings: (day) =>
    Promise.resolve([{ person: "a", celsius: 30 + Number(day.slice(8)) / 10 }, {
      person: "b",
      celsius: 31,
    }]),
});

Deno.test("materialize() computes only the asset when inputs are given", async () => {
  const readings = [{ person: "a", celsius: 30 }, { person: "a", celsius: 32 }];
  const made = await materialize(features.features, {
    partition: "2024-01-05",
    given: [given(features.readings, readings)],
  });
  assertEquals(made.value, [{ person: "a", mean: 31, n: 2 }]);
  assertEquals(made.metadata, { rows: 1 });
});

Deno.test("materialize() computes upstreams and slices where no input is given", async () => {
  const { value } = await materialize(models.quality, {
    partition: "2024-01",
    resources: [fake],
    now,
  });
  assertEquals(value.days, 31);
});

Deno.test("materialize() takes slices as a map", async () => {
  const predictions = new Map<DayKey, { person: string; error: number }[]>([["2024-01-01", [{
    person: "a",
    error: -2,
  }]]]);
  assertEquals(
    (await materialize(models.quality, {
      partition: "2024-01",
      given: [givenSlices(models.predictions, predictions)],
    })).value,
    { days: 1, mae: 2 },
  );
});

Deno.test("multiAsset() computes its outputs once", async () => {
  let calls = 0;
  const { left, right } = multiAsset({
    name: "both",
    outputs: ["left", "right"],
    materialize: () => ({ left: ++calls, right: "r" }),
  });
  const joined = asset({ name: "joined", deps: { left, right }, materialize: (i) => i });
  assertEquals((await materialize(joined)).value, { left: 1, right: "r" });
  assertEquals(calls, 1);
});

Deno.test("materialize() follows lookback() over the week before", async () => {
  const { value } = await materialize(models.model, {
    partition: "2024-01-10",
    resources: [fake],
    now,
  });
  assertEquals(value.mean, 31);
});

Deno.test("materialize() says which asset and slice threw, and keeps the cause", async () => {
  const error = await assertRejects(
    () => materialize(features.readings, { partition: "2024-01-05" }),
    UserCodeError,
  );
  assertEquals(error.message, `Cannot run asset "readings" [2024-01-05]: no warehouse at ""`);
});

Deno.test("define() gathers exports and orders assets", () => {
  const d = define(features, models, arrivals);
  assertEquals(d.assets.map((a) => a.name), [
    "readings",
    "features",
    "train",
    "valid",
    "model",
    "predictions",
    "quality",
    "overview",
  ]);
  assertEquals([d.checks.length, d.schedules.length, d.sensors.length], [1, 2, 1]);
});

Deno.test("define() rejects a name that is used twice", () => {
  const make = () => asset({ name: "x", materialize: () => 1 });
  assertThrows(() => define({ a: make(), b: make() }), DefinitionError, `two assets are named "x"`);
});

Deno.test("define() rejects a job and a schedule of one name: each tick would be one run for both", () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const one = job({ name: "nightly", assets: [a] });
  const other = schedule({ name: "nightly", cron: "0 2 * * *", assets: [a] });
  assertThrows(() => define({ a, one, other }), DefinitionError, "a job and a schedule are named");
});

Deno.test("sensors, freshness and their like refuse durations that make no sense", () => {
  const never = async function* () {
    yield* [];
    return await Promise.resolve(0);
  };
  const looks = (o: { every?: Duration; timeout?: Duration; expect?: Duration }) => () =>
    sensor({ name: "busy", every: "5s", cursor: 0, ...o, evaluate: never });
  for (const o of [{ every: "0s" }, { timeout: "0ms" }, { expect: "0h" }] as const) {
    assertThrows(looks(o), RangeError, 'sensor "busy"');
  }
  assertThrows(() => freshness({ within: "0s" }), RangeError, "longer than nothing");
  assertThrows(
    () => freshness({ within: "2h", warn: "3h" }),
    RangeError,
    'the warning at "3h" comes after the asset is late at "2h"',
  );
});

Deno.test("define() rejects an upstream that is not defined", () => {
  assertThrows(
    () => define(models),
    DefinitionError,
    `"train" is an upstream of "model" but not defined`,
  );
});

Deno.test("define() gathers pools, and refuses slots that do not exist", () => {
  const warehouse = pool({ name: "warehouse", slots: 2 });
  const of = (pools: Record<string, number>) => asset({ name: "x", pools, materialize: () => 1 });
  assertEquals(define({ warehouse, x: of({ warehouse: 2 }) }).pools, [warehouse]);
  const refused = (pools: Record<string, number>, words: string) =>
    assertThrows(() => define({ warehouse, x: of(pools) }), DefinitionError, words);
  refused({ warehose: 1 }, `"x": no pool is named "warehose", did you mean "warehouse"?`);
  refused({ gpu: 1 }, `"x": no pool is named "gpu", declare it: pool({ name: "gpu", slots: 4 })`);
  const tagged = pool({ name: "slow", slots: 1, tag: "slwo" });
  const slow = asset({ name: "x", tags: ["slow"], materialize: () => 1 });
  const words = '"slow": no asset has the tag "slwo", did you mean "slow"?';
  assertThrows(() => define({ tagged, slow }), DefinitionError, words);
  refused({ warehouse: 3 }, `"x": it takes 3 slots of pool "warehouse", which has 2`);
  refused({ warehouse: 0.5 }, `it takes 0.5 slots of pool "warehouse", give a whole number from 1`);
  const twin = pool({ name: "warehouse", slots: 1 });
  assertThrows(() => define({ warehouse, twin }), DefinitionError, "two pools are named");
});

Deno.test("pool() refuses what is no number of slots", () => {
  for (const slots of [0, -1, 1.5, NaN]) {
    assertThrows(() => pool({ name: "api", slots }), RangeError, `pool "api": it has ${slots}`);
  }
});

Deno.test("sensor() yields requests and returns the next cursor", async () => {
  const journal = { since: (n: number) => Promise.resolve(["2024-01-01", "2024-01-02"].slice(n)) };
  const run = arrivals.arrivals.evaluate({
    cursor: 1,
    resources: { journal },
    signal: new AbortController().signal,
    now,
    heard: [],
  });
  assertEquals(await run.next(), {
    done: false,
    value: {
      asset: "readings",
      partition: "2024-01-02",
      key: "arrival:2024-01-02",
      reason: undefined,
    },
  });
  assertEquals(await run.next(), { done: true, value: 2 });
});

Deno.test("partitions.daily() parse() rejects what only looks like a day", () => {
  assertThrows(() => partitions.daily({ start: "2024-01-01" }).parse("2024-02-30"), RangeError);
});
