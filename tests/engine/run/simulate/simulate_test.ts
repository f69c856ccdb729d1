import { assert, assertEquals } from "@std/assert";
import {
  asset,
  deadline,
  define,
  type Definitions,
  freshness,
  job,
  judge,
  latest,
  nextTick,
  partitions,
  type Pool,
  pool,
  submissionOf,
  type Target,
  when,
} from "engine";
import { project } from "../../../../project.ts";
import {
  simulate,
  type SimulateOptions,
  type Simulation,
} from "../../../../engine/run/simulate/mod.ts";
import { memoryLedger } from "engine/testing";
import { workAll } from "../work_all.ts";
import { CHAIN, World } from "../../decide/why_world.ts";
import { served, stubbed } from "./virtual_server.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const from = new Date("2025-01-27T23:59:00Z");

const durationsOf = (definitions: Definitions, msOf: (asset: string) => number) =>
  new Map(definitions.assets.map((a) => [a.name, [msOf(a.name)]]));

const simulated = (definitions: Definitions, o: Partial<SimulateOptions> = {}) =>
  simulate({
    definitions,
    from,
    days: 1,
    workers: [{ queues: ["default"], slots: 4 }],
    durations: new Map(),
    assumeMs: 30_000,
    next: nextTick,
    ...o,
  });

/** To the nearest minute: a server looks at news after 30 ms and at slices that ended after 30 s. */
const minute = (at: Date | null) =>
  at && new Date(Math.floor(at.getTime() / MINUTE) * MINUTE).toISOString();

const daily = partitions.daily({ start: "2025-01-20" });

/** What is there when 2025-01-26 is built. */
async function built(definitions: Definitions) {
  const now = new Date("2025-01-27T02:00:00Z");
  const ledger = memoryLedger({ now: () => now });
  await ledger.declarePools(Object.fromEntries(definitions.pools.map((p) => [p.name, p.slots])));
  const targets = definitions.assets.map((asset): Target => {
    const partition = "2025-01-26";
    return { asset, partition, key: asset.partitions.parse(partition), reason: "asked for" };
  });
  const asking = { trigger: "cli", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, targets, asking, now));
  await workAll({ definitions, ledger, now: () => now });
  return await ledger.slices();
}
const a = asset({ name: "a", partitions: daily, materialize: () => 1 });
const b = asset({ name: "b", partitions: daily, deps: { a }, materialize: ({ a }) => a });

/** Simulates and serves the same days; gives what was simulated, if both came to the same. */
async function compared(
  definitions: Definitions,
  o: { readonly days: number; readonly slots: number; msOf(asset: string): number },
): Promise<Simulation> {
  const { days, slots, msOf } = o;
  const to = new Date(from.getTime() + days * 24 * HOUR);
  const found = await simulated(definitions, {
    days,
    workers: [{ queues: ["default"], slots }],
    durations: durationsOf(definitions, msOf),
  });
  const { ledger, trouble } = await served(definitions, { from, to, slots });
  assertEquals(trouble, []);
  const real = (await ledger.runs({ limit: Infinity })).toReversed()
    .filter((r) => r.createdAt <= to);
  const shown = (r: Simulation["runs"][number] | (typeof real)[number]) =>
    [r.title, r.by, r.partition, minute(r.createdAt), minute(r.startedAt)].join(" | ");
  assertEquals(found.runs.map(shown), real.map(shown));
  const ticks = (await ledger.facts("", Infinity)).filter((f) => f.kind === "tick" && f.at <= to);
  assertEquals(
    found.ticks.map((t) => `${minute(t.at)} ${t.name}: ${t.result}`),
    ticks.map((f) => `${minute(f.at)} ${f.name}: ${(f.data as { result: string }).result}`),
  );
  // What ends within the window; the server goes on a little to end what it has begun.
  const ended = found.runs.filter((r) => r.endedAt).length;
  const end = (r: Simulation["runs"][number] | (typeof real)[number]) =>
    [r.state, minute(r.endedAt)].join(" ");
  assertEquals(found.runs.slice(0, ended).map(end), real.slice(0, ended).map(end));
  return found;
}

Deno.test("simulate() gives seven days of the four jobs as a server on a virtual clock does", async () => {
  // A third of a minute past: what a server does some milliseconds later is in the same minute.
  // No two take the same: which of two that end at once is told first decides whose turn it is.
  const place = (name: string) => project.assets.findIndex((a) => a.name === name);
  const msOf = (name: string) => (1 + name.length % 7) * MINUTE + 20_000 + place(name) * 101;
  const { runs } = await compared(stubbed(project, msOf), { days: 7, slots: 2, msOf });
  assert(runs.length > 80, `only ${runs.length} runs`);
});

Deno.test("simulate() gives what conditions ask for as a server on a virtual clock does", async () => {
  const msOf = () => 5 * MINUTE + 20_000;
  const c = asset({ name: "c", deps: { b: latest(b) }, when: when.eager, materialize: () => 1 });
  const d = asset({ name: "d", deps: { c }, when: when.eager, materialize: () => 1 });
  const noon = asset({ name: "noon", when: when.cron("0 12 * * *"), materialize: () => 1 });
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [a, b] });
  const definitions = stubbed(define({ a, b, c, d, noon, nightly }), msOf);
  const { runs } = await compared(definitions, { days: 2, slots: 2, msOf });
  assert(runs.filter((r) => r.trigger === "condition").length >= 4);
});

Deno.test("simulate() gives what waits for a pool as a server on a virtual clock does", async () => {
  const msOf = (name: string) => (name === "long" ? 50 : 10) * MINUTE + 20_000;
  const api = pool({ name: "api", slots: 2 });
  const of = (name: string, slots: number) =>
    asset({ name, partitions: daily, pools: { api: slots }, materialize: () => 1 });
  const [long, wide, x, y] = [of("long", 1), of("wide", 2), of("x", 1), of("y", 1)];
  const free = asset({ name: "free", partitions: daily, deps: { x }, materialize: () => 1 });
  const hourly = job({ name: "hourly", cron: "0 * * * *", assets: [x, y, free] });
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [long, wide, x] });
  const definitions = stubbed(
    define({ api, long, wide, x, y, free, hourly, nightly }),
    msOf,
  );
  const { pools, runs } = await compared(definitions, { days: 2, slots: 8, msOf });
  assertEquals(pools.map((p) => [p.pool, p.slots]), [["api", 2]]);
  assert(pools[0]!.waited >= 2 && pools[0]!.max >= 40 * MINUTE, JSON.stringify(pools));
  assert(runs.length > 40, `only ${runs.length} runs`);
});

Deno.test("simulate() gives the same for the same options", async () => {
  const definitions = stubbed(project, () => MINUTE);
  const once = await simulated(definitions, { days: 2 });
  assertEquals(await simulated(definitions, { days: 2 }), once);
});

Deno.test("simulate() acts on ticks, and tells how long each run takes", async () => {
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [a, b] });
  const found = await simulated(define({ a, b, nightly }), { days: 2 });
  assertEquals(found.ticks.map((t) => [t.at.toISOString(), t.name]), [
    ["2025-01-28T02:00:00.000Z", "schedule:nightly"],
    ["2025-01-29T02:00:00.000Z", "schedule:nightly"],
  ]);
  const [run] = found.runs;
  assertEquals([run!.partition, run!.state, run!.steps], ["2025-01-27", "success", 2]);
  assertEquals(run!.endedAt!.toISOString(), "2025-01-28T02:01:00.000Z");
  assertEquals(found.assumed, ["a", "b"]);
});

Deno.test("simulate() takes the recorded time of a step, the middle of several", async () => {
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [a] });
  const durations = new Map([["a", [1_000, 5_000, 90_000]]]);
  const { runs, assumed } = await simulated(define({ a, nightly }), { durations });
  assertEquals(runs[0]!.endedAt!.toISOString(), "2025-01-28T02:00:05.000Z");
  assertEquals(assumed, []);
});

Deno.test("simulate() shows who waits for a free slot, and for how long", async () => {
  const three = ["x", "y", "z"].map((name) => asset({ name, materialize: () => 1 }));
  const all = job({ name: "all", cron: "0 2 * * *", assets: three });
  const exports = { three, all };
  const one = await simulated(define(exports), { workers: [{ queues: ["default"], slots: 1 }] });
  assertEquals(one.waiting, [
    { queue: "default", steps: 3, p50: 30_000, max: 60_000, left: 0 },
  ]);
  const four = await simulated(define(exports));
  assertEquals(four.waiting[0]!.max, 0);
});

/** Steps of a job at 02:00, each for 30 min with a slot of `warehouse`, that promise to be there at three. */
function scarce(slots: number, names = ["x", "y", "z"]) {
  const warehouse = pool({ name: "warehouse", slots });
  const some = names.map((name) =>
    asset({
      name,
      partitions: daily,
      pools: { warehouse: 1 },
      deadline: deadline({ by: "10 3 * * *" }),
      materialize: () => 1,
    })
  );
  const all = job({ name: "all", cron: "0 2 * * *", assets: some });
  return define({ warehouse, some, all });
}
const halfAnHour = (names: readonly string[]) => new Map(names.map((n) => [n, [30 * MINUTE]]));

Deno.test("simulate() shows who waits for a pool, and which deadline is missed for it", async () => {
  const durations = halfAnHour(["x", "y", "z"]);
  const past = await built(scarce(1));
  const o = { from: new Date("2025-01-28T01:00:00Z"), durations, past };
  const { pools, waiting, broken } = await simulated(scarce(1), o);
  const z = {
    asset: "z",
    from: new Date("2025-01-28T03:10:00Z"),
    to: new Date("2025-01-28T03:30:00Z"),
  };
  assertEquals(broken, [z]);
  const waits = { steps: 3, waited: 2, p50: 30 * MINUTE, max: 60 * MINUTE, left: 0 };
  assertEquals(pools, [{ pool: "warehouse", slots: 1, ...waits, missed: [z] }]);
  assertEquals(waiting, [{ queue: "default", steps: 3, p50: 0, max: 0, left: 0 }]);
});

Deno.test("simulate() blames no pool for what is late without its limit too", async () => {
  const durations = new Map(["x", "y", "z"].map((n) => [n, [90 * MINUTE]]));
  const o = { from: new Date("2025-01-28T01:00:00Z"), durations, past: await built(scarce(1)) };
  const { pools, broken } = await simulated(scarce(1), o);
  assertEquals(broken.map((b) => b.asset), ["x", "y", "z"]);
  assertEquals(pools[0]!.missed, []);
});

Deno.test("simulate() takes the slots that a pool has now instead of those that are declared", async () => {
  const durations = halfAnHour(["x", "y", "z"]);
  const o = { durations, slots: new Map([["warehouse", 3]]) };
  const { pools } = await simulated(scarce(1), o);
  assertEquals([pools[0]!.slots, pools[0]!.waited, pools[0]!.max], [3, 0, 0]);
});

Deno.test("simulate() tells of steps that a pool keeps waiting to the end", async () => {
  const durations = new Map([["x", [48 * HOUR]]]);
  const { pools } = await simulated(scarce(1), { durations });
  assertEquals([pools[0]!.steps, pools[0]!.left], [1, 2]);
});

Deno.test("simulate() blames pools together for what none of them alone makes late", async () => {
  const [first, second] = ["first", "second"].map((name) => pool({ name, slots: 1 })) as [
    Pool,
    Pool,
  ];
  const of = (name: string, pools: readonly string[], priority = 0) =>
    asset({
      name,
      partitions: daily,
      priority,
      pools: Object.fromEntries(pools.map((p) => [p, 1])),
      ...(name === "victim" ? { deadline: deadline({ by: "40 2 * * *" }) } : {}),
      materialize: () => 1,
    });
  const some = [of("a1", ["first"]), of("a2", ["second"]), of("victim", ["first", "second"], 9)];
  const all = job({ name: "all", cron: "0 2 * * *", assets: some });
  const definitions = define({ first, second, some, all });
  const { pools, broken } = await simulated(definitions, {
    from: new Date("2025-01-28T01:00:00Z"),
    durations: halfAnHour(["a1", "a2", "victim"]),
    past: await built(definitions),
  });
  assertEquals(broken.map((b) => b.asset), ["victim"]);
  assertEquals(pools.map((p) => p.missed), [broken, broken]);
});

Deno.test("simulate() shows steps that nobody takes", async () => {
  const gpu = asset({ name: "gpu", queue: "gpu", materialize: () => 1 });
  const all = job({ name: "all", cron: "0 2 * * *", assets: [gpu] });
  const { waiting, runs } = await simulated(define({ gpu, all }));
  assertEquals(waiting, [{ queue: "gpu", steps: 0, p50: 0, max: 0, left: 1 }]);
  assertEquals(runs[0]!.state, "running");
});

Deno.test("simulate() lets a job wait for its own run before", async () => {
  const slow = job({ name: "slow", cron: "0 * * * *", assets: [a] });
  const durations = new Map([["a", [90 * MINUTE]]]);
  const { runs } = await simulated(define({ a, slow }), { durations });
  assertEquals(runs[1]!.createdAt.toISOString(), "2025-01-28T01:00:00.000Z");
  assertEquals(runs[1]!.startedAt!.toISOString(), "2025-01-28T01:30:00.000Z");
});

Deno.test("simulate() tells which promises will be missed", async () => {
  const kept = asset({
    name: "kept",
    partitions: daily,
    freshness: freshness({ within: "26h" }),
    materialize: () => 1,
  });
  const missed = asset({
    name: "missed",
    partitions: daily,
    freshness: freshness({ within: "20h" }),
    materialize: () => 1,
  });
  const due = asset({
    name: "due",
    partitions: daily,
    deadline: deadline({ by: "0 2 * * *" }),
    materialize: () => 1,
  });
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [kept, missed, due] });
  const { broken } = await simulated(define({ kept, missed, due, nightly }), { days: 3 });
  const at = (asset: string) =>
    broken.filter((x) => x.asset === asset).map((x) => x.from.toISOString());
  assertEquals(at("kept"), []);
  const evenings = ["28", "29", "30"].map((day) => `2025-01-${day}T22:00:30.000Z`);
  assertEquals(at("missed"), evenings);
  assertEquals(at("due"), ["2025-01-29T02:00:00.000Z", "2025-01-30T02:00:00.000Z"]);
});

Deno.test("simulate() tells that what nobody asks for breaks its promise", async () => {
  const lonely = asset({
    name: "lonely",
    freshness: freshness({ within: "6h" }),
    materialize: () => 1,
  });
  const { broken, to } = await simulated(define({ lonely }));
  const since = new Date(from.getTime() + 6 * HOUR);
  assertEquals(broken, [{ asset: "lonely", from: since, to }]);
});

Deno.test("simulate() lets conditions ask when a slice ends and when an input changed", async () => {
  const eager = asset({
    name: "eager",
    partitions: daily,
    deps: { a },
    when: when.eager,
    materialize: ({ a }) => a,
  });
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [a] });
  const { runs } = await simulated(define({ a, eager, nightly }), { days: 2 });
  assertEquals(runs.map((r) => [r.trigger, r.partition, r.createdAt.toISOString()]), [
    ["schedule", "2025-01-27", "2025-01-28T02:00:00.000Z"],
    ["condition", "2025-01-27", "2025-01-28T02:00:30.000Z"],
    ["schedule", "2025-01-28", "2025-01-29T02:00:00.000Z"],
    ["condition", "2025-01-28", "2025-01-29T02:00:30.000Z"],
  ]);
});

Deno.test("simulate() leaves out what is paused", async () => {
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [a] });
  const { runs } = await simulated(define({ a, nightly }), { paused: ["schedule:nightly"] });
  assertEquals(runs, []);
});

Deno.test("simulate() begins with what is built, and changes nothing of it", async () => {
  const world = await new World({ eager: true }).run(CHAIN);
  const past = await world.ledger.slices();
  const judgement = judge({ definitions: world.definitions, slices: past, now: world.now });
  assertEquals(judgement.asset(world.definitions.asset("quality/report")).status, "fresh");
  const { runs } = await simulated(world.definitions, { from: world.now, past, days: 0.5 });
  assertEquals(runs, [], "all is fresh: its condition asks for nothing");
  const without = await simulated(world.definitions, { from: world.now, days: 0.5 });
  assertEquals(without.runs, [], "nothing can be read: its condition waits");
});
