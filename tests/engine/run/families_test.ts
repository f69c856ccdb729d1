import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Asset,
  asset,
  define,
  lazy,
  multiAsset,
  partitions,
  previous,
  submissionOf,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

const daily = partitions.daily({ start: "2025-01-01" });
const NOW = new Date("2025-01-28T00:00:00Z");

/** A family that counts how often it is computed; the first `failures` times it throws. */
function family(failures = 0) {
  const told = { calls: 0 };
  const source = asset({ name: "source", materialize: () => 1 });
  const { train, valid } = multiAsset({
    name: "split",
    outputs: ["train", "valid"],
    deps: { source },
    retry: { attempts: 2, delay: "1s", jitter: 0 },
    materialize: ({ source }, { emit, report }) => {
      told.calls++;
      if (told.calls <= failures) throw new Error("no luck");
      emit({ topic: "splits", key: "k", payload: { calls: told.calls } });
      report({ rows: 10 });
      return { train: [source, told.calls], valid: `v${told.calls}` };
    },
  });
  const clock = { at: NOW };
  const ledger = memoryLedger({ now: () => clock.at });
  const definitions = define({ source, train, valid });
  const work = () => workAll({ definitions, ledger, now: () => clock.at });
  const submit = async (...assets: Asset[]) => {
    const targets = assets.map((a) => ({
      asset: a,
      key: undefined,
      partition: "",
      reason: "asked for",
    }));
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    return (await ledger.submit(submissionOf(definitions, targets, asking, clock.at))).run;
  };
  const values = async () => {
    const keys = ["train", "valid"].map((name) => ({ asset: name, partition: "" }));
    return Object.fromEntries((await ledger.visible(keys)).map((m) => [m.asset, m.value]));
  };
  const later = () => void (clock.at = new Date(clock.at.getTime() + 60_000));
  return { told, source, train, valid, ledger, work, submit, values, later };
}

Deno.test("a family is computed once for its steps of a run, and both are published", async () => {
  const f = family();
  await f.submit(f.source, f.train, f.valid);
  const outcomes = await f.work();
  assertEquals(outcomes.map((o) => o.state), ["success", "success", "success"]);
  assertEquals(f.told.calls, 1);
  assertEquals(await f.values(), { train: [1, 1], valid: "v1" });
  assertEquals((await f.ledger.events({ limit: 9 })).map((e) => e.payload), [{ calls: 1 }]);
  const [train] = await f.ledger.history("train", { limit: 1 });
  const [valid] = await f.ledger.history("valid", { limit: 1 });
  assertEquals(train!.inputs, valid!.inputs);
  assertEquals([train!.metadata, valid!.metadata], [{ rows: 10 }, { rows: 10 }]);
});

Deno.test("a family publishes only what was asked for", async () => {
  const f = family();
  await f.submit(f.source, f.valid);
  await f.work();
  assertEquals(await f.values(), { valid: "v1" });
  await f.submit(f.train);
  await f.work();
  assertEquals(await f.values(), { train: [1, 2], valid: "v1" });
});

Deno.test("a family that fails is tried again once for all of its steps", async () => {
  const f = family(1);
  await f.submit(f.source, f.train, f.valid);
  await f.work();
  assertEquals(f.told.calls, 1);
  assertEquals(await f.values(), {});
  f.later();
  await f.work();
  assertEquals(f.told.calls, 2);
  assertEquals(await f.values(), { train: [1, 2], valid: "v2" });
});

Deno.test("each run of a family computes it again", async () => {
  const f = family();
  await f.submit(f.source, f.train, f.valid);
  await f.work();
  f.later();
  await f.submit(f.train, f.valid);
  await f.work();
  assertEquals(f.told.calls, 2);
  assertEquals(await f.values(), { train: [1, 2], valid: "v2" });
});

/** A family whose outputs are made on demand; `large` throws while it is broken. */
function onDemand() {
  const told = { shared: 0, made: [] as string[], isBroken: false };
  const { small, large } = multiAsset({
    name: "sizes",
    outputs: ["small", "large"],
    materialize: (_, { emit }) => {
      told.shared++;
      emit({ topic: "sizes", key: "k", payload: {} });
      return {
        small: lazy(() => (told.made.push("small"), 1)),
        large: lazy(async () => {
          told.made.push("large");
          if (told.isBroken) emit({ topic: "sizes", key: "lost", payload: {} });
          return await Promise.resolve("l");
        }),
      };
    },
  });
  const ledger = memoryLedger({ now: () => NOW });
  const definitions = define({ small, large });
  const run = async (...assets: Asset[]) => {
    const targets = assets.map((asset) => ({ asset, key: undefined, partition: "", reason: "r" }));
    const asking = { trigger: "api", by: null, reason: "asked for" } as const;
    await ledger.submit(submissionOf(definitions, targets, asking, NOW));
    return (await workAll({ definitions, ledger, now: () => NOW })).map((o) => o.state);
  };
  const values = async () =>
    Object.fromEntries(
      (await ledger.visible(["small", "large"].map((asset) => ({ asset, partition: "" }))))
        .map((m) => [m.asset, m.value]),
    );
  return { told, small, large, ledger, run, values };
}

Deno.test("a lazy output is made in runs that ask for it, and what is shared once", async () => {
  const f = onDemand();
  assertEquals(await f.run(f.large), ["success"]);
  assertEquals([f.told.shared, f.told.made, await f.values()], [1, ["large"], { large: "l" }]);
  assertEquals(await f.run(f.small, f.large), ["success", "success"]);
  assertEquals([f.told.shared, f.told.made.length], [2, 3]);
  assertEquals(await f.values(), { small: 1, large: "l" });
});

Deno.test("a lazy output that throws fails alone, and may not emit what would be lost", async () => {
  const f = onDemand();
  f.told.isBroken = true;
  assertEquals((await f.run(f.small, f.large)).toSorted(), ["failed", "success"]);
  assertEquals(await f.values(), { small: 1 });
  const [run] = await f.ledger.runs({ limit: 1 });
  const failed = (await f.ledger.run(run!.id))!.steps.find((s) => s.asset === "large")!;
  assertStringIncludes(
    [failed.error!.message, ...failed.error!.causes].join(),
    "Cannot emit() from a lazy output: call it in materialize()",
  );
  assertEquals((await f.ledger.events({ limit: 9 })).map((e) => e.key), ["k"]);
});

Deno.test("multiAsset() refuses outputs that are none or named twice", () => {
  const of = (outputs: readonly "a"[]) => () =>
    multiAsset({ name: "x", outputs, materialize: () => ({ a: 1 }) });
  assertThrows(of([]), TypeError, "no output is named");
  assertThrows(of(["a", "a"]), TypeError, 'output "a" is named twice');
});

Deno.test("multiAsset() refuses versioned tables and previous(), and says what would do", () => {
  const both = { name: "x", outputs: ["a", "b"] as const, materialize: () => ({ a: 1, b: 2 }) };
  assertThrows(
    () => multiAsset({ ...both, io: { tables: ["features.a"] } }),
    TypeError,
    "declare one asset for each table",
  );
  const before = previous<{ readonly a: number; readonly b: number }>();
  assertThrows(
    () => multiAsset({ ...both, partitions: daily, deps: { before } }),
    TypeError,
    "previous() does not say of which of them",
  );
});
