/**
 * What the compiler promises. `deno check` is the test: a wrong `Equal` or an unused `@ts-expect-error` fails it.
 *
 * @module
 */
import * as e from "engine";
import * as f from "./engine/fixtures/features.ts";
import * as m from "./engine/fixtures/models.ts";

type Expect<T extends true> = T;
type Equal<X, Y> = (<T>() => T extends X ? 1 : 2) extends (<T>() => T extends Y ? 1 : 2) ? true
  : false;

/** Inference: outputs become inputs. */
export type Inference = [
  Expect<Equal<e.OutOf<typeof f.features>, readonly f.Features[]>>,
  Expect<Equal<e.OutOf<typeof f.readings>, readonly f.Reading[]>>,
  Expect<Equal<e.OutOf<typeof f.split.train>, f.Features[]>>,
  Expect<Equal<e.OutOf<typeof m.quality>, { days: number; mae: number }>>,
  Expect<Equal<typeof f.features.name, "features">>,
  Expect<Equal<typeof f.split.valid.name, "valid">>,
  Expect<Equal<e.KeyOf<typeof f.daily>, e.DayKey>>,
];

const hourly = e.partitions.hourly({ start: "2024-01-01T00" });
const { daily } = f;
const { monthly } = m;
const region = e.partitions.of("eu", "us");
const cross = e.partitions.cross({ day: daily, region });

const perHour = e.asset({ name: "per_hour", partitions: hourly, materialize: () => 1 });
const perDay = e.asset({ name: "per_day", partitions: daily, materialize: () => "d" });
const perRegion = e.asset({
  name: "per_region",
  partitions: region,
  materialize: (_, { partition }) => ({ partition }),
});
const whole = e.asset({ name: "whole", materialize: () => true });
const perCross = e.asset({
  name: "per_cross",
  partitions: cross,
  deps: { perDay, perRegion, whole },
  materialize: (i, { partition }) => ({ ...i, partition }),
});

/** Partition mapping decides the shape in which an input arrives. */
export type Mapping = [
  Expect<Equal<e.InputOf<typeof whole, typeof daily>, boolean>>,
  Expect<Equal<e.InputOf<typeof perDay, typeof daily>, string>>,
  Expect<Equal<e.InputOf<typeof perHour, typeof daily>, e.Slices<e.HourKey, number>>>,
  Expect<Equal<e.InputOf<typeof perDay, typeof monthly>, e.Slices<e.DayKey, string>>>,
  Expect<Equal<e.InputOf<typeof perDay, typeof hourly>, string>>,
  Expect<Equal<e.InputOf<typeof perDay, e.Unpartitioned>, e.Slices<e.DayKey, string>>>,
  Expect<Equal<e.OutOf<typeof perRegion>, { partition: "eu" | "us" }>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perHour, "latest">, typeof region>, number>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perHour, "after">, typeof region>, undefined>>,
  Expect<Equal<e.OutOf<typeof perCross>["perDay"], string>>,
  Expect<
    Equal<
      e.OutOf<typeof perCross>["partition"],
      { readonly day: e.DayKey; readonly region: "eu" | "us" }
    >
  >,
];

const observed = e.external({ name: "raw/rows", partitions: daily, observe: () => ({ rows: 1 }) });
const newestDay = e.asset({
  name: "made/newest",
  partitions: daily,
  deps: { rows: e.newest(observed) },
  materialize: ({ rows }, { version, emit }) => {
    emit({ topic: "t", key: "k", payload: { rows: rows.rows } });
    return { rows: rows.rows, version };
  },
});
const sixHourly = e.partitions.hours({ start: "2024-01-01T00", every: 6 });
const perWindow = e.asset({
  name: "made/window",
  partitions: sixHourly,
  materialize: () => 1 as const,
});

/** External assets, versions and windows of some hours. */
export type Extended = [
  Expect<Equal<e.OutOf<typeof observed>, { rows: number }>>,
  Expect<Equal<e.OutOf<typeof newestDay>, { rows: number; version: bigint }>>,
  Expect<Equal<e.InputOf<typeof perWindow, typeof daily>, e.Slices<e.HourKey, 1>>>,
  Expect<Equal<e.InputOf<typeof perDay, typeof sixHourly>, string>>,
  Expect<Equal<e.InputOf<typeof perWindow, typeof sixHourly>, 1>>,
];

/** Calls that must not compile; never called. */
export function rejected() {
  // --- deps ---------------------------------------------------------------------------------------------------
  e.asset({
    name: "x",
    deps: { perDay },
    partitions: daily,
    // @ts-expect-error perDay is a string, not a number
    materialize: ({ perDay }) => perDay.toFixed(),
  });
  e.asset({
    name: "x",
    deps: { perDay },
    partitions: daily,
    // @ts-expect-error there is no input of that name
    materialize: ({ perday }) => perday,
  });
  e.asset({
    name: "x",
    // @ts-expect-error an upstream is an asset, not its name
    deps: { perDay: "per_day" },
    materialize: () => 1,
  });
  e.asset({
    name: "x",
    partitions: daily,
    // @ts-expect-error no mapping from regions to days: the message says to wrap it in all(), latest() or after()
    deps: { perRegion },
    materialize: () => 1,
  });
  e.asset({
    name: "x",
    partitions: daily,
    deps: { perRegion: e.all(perRegion) },
    materialize: ({ perRegion }) => perRegion.get("eu"),
  });
  e.asset({
    name: "x",
    deps: { perDay },
    // @ts-expect-error days arrive as slices where the asset is one piece
    materialize: ({ perDay }) => perDay.toUpperCase(),
  });
  e.asset({ name: "x", deps: { perDay }, materialize: ({ perDay }) => perDay.get("2024-01-01") });
  e.asset({
    name: "x",
    deps: { perDay },
    // @ts-expect-error hours do not name days
    materialize: ({ perDay }) => perDay.get("first"),
  });

  // --- context ------------------------------------------------------------------------------------------------
  // @ts-expect-error an asset that is one piece has no partition
  e.asset({ name: "x", materialize: (_, { partition }) => partition });
  e.asset({
    name: "x",
    resources: { warehouse: f.warehouse },
    // @ts-expect-error the resource was not declared
    materialize: (_, { resources }) => resources.postgres,
  });
  e.asset({
    name: "x",
    resources: { warehouse: f.warehouse },
    // @ts-expect-error the warehouse takes a day, not a number
    materialize: (_, { resources }) => resources.warehouse.readings(1),
  });

  e.asset({
    name: "x",
    partitions: customers,
    // @ts-expect-error no dimension of the cross is a set of customers
    deps: { perCross },
    materialize: () => 1,
  });
  // @ts-expect-error an external asset has no upstreams
  e.external({ name: "x", deps: { whole }, observe: () => 1 });
  e.asset({
    name: "x",
    // @ts-expect-error a function is no payload
    materialize: (_, { emit }) => emit({ topic: "t", key: "k", payload: () => 1 }),
  });
  // @ts-expect-error not a duration
  e.asset({ name: "x", timeout: "an hour", materialize: () => 1 });
  // @ts-expect-error the config is part of the fingerprint and must be JSON
  e.asset({ name: "x", config: { f: () => 1 }, materialize: () => 1 });

  // --- stores, durations, keys --------------------------------------------------------------------------------
  // @ts-expect-error a function cannot be kept as JSON
  e.asset({ name: "x", store: e.memoryJson(), materialize: () => () => 1 });
  // @ts-expect-error not a duration
  e.freshness({ within: "26 hours" });
  // @ts-expect-error not a day
  e.partitions.daily({ start: "yesterday" });

  // --- multiAsset ---------------------------------------------------------------------------------------------
  // @ts-expect-error one of the outputs is missing
  e.multiAsset({ name: "x", outputs: ["train", "valid"], materialize: () => ({ train: 1 }) });
  // @ts-expect-error there is no such output
  f.split.test;

  // --- check, request, schedule, materialize, get -------------------------------------------------------------
  // @ts-expect-error features are rows, not a number
  e.check(f.features, { name: "x", run: (rows: number) => e.pass({ rows }) });
  e.request(perDay, { partition: "2024-01-01" });
  // @ts-expect-error the day is missing
  e.request(perDay);
  // @ts-expect-error that is no day
  e.request(perDay, { partition: "monday" });
  e.request(whole);
  // @ts-expect-error it has no partitions
  e.request(whole, { partition: "2024-01-01" });
  e.request(perCross, { partition: { day: "2024-01-01", region: "eu" } });
  // @ts-expect-error no such region
  e.request(perCross, { partition: { day: "2024-01-01", region: "mars" } });
  // @ts-expect-error which day?
  e.schedule({ name: "x", cron: "0 0 * * *", assets: [perDay] });
  // @ts-expect-error it has no partitions
  e.schedule({ name: "x", cron: "0 0 * * *", assets: [whole], partition: () => "2024-01-01" });
  e.sensor({
    name: "x",
    every: "1m",
    cursor: 0,
    // @ts-expect-error the next cursor is a number
    async *evaluate() {
      yield e.request(whole);
      return await Promise.resolve("0");
    },
  });
  e.listenSensor({
    name: "x",
    channel: "orders",
    cursor: 0,
    // @ts-expect-error the next cursor is a number
    async *evaluate({ payloads }) {
      yield e.request(whole, { key: payloads[0]! });
      return await Promise.resolve("0");
    },
  });
  e.topicSensor({
    name: "x",
    topic: "orders",
    *on({ value }) {
      // @ts-expect-error a message may have been deleted
      yield e.request(whole, { reason: value });
    },
  });
  // @ts-expect-error no such state
  e.runSensor({ name: "x", states: ["done"], *on() {} });
  // @ts-expect-error not like "15m"
  e.deadline({ by: "30 6 * * *", warn: "a quarter" });
  // @ts-expect-error readings are rows
  e.given(f.readings, [1]);
  // @ts-expect-error a month does not name a slice of readings
  e.givenSlices(f.readings, new Map([["2024-01", []]]));
  // @ts-expect-error the stand-in is no warehouse
  e.provide(f.warehouse, { readings: () => 1 });
}

const definitions = e.define(f, m);
/** Names are known. */
export type Named = Expect<Equal<ReturnType<typeof definitions.get<"model">>, typeof m.model>>;
// @ts-expect-error no such asset
(() => definitions.get("modle"));

const perRegionTotal = e.asset({
  name: "per_region_total",
  partitions: region,
  materialize: () => 2,
});
const weekly = e.partitions.weekly({ start: "2024-01-01" });
const shifts = e.partitions.cron({ cron: "0 6,18 * * *", start: "2024-01-01" });
const customers = e.partitions.dynamic("customers");
const sensors = e.partitions.dynamic("sensors");
const twoTimes = e.partitions.cross({ signup: daily, day: daily, region });
const perWeek = e.asset({ name: "per_week", partitions: weekly, materialize: () => "w" });
const perShift = e.asset({ name: "per_shift", partitions: shifts, materialize: () => "s" });
const perCustomer = e.asset({ name: "per_customer", partitions: customers, materialize: () => 3 });
const running = e.asset({
  name: "running",
  partitions: daily,
  deps: { before: e.previous<number>(), yesterday: e.offset(perDay, -1) },
  materialize: ({ before, yesterday }) => (before ?? 0) + (yesterday?.length ?? 0),
});

const weeksOf = e.partitions.cross({ day: weekly, region });
const perTwo = e.asset({ name: "per_two", partitions: twoTimes, materialize: () => 2n });
const perWeekly = e.asset({
  name: "per_weekly",
  partitions: e.partitions.cross({ week: weekly, customer: customers }),
  materialize: () => 1,
});
type Cells = e.Slices<e.KeyOf<typeof cross>, e.OutOf<typeof perCross>>;
type Two = e.Slices<e.KeyOf<typeof twoTimes>, bigint>;

const { eager, onDemand } = e.multiAsset({
  name: "some",
  outputs: ["eager", "onDemand"],
  materialize: () => ({ eager: 1 as const, onDemand: e.lazy(() => Promise.resolve("text")) }),
});
/** Outputs on demand are what they are once they are made. */
export type OnDemand = [
  Expect<Equal<e.OutOf<typeof eager>, 1>>,
  Expect<Equal<e.OutOf<typeof onDemand>, string>>,
];

/** Crosses, dimension by dimension. */
export type Crosses = [
  Expect<Equal<e.InputOf<typeof perCross, typeof cross>, e.OutOf<typeof perCross>>>,
  Expect<Equal<e.InputOf<typeof perCross, typeof daily>, Cells>>,
  Expect<Equal<e.InputOf<typeof perCross, typeof region>, Cells>>,
  Expect<Equal<e.InputOf<typeof perCross, typeof hourly>, Cells>>,
  Expect<Equal<e.InputOf<typeof perCross, typeof weeksOf>, Cells>>,
  Expect<Equal<e.InputOf<typeof perCross, typeof twoTimes>, e.OutOf<typeof perCross>>>,
  Expect<Equal<e.InputOf<typeof perTwo, typeof cross>, Two>>,
  Expect<Equal<e.InputOf<typeof perHour, typeof cross>, e.Slices<e.HourKey, number>>>,
  Expect<Equal<e.InputOf<typeof perWeek, typeof cross>, string>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perTwo, "dimension", "day">, typeof daily>, Two>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perTwo, "dimension", "day">, typeof cross>, Two>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perCross, "window">, typeof cross>, Cells>>,
  Expect<
    Equal<
      e.InputOf<e.Mapped<typeof perCross, "offset">, typeof cross>,
      e.OutOf<typeof perCross> | undefined
    >
  >,
];

/** Weeks, crons, dynamic sets and the deps that name slices. */
export type Mappings = [
  Expect<Equal<e.KeyOf<typeof weekly>, e.DayKey>>,
  Expect<Equal<e.KeyOf<typeof shifts>, e.MinuteKey>>,
  Expect<Equal<e.KeyOf<typeof customers>, string>>,
  Expect<Equal<typeof customers.set, "customers">>,
  Expect<
    Equal<
      e.KeyOf<typeof twoTimes>,
      { readonly signup: e.DayKey; readonly day: e.DayKey; readonly region: "eu" | "us" }
    >
  >,
  Expect<Equal<e.InputOf<typeof perDay, typeof weekly>, e.Slices<e.DayKey, string>>>,
  Expect<Equal<e.InputOf<typeof perWeek, typeof monthly>, e.Slices<e.DayKey, string>>>,
  Expect<Equal<e.InputOf<typeof perWeek, typeof daily>, string>>,
  Expect<Equal<e.InputOf<typeof perShift, typeof shifts>, string>>,
  Expect<Equal<e.InputOf<typeof perCustomer, typeof customers>, number>>,
  Expect<Equal<e.InputOf<typeof perRegionTotal, typeof twoTimes>, number>>,
  Expect<Equal<e.OutOf<typeof running>, number>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perDay, "offset">, typeof daily>, string | undefined>>,
  Expect<Equal<e.InputOf<e.Mapped<typeof perDay, "only">, typeof region>, string>>,
  Expect<
    Equal<
      e.InputOf<e.Mapped<typeof perShift, "overlap">, typeof daily>,
      e.Slices<e.MinuteKey, string>
    >
  >,
  Expect<Equal<e.InputOf<e.Mapped<typeof perDay, "dimension", "signup">, typeof twoTimes>, string>>,
  Expect<
    Equal<
      e.InputOf<e.Mapped<typeof perDay, "map", { eu: ["2024-01-01"]; us: [] }>, typeof region>,
      e.Slices<e.DayKey, string>
    >
  >,
];

/** Rules and deps that must not compile; never called. */
export function refusedMappings() {
  const materialize = () => 1;
  // @ts-expect-error two dimensions are days: dimension(perTwo, "day") says which
  e.asset({ name: "x", partitions: daily, deps: { perTwo }, materialize });
  // @ts-expect-error no dimension of that name
  e.asset({ name: "x", partitions: daily, deps: { a: e.dimension(perTwo, "month") }, materialize });
  // @ts-expect-error weeks of customers share no dimension with days of regions
  e.asset({ name: "x", partitions: cross, deps: { perWeekly }, materialize });
  // @ts-expect-error other weeks and days have the same keys
  e.asset({ name: "x", partitions: weeksOf, deps: { a: e.offset(perCross, -1) }, materialize });
  // @ts-expect-error it is no dimension of it
  e.lookback(perCross, 3, "hour");
  // @ts-expect-error it has no dimensions
  e.lookback(perDay, 3, "day");
  // @ts-expect-error a list does not name months
  e.partitions.monthly({ start: "january" });
  // @ts-expect-error a weekday is written out
  e.partitions.daily({ start: "2024-01-01", except: ["sat"] });
  // @ts-expect-error windows of a cron are of any length: wrap it in overlapping()
  e.asset({ name: "x", partitions: daily, deps: { perShift }, materialize });
  e.asset({ name: "x", partitions: daily, deps: { a: e.overlapping(perShift) }, materialize });
  // @ts-expect-error another set of keys
  e.asset({ name: "x", partitions: sensors, deps: { perCustomer }, materialize });
  // @ts-expect-error two dimensions are days: dimension(perDay, "signup") says which
  e.asset({ name: "x", partitions: twoTimes, deps: { perDay }, materialize });
  e.asset({
    name: "x",
    partitions: twoTimes,
    deps: { day: e.dimension(perDay, "day") },
    materialize: ({ day }) => day.length,
  });
  e.asset({
    name: "x",
    partitions: twoTimes,
    // @ts-expect-error there is no such dimension
    deps: { a: e.dimension(perDay, "week") },
    materialize,
  });
  e.asset({
    name: "x",
    partitions: twoTimes,
    // @ts-expect-error a dimension of regions is not cut by days
    deps: { a: e.dimension(perDay, "region") },
    materialize,
  });
  // @ts-expect-error hours are not counted in days
  e.asset({ name: "x", partitions: daily, deps: { a: e.offset(perHour, -1) }, materialize });
  e.asset({
    name: "x",
    partitions: daily,
    deps: { before: e.offset(perDay, -1) },
    // @ts-expect-error the first day has no day before it
    materialize: ({ before }) => before.length,
  });
  e.asset({
    name: "x",
    partitions: daily,
    deps: { before: e.previous<string>() },
    // @ts-expect-error it was said to be text
    materialize: ({ before }) => before?.toFixed(),
  });
  e.asset({
    name: "x",
    partitions: daily,
    // @ts-expect-error it was said to be text, and is a number
    deps: { before: e.previous<string>() },
    materialize: ({ before }) => (before ? 1 : 2),
  });
  // @ts-expect-error there is no such region
  e.only(perRegion, "asia");
  // @ts-expect-error there is no such region
  e.mapped(perRegion, { north: ["asia"] });
  e.asset({
    name: "x",
    partitions: region,
    // @ts-expect-error the table has no entry for "us"
    deps: { a: e.mapped(perDay, { eu: [] }) },
    materialize,
  });
}

/** What tells whether data changed is a part of the value, as text. */
export const versions = [
  e.asset({ name: "v", materialize: () => ({ digest: "a" }), dataVersion: (v) => v.digest }),
  e.external({
    name: "w",
    observe: () => ({ rows: 1 }),
    // @ts-expect-error a number is no text
    dataVersion: ({ rows }) => rows,
  }),
];

/** Conditions about single slices are those that can be asked of one. */
export const conditions = [
  e.when.anyDeps(e.when.and(e.when.failed, e.when.not(e.when.inFlight))),
  e.when.allDeps(e.when.late, { except: "tag:slow" }),
  // @ts-expect-error: what an upstream reads is not asked
  e.when.anyDeps(e.when.depsUpdated),
  // @ts-expect-error: it is not about upstreams
  e.when.among(e.when.eager, { only: "tag:slow" }),
  // @ts-expect-error: memory is kept of the asset itself alone
  e.when.allDeps(e.when.newly(e.when.failed)),
];
