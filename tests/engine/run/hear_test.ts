import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  assetSensor,
  attend,
  type Exports,
  freshness,
  freshnessSensor,
  job,
  listenSensor,
  look,
  nextTick,
  request,
  runSensor,
  type Sensor,
  submissionOf,
  topicSensor,
  watch,
} from "engine";
import { sensing } from "./sensing.ts";
import { workAll } from "./work_all.ts";

const { signal } = new AbortController();
const knobs = { broken: false };
const data = asset({
  name: "data",
  freshness: freshness({ within: "2h" }),
  materialize() {
    if (knobs.broken) throw new RangeError("Cannot read: gone");
    return 1;
  },
});
const report = asset({ name: "report", materialize: () => 1 });
const nightly = job({ name: "nightly", assets: [data] });

function setUp(it: Sensor, exports: Exports = {}) {
  knobs.broken = false;
  const b = sensing({ data, report, nightly, it, ...exports });
  return {
    ...b,
    async make(name: string, ofJob = false) {
      const it = b.definitions.asset(name);
      const targets = [{ asset: it, key: undefined, partition: "", reason: "asked for" }];
      const of = ofJob ? { job: nightly } : {};
      const asking = { trigger: "api", by: null, reason: "asked for", ...of } as const;
      const { run } = await b.ledger.submit(
        submissionOf(b.definitions, targets, asking, b.clock.at),
      );
      await workAll({ ...b, now: () => b.clock.at });
      return run;
    },
    work: () => workAll({ ...b, now: () => b.clock.at }),
    turn: (given: readonly unknown[] = []) => attend(b, it, { now: b.clock.at, signal, given }),
    asked: async () =>
      (await b.ledger.runs({ limit: 99 })).filter((r) => r.trigger === "sensor")
        .map((r) => r.reason).reverse(),
  };
}

Deno.test("a runSensor is told of runs that end so, each once, and not of what was before it", async () => {
  const b = setUp(runSensor({
    name: "after_failures",
    states: ["failed"],
    *on({ run, state, job }) {
      yield request(report, { reason: `run ${run} of ${job} ${state}` });
    },
  }));
  knobs.broken = true;
  await b.make("data");
  await b.turn();
  const run = await b.make("data", true);
  knobs.broken = false;
  await b.make("data");
  await b.turn();
  await b.turn();
  assertEquals(await b.asked(), [`run ${run} of nightly failed`]);
});

Deno.test("a runSensor of one job is told of no other, and never of its own runs", async () => {
  const b = setUp(runSensor({
    name: "after_nightly",
    states: ["success"],
    jobs: [nightly],
    *on({ run }) {
      yield request(report, { reason: `after ${run}` });
    },
  }));
  await b.turn();
  await b.make("data");
  const run = await b.make("data", true);
  await b.turn();
  await b.work();
  await b.turn();
  assertEquals(await b.asked(), [`after ${run}`]);
});

Deno.test("a runSensor of all runs does not ask for itself again and again", async () => {
  const b = setUp(runSensor({
    name: "after_all",
    *on({ run }) {
      yield request(report, { reason: `after ${run}` });
    },
  }));
  await b.turn();
  await b.make("data");
  for (let i = 0; i < 3; i++) {
    await b.turn();
    await b.work();
  }
  assertEquals((await b.asked()).length, 1);
});

Deno.test("an assetSensor is told of versions of its assets, in the order of the facts", async () => {
  const b = setUp(assetSensor({
    name: "new_data",
    assets: [data],
    async *on({ asset, run }) {
      yield await Promise.resolve(request(report, { reason: `${asset} by ${run}` }));
    },
  }));
  await b.turn();
  const runs = [await b.make("data"), await b.make("data")];
  await b.make("report");
  await b.turn();
  await b.turn();
  assertEquals(await b.asked(), runs.map((run) => `data by ${run}`));
  assertEquals((await b.cursor("sensor:it"))?.value, undefined);
  assertEquals((await b.cursor("sensor:new_data"))?.value, await b.ledger.newestFact());
});

Deno.test("a freshnessSensor is told when a promise is broken and when it is kept again", async () => {
  const b = setUp(freshnessSensor({
    name: "promises",
    assets: [data],
    *on({ asset, before, state }) {
      yield request(report, { reason: `${asset}: ${before} to ${state}` });
    },
  }));
  await b.make("data");
  await b.turn();
  b.forward(3 * 3_600_000);
  await b.turn();
  await b.turn();
  await b.make("data");
  await b.turn();
  assertEquals(await b.asked(), ["data: ok to late", "data: late to ok"]);
});

Deno.test("a freshnessSensor is told, as people are, of what was never built in the time it promised", async () => {
  const b = setUp(freshnessSensor({
    name: "promises",
    assets: [data],
    *on({ words }) {
      yield request(report, { reason: words });
    },
  }));
  await watch({ ...b, channels: [], next: nextTick }, b.clock.at);
  await b.turn();
  b.forward(2 * 3_600_000);
  await b.turn();
  assertEquals(await b.asked(), ["never built, late by 0 ms"]);
});

Deno.test("an assetSensor reads past thousands of facts that are none of its business in one look", async () => {
  const b = setUp(assetSensor({
    name: "versions",
    assets: [data],
    *on({ asset }) {
      yield request(report, { reason: `${asset} is new` });
    },
  }));
  await b.turn();
  const move = {
    name: "noise",
    value: 1,
    result: "",
    outcome: "requested",
    submissions: [],
  } as const;
  for (let revision = 0; revision < 2_500; revision++) {
    await b.ledger.advance({ ...move, revision });
  }
  const before = (await b.ledger.facts("", 9_999)).length;
  assert(before >= 2_500, `${before} facts`);
  await b.make("data");
  await b.turn();
  assertEquals(await b.asked(), ["data is new"]);
});

const told = listenSensor({
  name: "told",
  channel: "orders",
  cursor: 0,
  async *evaluate({ payloads, cursor }) {
    for (const id of payloads) {
      yield request(report, id === "0" ? {} : { key: id, reason: `order ${id}` });
    }
    return await Promise.resolve(Math.max(cursor, ...payloads.map(Number)));
  },
});

Deno.test("a listenSensor acts on payloads in order, and once when two servers hear them", async () => {
  const b = setUp(told);
  await b.turn(["1", "2"]);
  await b.turn(["1", "2", "3"]);
  assertEquals(await b.asked(), ["order 1", "order 2", "order 3"]);
  assertEquals((await b.cursor("sensor:told"))?.value, 3);
});

Deno.test("a listenSensor refuses requests without a key: every server would make one", async () => {
  const b = setUp(told);
  assertEquals((await b.turn(["0"])).state, "failed");
  const { result } = (await b.cursor("sensor:told"))!;
  assertStringIncludes(result!, 'Cannot accept the request of sensor "told" for "report"');
});

Deno.test("a topicSensor leaves out what its cursor has, and tells parts apart", async () => {
  const topic = topicSensor({
    name: "topic",
    topic: "orders",
    *on({ partition, value }) {
      yield request(report, { reason: `${partition}: ${value}` });
    },
  });
  const b = setUp(topic);
  const message = (partition: number, offset: string, value: string) => ({
    partition,
    offset,
    value,
    key: null,
    at: b.clock.at,
    headers: {},
  });
  await b.turn([message(0, "0", "a"), message(0, "2", "c")]);
  await b.turn([message(0, "1", "b"), message(0, "2", "c"), message(0, "3", "d")]);
  await b.turn([message(1, "0", "x")]);
  assertEquals(await b.asked(), ["0: a", "0: c", "0: d", "1: x"]);
  assertEquals((await b.cursor("sensor:topic"))?.value, { 0: "4", 1: "1" });
});

Deno.test("look() from a given cursor tells requests with their reasons, and changes nothing", async () => {
  const b = setUp(told);
  const at = { cursor: 4, now: b.clock.at, signal, given: ["5"] };
  const seen = await look(b, told, at);
  assertEquals(seen.requests.map((r) => [r.asset, r.key, r.reason]), [["report", "5", "order 5"]]);
  assertEquals(seen.cursor, 5);
  assertEquals([await b.asked(), await b.cursor("sensor:told")], [[], undefined]);
});
