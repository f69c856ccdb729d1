/** What every online store and every cache does: suites to run against each of them. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Cache } from "./cache.ts";
import type { OnlineStore, OnlineWriteOptions } from "./online_store.ts";
import type { FeatureValues, FeatureView } from "./view.ts";

const activity: FeatureView = {
  name: "user_activity",
  entity: "user_id",
  fields: [{ name: "count_7d", type: "INT64" }, { name: "diversity_7d", type: "DOUBLE" }],
  ttl: 3_600_000,
};
const sleep: FeatureView = {
  name: "user_sleep",
  entity: "user_id",
  fields: [{ name: "debt", type: "DOUBLE" }],
  ttl: 0,
};
const every: FeatureView = {
  name: "every_type",
  entity: "user_id",
  fields: [
    { name: "bytes", type: "BYTES" },
    { name: "string", type: "STRING" },
    { name: "int32", type: "INT32" },
    { name: "int64", type: "INT64" },
    { name: "double", type: "DOUBLE" },
    { name: "float", type: "FLOAT" },
    { name: "bool", type: "BOOL" },
    { name: "time", type: "UNIX_TIMESTAMP" },
    { name: "strings", type: "STRING_LIST" },
    { name: "ints", type: "INT64_LIST" },
    { name: "doubles", type: "DOUBLE_LIST" },
    { name: "bools", type: "BOOL_LIST" },
    { name: "times", type: "UNIX_TIMESTAMP_LIST" },
    { name: "blobs", type: "BYTES_LIST" },
  ],
  ttl: 0,
};

const EVERY_VALUE: readonly FeatureValues[] = [
  {
    bytes: new Uint8Array([0, 255, 13, 10]),
    string: "grüß ☀ \r\n",
    int32: -(2 ** 31),
    int64: 9_007_199_254_740_993n,
    double: 0.1,
    float: -2.25,
    bool: true,
    time: new Date("2025-01-27T06:00:00Z"),
    strings: ["a", ""],
    ints: [1, -2, -(2n ** 63n)],
    doubles: [0.5, -Infinity],
    bools: [true, false],
    times: [new Date(0)],
    blobs: [new Uint8Array(), new Uint8Array([7])],
  },
  {
    bytes: new Uint8Array(),
    string: "",
    int32: 0,
    int64: 0,
    double: Infinity,
    float: 0,
    bool: false,
    time: new Date(0),
    strings: [],
    ints: [],
    doubles: [],
    bools: [],
    times: [],
    blobs: [],
  },
  { double: NaN, int64: -1 },
];

const SIX = new Date("2025-01-27T06:00:00.000Z");
const TWELVE = new Date("2025-01-27T12:00:00.250Z");

/** One store and one project of a test's own. */
interface Bench {
  readonly store: OnlineStore;
  readonly project: string;
  readonly write: (
    view: FeatureView,
    entity: string,
    eventTime: Date,
    values: FeatureValues,
    options?: OnlineWriteOptions,
  ) => ReturnType<OnlineStore["write"]>;
  /** `value status` of every feature of one entity. */
  readonly seen: (entity: string, views: readonly FeatureView[], now?: Date) => Promise<string[]>;
}

function bench(store: OnlineStore): Bench {
  const project = `contract_${crypto.randomUUID().slice(0, 8)}`;
  return {
    store,
    project,
    write: (view, entity, eventTime, values, options) =>
      store.write(project, view, [{ entity, eventTime, values }], options),
    seen: async (entity, views, now = TWELVE) => {
      const [answer] = await store.read(project, views, [entity], { now });
      return [...answer?.features.values() ?? []].map(({ value, status }) => `${value} ${status}`);
    },
  };
}

const CASES: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  "reads what was written, and when it was so": async ({ store, project, write }) => {
    assertEquals(await write(activity, "u1", SIX, { count_7d: 3, diversity_7d: 0.25 }), {
      written: 1,
      skipped: 0,
    });
    const [answer] = await store.read(project, [activity], ["u1"], { now: SIX });
    assertEquals(answer?.entity, "u1");
    assertEquals(answer?.features.get("user_activity:count_7d"), {
      value: 3,
      status: "PRESENT",
      eventTime: SIX,
    });
  },
  "keeps every type of value": async ({ store, project, write }) => {
    for (const [at, values] of EVERY_VALUE.entries()) {
      await write(every, `u${at}`, SIX, values);
      const [answer] = await store.read(project, [every], [`u${at}`], { now: TWELVE });
      for (const { name } of every.fields) {
        const feature = answer?.features.get(`every_type:${name}`);
        assertEquals(feature?.value, values[name] ?? null, name);
      }
    }
  },
  "tells what is missing from what is empty": async ({ write, seen }) => {
    await write(activity, "u1", SIX, { count_7d: 3, diversity_7d: null });
    assertEquals(await seen("u1", [activity, sleep], SIX), [
      "3 PRESENT",
      "null NULL_VALUE",
      "null NOT_FOUND",
    ]);
    assertEquals(await seen("nobody", [sleep]), ["null NOT_FOUND"]);
  },
  "says NOT_FOUND of a field that the view did not have yet": async ({ write, seen }) => {
    await write(sleep, "u1", SIX, { debt: 1.5 });
    const wider = { ...sleep, fields: [...sleep.fields, { name: "nap", type: "BOOL" } as const] };
    assertEquals(await seen("u1", [wider]), ["1.5 PRESENT", "null NOT_FOUND"]);
  },
  "gives no value older than the view's ttl, and says so": async ({ write, seen }) => {
    await write(activity, "u1", SIX, { count_7d: 3 });
    const later = (ms: number) => new Date(SIX.getTime() + ms);
    assertEquals((await seen("u1", [activity], later(3_600_000)))[0], "3 PRESENT");
    assertEquals((await seen("u1", [activity], later(3_600_001)))[0], "null OUTSIDE_MAX_AGE");
  },
  "keeps the newer row, also for times that differ by milliseconds": async ({ write, seen }) => {
    await write(sleep, "u1", TWELVE, { debt: 12 });
    const before = new Date(TWELVE.getTime() - 1);
    for (const time of [SIX, before, TWELVE]) {
      assertEquals(await write(sleep, "u1", time, { debt: 6 }), { written: 0, skipped: 1 });
    }
    assertEquals(await seen("u1", [sleep]), ["12 PRESENT"]);
    await write(sleep, "u1", new Date(TWELVE.getTime() + 1), { debt: 13 });
    assertEquals(await seen("u1", [sleep]), ["13 PRESENT"]);
  },
  "replaces an equal or a newer row when told to overwrite": async ({ write, seen }) => {
    await write(sleep, "u1", TWELVE, { debt: 12 });
    assertEquals(await write(sleep, "u1", SIX, { debt: 6 }, { overwrite: true }), {
      written: 1,
      skipped: 0,
    });
    assertEquals(await seen("u1", [sleep]), ["6 PRESENT"]);
  },
  "keeps the newest of rows of one entity in one write": async ({ store, project, seen }) => {
    const rows = [SIX, TWELVE, SIX].map((eventTime, debt) => ({
      entity: "u1",
      eventTime,
      values: { debt },
    }));
    assertEquals(await store.write(project, sleep, rows), { written: 1, skipped: 2 });
    assertEquals(await seen("u1", [sleep]), ["1 PRESENT"]);
  },
  "lets the newest of writers at once win, whatever comes last": async (
    { store, project, seen },
  ) => {
    const at = (minute: number) => ({
      entity: "u1",
      eventTime: new Date(SIX.getTime() + minute * 60_000),
      values: { debt: minute },
    });
    const minutes = [7, 3, 29, 11, 0, 28, 5];
    await Promise.all(minutes.map((minute) => store.write(project, sleep, [at(minute)])));
    assertEquals(await seen("u1", [sleep]), ["29 PRESENT"]);
  },
  "leaves other projects and other views alone": async ({ store, project, write, seen }) => {
    await write(sleep, "u1", SIX, { debt: 1 });
    await write(activity, "u1", TWELVE, { count_7d: 2 });
    await store.write(`${project}_b`, sleep, [{ entity: "u1", eventTime: TWELVE, values: {} }]);
    assertEquals(await seen("u1", [sleep]), ["1 PRESENT"]);
  },
  "writes and reads thousands at once, in order": async ({ store, project }) => {
    const rows = Array.from({ length: 3000 }, (_, debt) => ({
      entity: `u${debt}`,
      eventTime: new Date(SIX.getTime() + debt % 2),
      values: { debt },
    }));
    assertEquals((await store.write(project, sleep, rows)).written, 3000);
    const entities = rows.map((row) => row.entity).reverse();
    const answers = await store.read(project, [sleep], entities, { now: TWELVE });
    assertEquals(answers.map((answer) => answer.entity), entities);
    assertEquals(answers[0]?.features.get("user_sleep:debt")?.value, 2999);
    assertEquals(answers.at(-1)?.features.get("user_sleep:debt")?.value, 0);
  },
  "forgets entities that are removed": async ({ store, project, write, seen }) => {
    await write(sleep, "u1", SIX, { debt: 1 });
    await write(activity, "u1", SIX, { count_7d: 1 });
    await write(sleep, "u2", SIX, { debt: 2 });
    await store.remove(project, "user_id", ["u1", "nobody"]);
    assertEquals(await seen("u1", [sleep, activity]), Array(3).fill("null NOT_FOUND"));
    assertEquals(await seen("u2", [sleep]), ["2 PRESENT"]);
  },
  "writes none of the rows if one of them is wrong": async ({ store, project, seen, write }) => {
    const row = (entity: string, values: FeatureValues) => ({ entity, eventTime: SIX, values });
    await assertRejects(
      () => store.write(project, sleep, [row("u1", { debt: 1 }), row("u2", { debt: "much" })]),
      TypeError,
      '"user_sleep:debt"',
    );
    await assertRejects(() => write(sleep, "u1", SIX, { dept: 1 }), TypeError, '"dept"');
    await assertRejects(() => write(sleep, "u1", new Date(-1), { debt: 1 }), RangeError, "1970");
    assertEquals(await seen("u1", [sleep]), ["null NOT_FOUND"]);
  },
  "takes nothing, and asks for nothing": async ({ store, project }) => {
    assertEquals(await store.write(project, sleep, []), { written: 0, skipped: 0 });
    assertEquals(await store.read(project, [sleep], [], { now: SIX }), []);
    await store.remove(project, "user_id", []);
  },
};

/** Declares the tests that every online store passes; `open` gives a store on any database. */
export function onlineStoreContract(name: string, open: () => Promise<OnlineStore>): void {
  for (const [what, test] of Object.entries(CASES)) {
    Deno.test(`online store in ${name} ${what}`, async () => {
      await using store = await open();
      await test(bench(store));
    });
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

/**
 * Declares the tests that every cache passes. `open` gives a cache and a way to let time pass:
 * a clock that is moved, or a real wait.
 */
export function cacheContract(
  name: string,
  open: () => Promise<{ readonly cache: Cache; readonly pass: (ms: number) => Promise<void> }>,
): void {
  Deno.test(`cache in ${name} gives what was put, in the order asked`, async () => {
    const { cache: opened } = await open();
    await using cache = opened;
    const binary = new Uint8Array([0, 13, 10, 255]);
    const entries = [{ key: "a", value: binary }, { key: "grüß ☀", value: bytes("") }];
    await cache.put(entries, { ttlMs: 60_000 });
    assertEquals(await cache.get(["grüß ☀", "none", "a"]), [bytes(""), undefined, binary]);
    assertEquals(await cache.get([]), []);
  });
  Deno.test(`cache in ${name} forgets after the ttl, and what is deleted`, async () => {
    const { cache: opened, pass } = await open();
    await using cache = opened;
    await cache.put([{ key: "short", value: bytes("1") }], { ttlMs: 60 });
    await cache.put(["long", "gone"].map((key) => ({ key, value: bytes("2") })), { ttlMs: 60_000 });
    await cache.delete(["gone", "none"]);
    await pass(120);
    assertEquals(await cache.get(["short", "long", "gone"]), [undefined, bytes("2"), undefined]);
  });
  Deno.test(`cache in ${name} replaces value and ttl`, async () => {
    const { cache: opened, pass } = await open();
    await using cache = opened;
    await cache.put([{ key: "a", value: bytes("1") }], { ttlMs: 60 });
    await cache.put([{ key: "a", value: bytes("2") }], { ttlMs: 60_000 });
    await pass(120);
    assertEquals(await cache.get(["a"]), [bytes("2")]);
  });
  Deno.test(`cache in ${name} takes thousands at once and refuses a ttl of nothing`, async () => {
    const { cache: opened } = await open();
    await using cache = opened;
    const keys = Array.from({ length: 2500 }, (_, i) => `k${i}`);
    await cache.put(keys.map((key) => ({ key, value: bytes(key) })), { ttlMs: 60_000 });
    const values = await cache.get(keys);
    assert(values.every((value, i) => value && new TextDecoder().decode(value) === `k${i}`));
    await cache.delete(keys);
    assert((await cache.get(keys)).every((value) => value === undefined));
    await assertRejects(() => cache.put([], { ttlMs: 0 }), RangeError, "ttl 0");
  });
}
