import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  all,
  asset,
  type ConditionLedger,
  Conditions,
  define,
  type Definitions,
  evaluate,
  type Exports,
  type Ledger,
  partitions,
  submissionOf,
  type Submitted,
  when,
} from "engine";
import { memoryLedger } from "engine/testing";
import { setPaused } from "../../../engine/ledger/switches.ts";
import { withKeySets } from "../../../engine/run/key_sets.ts";
import { workAll } from "./work_all.ts";

/** How it is looked: by a server that keeps its state, or as after a restart each time. */
type Looks = (
  definitions: Definitions,
  ledger: ConditionLedger,
) => (now: Date) => Promise<Submitted | undefined>;

const LOOKS: { readonly [who: string]: Looks } = {
  "evaluate()": (definitions, ledger) => (now) => evaluate(definitions, ledger, now),
  "Conditions": (definitions, ledger) => {
    const conditions = new Conditions(definitions, ledger);
    return (now) => conditions.look(now);
  },
};

function test(behaviour: string, body: (looks: Looks) => Promise<void>): void {
  for (const [who, looks] of Object.entries(LOOKS)) {
    Deno.test(`${who} ${behaviour}`, () => body(looks));
  }
}

/** As on PostgreSQL: a slice of which no attempt ever began is not remembered. */
const knowingWhatBegan = (ledger: Ledger): Ledger => ({
  ...ledger,
  slices: async (assets) =>
    (await ledger.slices(assets)).filter((s) => s.visible ?? s.last ?? s.inFlight),
});

/** Definitions on a ledger, with a clock that tests move. */
function setUp(looks: Looks, exports: Exports) {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const definitions = define(exports);
  const ledger = withKeySets(knowingWhatBegan(memoryLedger({ now: () => clock.at })), definitions);
  const now = () => clock.at;
  const look = looks(definitions, ledger);
  return {
    definitions,
    ledger,
    look: () => look(clock.at),
    forward: (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms)),
    work: (most = Infinity) => workAll({ definitions, ledger, now, most }),
    async materialize(name: string, partition = "") {
      const it = definitions.asset(name);
      await ledger.cursors(""); // keys are told
      const key = partition === "" ? undefined : it.partitions.parse(partition);
      const targets = [{ asset: it, key, partition, reason: "asked for" }];
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      await ledger.submit(submissionOf(definitions, targets, asking, clock.at));
      await workAll({ definitions, ledger, now });
    },
    runs: async () =>
      (await ledger.runs({ limit: 100 })).filter((r) => r.trigger === "condition").map((r) =>
        r.title
      )
        .reverse(),
  };
}

/** `root` by hand, `middle` and `leaf` below it by themselves. */
function chain(looks: Looks) {
  const knobs = { value: "a", isMiddleBroken: false, isLeafBroken: false };
  const root = asset({ name: "root", materialize: () => knobs.value });
  const middle = asset({
    name: "middle",
    deps: { root },
    when: when.eager,
    materialize({ root }) {
      if (knobs.isMiddleBroken) throw new Error("middle is broken");
      return `m ${root}`;
    },
  });
  const leaf = asset({
    name: "leaf",
    deps: { middle },
    when: when.eager,
    materialize({ middle }) {
      if (knobs.isLeafBroken) throw new Error("leaf is broken");
      return `l ${middle}`;
    },
  });
  return { knobs, ...setUp(looks, { root, middle, leaf }) };
}

test("asks for a chain below a change as one run, once", async (looks) => {
  const b = chain(looks);
  assertEquals(await b.look(), undefined);
  await b.materialize("root");
  const submitted = await b.look();
  assertEquals(submitted!.steps, 2);
  assertEquals(await b.look(), undefined);
  assertEquals((await b.work()).map((o) => o.state), ["success", "success"]);
  assertEquals(await b.look(), undefined);
  const run = await b.ledger.run(submitted!.run);
  assertEquals(run!.steps.map((s) => [s.asset, s.needs]), [["middle", []], ["leaf", [0]]]);
  assertStringIncludes(run!.run.reason, "middle: it was never built; leaf: it was never built");
});

test("asks for a chain as one run at every change", async (looks) => {
  const b = chain(looks);
  for (const value of ["a", "b", "c"]) {
    b.knobs.value = value;
    await b.materialize("root");
    await b.look();
    await b.work();
    await b.look();
  }
  assertEquals(await b.runs(), Array(3).fill("middle, leaf"));
  const [leaf] = await b.ledger.visible([{ asset: "leaf", partition: "" }]);
  assertEquals(leaf!.value, "l m c");
});

test("asks for nothing when an upstream is built again to the same", async (looks) => {
  const b = chain(looks);
  for (let i = 0; i < 3; i++) {
    await b.materialize("root");
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["middle, leaf"]);
});

test("asks for nothing when a change is undone before it looks", async (looks) => {
  const b = chain(looks);
  for (const value of ["a", "b", "a"]) {
    b.knobs.value = value;
    await b.materialize("root");
    if (value === "a") {
      await b.look();
      await b.work();
    }
  }
  assertEquals(await b.runs(), ["middle, leaf"]);
});

test("does not repeat a failure until something changes", async (looks) => {
  const b = chain(looks);
  b.knobs.isLeafBroken = true;
  await b.materialize("root");
  for (let i = 0; i < 4; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["middle, leaf"]);
  b.knobs.value = "b";
  await b.materialize("root");
  b.knobs.isLeafBroken = false;
  await b.look();
  await b.work();
  await b.look();
  assertEquals(await b.runs(), ["middle, leaf", "middle, leaf"]);
  assertEquals((await b.ledger.visible([{ asset: "leaf", partition: "" }]))[0]!.value, "l m b");
});

test("does not repeat a run that failed at its first step", async (looks) => {
  const b = chain(looks);
  await b.materialize("root");
  await b.look();
  await b.work();
  b.knobs.value = "b";
  b.knobs.isMiddleBroken = true;
  await b.materialize("root");
  for (let i = 0; i < 4; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["middle, leaf", "middle, leaf"]);
});

test("asks again for what failed when it is repaired from above by hand", async (looks) => {
  const b = chain(looks);
  b.knobs.isMiddleBroken = true;
  await b.materialize("root");
  await b.look();
  await b.work();
  b.knobs.isMiddleBroken = false;
  await b.materialize("middle");
  await b.look();
  await b.work();
  assertEquals(await b.runs(), ["middle, leaf", "leaf"]);
});

test("waits for what is in flight, then asks for a change that came meanwhile", async (looks) => {
  const b = chain(looks);
  await b.materialize("root");
  await b.look();
  b.knobs.value = "b";
  await b.work(1);
  const root = b.definitions.asset("root");
  const targets = [{ asset: root, key: undefined, partition: "", reason: "asked for" }];
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  const now = new Date("2025-01-28T00:00:00Z");
  await b.ledger.submit(submissionOf(b.definitions, targets, asking, now));
  assertEquals(await b.look(), undefined);
  await b.work();
  await b.look();
  await b.work();
  assertEquals(await b.runs(), ["middle, leaf", "middle, leaf"]);
  assertEquals((await b.ledger.visible([{ asset: "leaf", partition: "" }]))[0]!.value, "l m b");
});

/** A report that is asked for when it is stale, over a root that is made by hand. */
function staleReport(looks: Looks) {
  const knobs = { value: "a" };
  const root = asset({ name: "root", materialize: () => knobs.value });
  const report = asset({
    name: "report",
    deps: { root },
    when: when.stale,
    materialize: ({ root }) => `r ${root}`,
  });
  return { knobs, ...setUp(looks, { root, report }) };
}

test("does not ask for what is under way already, whatever its condition", async (looks) => {
  const b = staleReport(looks);
  await b.materialize("root");
  await b.materialize("report");
  b.knobs.value = "b";
  await b.materialize("root");
  for (let i = 0; i < 4; i++) await b.look();
  await b.work();
  for (let i = 0; i < 4; i++) await b.look();
  assertEquals(await b.runs(), ["report"]);
});

test("does not call stale what was read and is again the same", async (looks) => {
  const b = staleReport(looks);
  await b.materialize("root");
  await b.materialize("report");
  await b.look();
  const to = { by: "a person", now: new Date("2025-01-28T00:00:00Z") };
  await setPaused(b.ledger, "condition:report", { ...to, paused: true });
  for (const value of ["b", "a"]) {
    b.knobs.value = value;
    await b.materialize("root");
    await b.look();
  }
  await setPaused(b.ledger, "condition:report", { ...to, paused: false });
  await b.look();
  assertEquals(await b.runs(), []);
});

test("finds what is stale because a key was taken away", async (looks) => {
  const customers = partitions.dynamic("customers");
  const each = asset({ name: "each", partitions: customers, materialize: () => 1 });
  const total = asset({
    name: "total",
    deps: { each: all(each) },
    when: when.stale,
    materialize: ({ each }) => each.keys.length,
  });
  const b = setUp(looks, { each, total });
  await b.ledger.addKeys("customers", ["x", "y"]);
  await b.materialize("each", "x");
  await b.materialize("each", "y");
  await b.materialize("total");
  await b.look();
  await b.ledger.removeKeys("customers", ["x"]);
  b.forward(1000);
  for (let i = 0; i < 3; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["total"]);
  assertEquals((await b.ledger.visible([{ asset: "total", partition: "" }]))[0]!.value, 1);
});

/** What is repaired is asked for once: the failure is over when it is. */
function repaired(looks: Looks) {
  const knobs = { isBroken: false };
  const root = asset({
    name: "root",
    materialize() {
      if (knobs.isBroken) throw new Error("root is broken");
      return 1;
    },
  });
  const report = asset({
    name: "report",
    deps: { root },
    when: when.and(when.newly(when.depsFailed), when.not(when.depsFailed)),
    materialize: () => 1,
  });
  return { knobs, ...setUp(looks, { root, report }) };
}

test("remembers what became true and is over, though nothing was asked for then", async (looks) => {
  const b = repaired(looks);
  await b.look();
  b.knobs.isBroken = true;
  await b.materialize("root");
  await b.look();
  b.knobs.isBroken = false;
  await b.materialize("root");
  for (let i = 0; i < 3; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["report"]);
});

test("remembers it while it is paused", async (looks) => {
  const b = repaired(looks);
  const to = { by: "a person", now: new Date("2025-01-28T00:00:00Z") };
  await setPaused(b.ledger, "condition:report", { ...to, paused: true });
  await b.look();
  b.knobs.isBroken = true;
  await b.materialize("root");
  await b.look();
  b.knobs.isBroken = false;
  await b.materialize("root");
  await b.look();
  await setPaused(b.ledger, "condition:report", { ...to, paused: false });
  for (let i = 0; i < 3; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["report"]);
});

test("asks again for what was skipped before it ever began", async (looks) => {
  const b = chain(looks);
  await b.materialize("root");
  b.knobs.isMiddleBroken = true;
  await b.look();
  await b.work();
  await b.look();
  b.knobs.isMiddleBroken = false;
  await b.materialize("middle");
  for (let i = 0; i < 2; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["middle, leaf", "leaf"]);
});

test("of two servers at once asks once", async (looks) => {
  const b = chain(looks);
  await b.materialize("root");
  await Promise.all([b.look(), b.look(), b.look()]);
  assertEquals(await b.runs(), ["middle, leaf"]);
});

const HOUR = 3_600_000;

test("asks by a cron at its ticks: first sight waits, missed ticks are one", async (looks) => {
  const report = asset({ name: "report", when: when.cron("0 * * * *"), materialize: () => 1 });
  const b = setUp(looks, { report });
  b.forward(60_000);
  await b.look();
  assertEquals(await b.runs(), []);
  b.forward(HOUR);
  for (let i = 0; i < 3; i++) {
    await b.look();
    await b.work();
  }
  assertEquals((await b.runs()).length, 1);
  b.forward(7 * HOUR);
  for (let i = 0; i < 3; i++) {
    await b.look();
    await b.work();
  }
  assertEquals((await b.runs()).length, 2);
});

test("counts what a person built after the tick", async (looks) => {
  const report = asset({ name: "report", when: when.cron("0 * * * *"), materialize: () => 1 });
  const b = setUp(looks, { report });
  await b.look();
  b.forward(HOUR + 60_000);
  await b.materialize("report");
  await b.look();
  assertEquals(await b.runs(), []);
});

test("does not repeat what failed at a tick before the next one", async (looks) => {
  const report = asset({
    name: "report",
    when: when.cron("0 * * * *"),
    materialize: () => Promise.reject(new Error("broken")),
  });
  const b = setUp(looks, { report });
  await b.look();
  for (let hours = 0; hours < 2; hours++) {
    b.forward(HOUR);
    for (let i = 0; i < 3; i++) {
      await b.look();
      await b.work();
    }
  }
  assertEquals((await b.runs()).length, 2);
});

test("of a paused condition asks for nothing, and once for all that happened when it goes on", async (looks) => {
  const b = chain(looks);
  await b.materialize("root");
  await b.look();
  await b.work();
  const to = { by: "a person", now: new Date("2025-01-28T00:00:00Z") };
  await setPaused(b.ledger, "condition:middle", { ...to, paused: true });
  for (const value of ["b", "c"]) {
    b.knobs.value = value;
    await b.materialize("root");
    assertEquals(await b.look(), undefined);
  }
  await setPaused(b.ledger, "condition:middle", { ...to, paused: false });
  for (let i = 0; i < 3; i++) {
    await b.look();
    await b.work();
  }
  assertEquals(await b.runs(), ["middle, leaf", "middle, leaf"]);
  assertEquals((await b.ledger.visible([{ asset: "leaf", partition: "" }]))[0]!.value, "l m c");
});
