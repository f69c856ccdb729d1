import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  createService,
  define,
  evaluate,
  nextTicks,
  partitions,
  submissionOf,
  when,
} from "engine";
import { memoryLedger } from "engine/testing";
import { setPaused } from "../../../engine/ledger/switches.ts";
import { workAll } from "./work_all.ts";

/** `root` by hand, `leaf` below it by itself, `days` of their own accord. */
function setUp() {
  const knobs = { value: 1 };
  const root = asset({ name: "root", materialize: () => knobs.value });
  const leaf = asset({
    name: "leaf",
    deps: { root },
    when: when.eager,
    materialize: ({ root }) => root,
  });
  const days = asset({
    name: "days",
    partitions: partitions.daily({ start: "2024-01-01" }),
    when: when.missing,
    materialize: () => 1,
  });
  const definitions = define({ root, leaf, days });
  const clock = { at: new Date("2025-01-28T12:00:00Z"), now: () => clock.at };
  const ledger = memoryLedger(clock);
  const service = createService({
    definitions,
    ledger,
    clock,
    about: {
      version: "1.2.3",
      startedAt: clock.at.toISOString(),
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
  });
  const look = () => evaluate(definitions, ledger, clock.at);
  return {
    knobs,
    clock,
    ledger,
    look,
    work: () => workAll({ definitions, ledger, now: clock.now }),
    of: async (name: string, limit?: number) => (await service.evaluations(name, { limit }))!,
    unknown: () => service.evaluations("loaf"),
    async build(value: number) {
      knobs.value = value;
      const targets = [{ asset: root, key: undefined, partition: "", reason: "asked for" }];
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      await ledger.submit(submissionOf(definitions, targets, asking, clock.at));
      await workAll({ definitions, ledger, now: clock.now });
    },
  };
}

Deno.test("evaluations() tells why it asked, the run, and every operand as it was then", async () => {
  const s = setUp();
  await s.look();
  await s.build(1);
  await s.look();
  await s.work();
  s.clock.at = new Date("2025-01-28T13:00:00Z");
  await s.build(2);
  const submitted = await s.look();
  await s.work();
  const { condition, evaluations } = await s.of("leaf");
  assert(condition !== null);
  const [now, newest] = evaluations;
  assertEquals([now!.now, now!.requested, now!.run], [true, false, null]);
  assert(now!.operands.some((o) => !o.holds));
  assertEquals([newest!.now, newest!.requested, newest!.run], [false, true, submitted!.run]);
  assertEquals([newest!.at, newest!.partition], ["2025-01-28T13:00:00.000Z", null]);
  assertStringIncludes(newest!.reason, "upstream changed");
  assert(newest!.operands.some((o) => o.holds && o.text === "an upstream changed"));
  assert(evaluations.slice(1).every((e, i, all) => i === 0 || e.at <= all[i - 1]!.at));
  assertEquals((await s.of("leaf", 1)).evaluations.slice(1), [newest!]);
});

Deno.test("evaluations() tells that it asks now, or that it is paused", async () => {
  const s = setUp();
  await s.look();
  await s.build(1);
  const [now] = (await s.of("leaf")).evaluations;
  assertEquals([now!.now, now!.requested], [true, true]);
  await setPaused(s.ledger, "condition:leaf", { paused: true, by: "a person", now: s.clock.at });
  const [paused] = (await s.of("leaf")).evaluations;
  assertEquals([paused!.requested, paused!.reason], [false, "it is paused"]);
});

Deno.test("evaluations() of many slices keeps the first 200 of a look and counts the rest", async () => {
  const s = setUp();
  await s.look();
  const found = await s.of("days", 1_000);
  const asked = found.evaluations.filter((e) => !e.now);
  assertEquals([asked.length, found.leftOut], [200, 393 - 200]);
  assertEquals(asked[0]!.partition, "2024-01-01");
});

Deno.test("evaluations() of an asset without a condition is empty, of an unknown one nothing", async () => {
  const s = setUp();
  const none = { asset: "root", condition: null, evaluations: [], leftOut: 0 };
  assertEquals(await s.of("root"), none);
  assertEquals(await s.unknown(), undefined);
});
