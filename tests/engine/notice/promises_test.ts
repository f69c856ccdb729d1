import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  deadline,
  define,
  freshness,
  job,
  nextTick,
  partitions,
  schedule,
  submissionOf,
  tick,
  watch,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "../run/work_all.ts";

const daily = partitions.daily({ start: "2025-01-20" });
const MINUTE = 60_000;

function setUp(begin = "2025-01-27T12:00:00Z") {
  const clock = { at: new Date(begin) };
  const ledger = memoryLedger({ now: () => clock.at });
  const report = asset({
    name: "report",
    partitions: daily,
    freshness: freshness({ within: "30h" }),
    deadline: deadline({ by: "30 6 * * *" }),
    materialize: () => 1,
  });
  const faulty = schedule({
    name: "faulty",
    cron: "0 4 * * *",
    assets: [report],
    partition: (at) => {
      if (at < new Date("2025-01-29")) throw new RangeError("Cannot choose: none");
      return "2025-01-28";
    },
  });
  const nightly = job({ name: "nightly", assets: [report] });
  const definitions = define({ report, faulty, nightly });
  const told: string[] = [];
  const channel = {
    name: "mail",
    send: (a: { episode: string }, phase: string) => {
      told.push(`${phase} ${a.episode}`);
      return Promise.resolve();
    },
  };
  const o = { definitions, ledger, channels: [channel], next: nextTick };
  const submit = async (key: `${number}-${number}-${number}`) => {
    const targets = [{ asset: report, key, partition: key, reason: "asked for" }];
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    return (await ledger.submit(submissionOf(definitions, targets, asking, clock.at))).run;
  };
  return {
    ledger,
    clock,
    told,
    submit,
    work: () => workAll({ definitions, ledger, now: () => clock.at }),
    at: (text: string) => void (clock.at = new Date(text)),
    look: () => watch(o, clock.at),
    tick: () => tick({ definitions, ledger, next: nextTick }, clock.at),
  };
}

Deno.test("watch() tells of a missed deadline once, although nothing runs and servers start anew", async () => {
  const b = setUp();
  await b.look();
  b.at("2025-01-28T06:29:59Z");
  await b.look();
  assertEquals(b.told, []);
  for (const at of ["06:30:00", "06:30:15", "09:00:00"]) {
    b.at(`2025-01-28T${at}Z`);
    await b.look();
  }
  assertEquals(b.told, ["open deadline:report"]);
  const [alert] = await b.ledger.alerts(1);
  assertEquals([alert!.kind, alert!.title], ["late", '"report" missed its deadline']);
  assertStringIncludes(alert!.message, '"report" [2025-01-27] due by 2025-01-28T06:30Z');
  await b.submit("2025-01-27");
  await b.work();
  await b.look();
  assertEquals(b.told, ["open deadline:report", "resolved deadline:report"]);
});

Deno.test("watch() keeps age and deadline apart: an asset may break one and keep the other", async () => {
  const b = setUp();
  await b.look();
  await b.submit("2025-01-26");
  await b.work();
  b.at("2025-01-28T07:00:00Z");
  await b.look();
  assertEquals(b.told, ["open deadline:report"]);
  b.at("2025-01-28T18:00:00Z");
  await b.look();
  assertEquals(b.told, ["open deadline:report", "open late:report"]);
});

Deno.test("watch() tells of a step that runs for long against its own history, until it ends", async () => {
  const b = setUp();
  for (const key of ["2025-01-24", "2025-01-25", "2025-01-26"] as const) {
    await b.submit(key);
    await b.work();
  }
  const run = await b.submit("2025-01-20");
  const hello = { host: "test", pid: 1, queues: ["default"], slots: 1 };
  const worker = await b.ledger.join(hello);
  const [claimed] = await b.ledger.claim({ worker, queues: ["default"], room: 1 });
  b.clock.at = new Date(b.clock.at.getTime() + 5 * MINUTE);
  await b.look();
  assertEquals(b.told, []);
  b.clock.at = new Date(b.clock.at.getTime() + MINUTE);
  await b.look();
  await b.look();
  assertEquals(b.told, ["open long:report"]);
  const [alert] = await b.ledger.alerts(1);
  assertEquals([alert!.kind, alert!.severity, alert!.run], ["long", "warning", run]);
  assertEquals(alert!.message, "runs for 6 min, usually 0 ms");
  const { step, attempt } = claimed!;
  const error = { message: "stopped", causes: [], stack: null };
  const outcome = { run, step, attempt, state: "failed", error, retryAt: null } as const;
  await b.ledger.finish([outcome], { worker, queues: [], room: 0 });
  await b.look();
  assertEquals(b.told.at(-1), "resolved long:report");
});

Deno.test("watch() tells of a schedule whose code fails, until a tick succeeds", async () => {
  const b = setUp();
  await b.tick();
  await b.look();
  b.at("2025-01-28T04:00:00Z");
  await b.tick();
  await b.look();
  await b.look();
  assertEquals(b.told, ["open schedule:faulty"]);
  const [alert] = await b.ledger.alerts(1);
  assertStringIncludes(alert!.message, "Cannot choose: none");
  b.at("2025-01-29T04:00:00Z");
  await b.tick();
  await b.look();
  assertEquals(b.told.filter((t) => t.endsWith("faulty")), [
    "open schedule:faulty",
    "resolved schedule:faulty",
  ]);
});

Deno.test("watch() judges the age of a list by its oldest member", async () => {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const sales = asset({
    name: "sales",
    partitions: partitions.of("eu", "us"),
    freshness: freshness({ within: "2h" }),
    materialize: () => 1,
  });
  const definitions = define({ sales });
  const make = async (key: "eu" | "us") => {
    const targets = [{ asset: sales, key, partition: key, reason: "asked for" }];
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    await ledger.submit(submissionOf(definitions, targets, asking, clock.at));
    await workAll({ definitions, ledger, now: () => clock.at });
  };
  const look = async () => {
    await watch({ definitions, ledger, channels: [], next: nextTick }, clock.at);
    const open = (await ledger.alerts(9)).filter((a) => a.resolvedAt === null);
    return open.map((a) => `${a.title}: ${a.message}`).sort();
  };
  await make("eu");
  await make("us");
  clock.at = new Date("2025-01-28T02:00:00Z");
  await make("us");
  const eu = '"sales" [eu] is late: "sales" [eu] built 2 h ago, late by 0 ms';
  assertEquals(await look(), [eu]);
  clock.at = new Date("2025-01-28T04:00:00Z");
  const us = '"sales" [us] is late: "sales" [us] built 2 h ago, late by 0 ms';
  assertEquals(await look(), [eu, us], "each member is an episode");
  await make("eu");
  assertEquals(await look(), [us]);
});

Deno.test("watch() of a long list tells once how many are late", async () => {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const [first, ...rest] = Array.from({ length: 21 }, (_, i) => `m${i}`);
  const many = asset({
    name: "many",
    partitions: partitions.of(first!, ...rest),
    freshness: freshness({ within: "2h" }),
    materialize: () => 1,
  });
  const o = { definitions: define({ many }), ledger, channels: [], next: nextTick };
  await watch(o, clock.at);
  clock.at = new Date("2025-01-28T02:00:00Z");
  await watch(o, clock.at);
  assertEquals((await ledger.alerts(9)).map((a) => [a.episode, a.message]), [
    ["late:many", '"many" [m0] never built, late by 0 ms, and 20 more like it'],
  ]);
});

Deno.test("watch() of time crossed with a list tells of each member that misses its deadline", async () => {
  const clock = { at: new Date("2025-01-27T12:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const sales = asset({
    name: "sales",
    partitions: partitions.cross({ day: daily, region: partitions.of("eu", "us") }),
    deadline: deadline({ by: "30 6 * * *" }),
    materialize: () => 1,
  });
  const definitions = define({ sales });
  const look = () => watch({ definitions, ledger, channels: [], next: nextTick }, clock.at);
  await look();
  const key = { day: "2025-01-27", region: "us" } as const;
  clock.at = new Date("2025-01-28T01:00:00Z");
  const targets = [{ asset: sales, key, partition: "2025-01-27|us", reason: "asked for" }];
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, targets, asking, clock.at));
  await workAll({ definitions, ledger, now: () => clock.at });
  clock.at = new Date("2025-01-28T06:30:00Z");
  await look();
  assertEquals((await ledger.alerts(9)).map((a) => [a.episode, a.title]), [
    ["deadline:sales:eu", '"sales" [eu] missed its deadline'],
  ]);
});
