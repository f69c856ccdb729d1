// deno-lint-ignore-file no-console -- what code prints is what is tested
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  all,
  type Asset,
  asset,
  check,
  define,
  DoNotRetry,
  type Exports,
  external,
  fail,
  type Json,
  keyText,
  memoryJson,
  newest,
  type PartitionKey,
  partitions,
  pass,
  RetryRequested,
  submissionOf,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

function setUp(exports: Exports) {
  const clock = { at: new Date("2025-01-28T00:00:00Z") };
  const ledger = memoryLedger({ now: () => clock.at });
  const definitions = define(exports);
  return {
    ledger,
    forward: (ms: number) => void (clock.at = new Date(clock.at.getTime() + ms)),
    work: () => workAll({ definitions, ledger, now: () => clock.at }),
    async submit(it: Asset, partition = "") {
      const key: PartitionKey = it.partitions.parse(partition);
      const targets = [{ asset: it, key, partition, reason: "asked for" }];
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      return (await ledger.submit(submissionOf(definitions, targets, asking, clock.at))).run;
    },
    /** Runs one slice; gives its outcome. */
    async run(it: Asset, partition = "") {
      await this.submit(it, partition);
      return (await this.work()).at(-1)!;
    },
    /** The message of what failed. */
    async failure(it: Asset, partition = "") {
      const outcome = await this.run(it, partition);
      assert(outcome.state === "failed", `It was ${outcome.state}`);
      return outcome.error.message;
    },
    async value(it: Asset, partition = "") {
      return (await ledger.visible([{ asset: it.name, partition }]))[0]?.value;
    },
    lines: async () =>
      (await ledger.logs({ run: "1", limit: 100 })).map((l) => `${l.level} ${l.message}`),
  };
}

Deno.test("runStep() tries again after the declared wait, and succeeds", async () => {
  let tries = 0;
  const shy = asset({
    name: "shy",
    retry: { attempts: 3, delay: "10s", jitter: 0 },
    materialize() {
      if (++tries < 3) throw new Error(`try ${tries}`);
      return tries;
    },
  });
  const b = setUp({ shy });
  const run = await b.submit(shy);
  for (const ms of [0, 9_999, 1, 20_000]) {
    b.forward(ms);
    await b.work();
  }
  const { steps } = (await b.ledger.run(run))!;
  assertEquals(steps[0]!.attempts.map((a) => a.state), ["failed", "failed", "success"]);
  assertEquals(await b.value(shy), 3);
});

Deno.test("runStep() gives up after the declared attempts, with the error and its causes", async () => {
  const broken = asset({
    name: "broken",
    retry: { attempts: 2, delay: "1s", jitter: 0 },
    materialize() {
      throw new Error("Cannot read", { cause: new RangeError("disk is gone") });
    },
  });
  const b = setUp({ broken });
  const run = await b.submit(broken);
  for (let i = 0; i < 4; i++) {
    await b.work();
    b.forward(60_000);
  }
  const { steps, run: ended } = (await b.ledger.run(run))!;
  assertEquals([steps[0]!.attempts.length, ended.state], [2, "failed"]);
  const { message, causes, stack } = steps[0]!.error!;
  assertEquals([message, causes], ['Cannot run asset "broken": Cannot read', [
    "RangeError: disk is gone",
  ]]);
  assertStringIncludes(stack!, "step_test.ts");
});

Deno.test("runStep() ends an attempt that takes longer than its timeout, though it does not listen", async () => {
  const go = Promise.withResolvers<void>();
  let aborted = false;
  const slow = asset({
    name: "slow",
    timeout: "20ms",
    async materialize(_, { signal }) {
      signal.addEventListener("abort", () => aborted = true);
      await go.promise;
    },
  });
  const b = setUp({ slow });
  assertStringIncludes(await b.failure(slow), "longer than its timeout of 20 ms");
  assert(aborted);
  go.resolve();
  assertEquals(await b.value(slow), undefined);
});

Deno.test("runStep() withholds what a blocking check refuses; the version before stays visible", async () => {
  let mae = 1;
  const model = asset({ name: "model", materialize: () => mae });
  const small = check(model, {
    name: "small",
    blocking: true,
    run: (v) => v < 2 ? pass({ mae: v }) : fail(`mae is ${v}`),
  });
  const below = asset({ name: "below", deps: { model }, materialize: ({ model }) => model });
  const b = setUp({ model, small, below });
  await b.run(model);
  mae = 5;
  assertEquals(
    await b.failure(model),
    'Blocking check "small" of "model" failed: mae is 5; the version before stays visible',
  );
  await b.run(below);
  assertEquals([await b.value(model), await b.value(below)], [1, 1]);
  assertEquals((await b.ledger.history("model", { limit: 9 })).map((m) => m.published), [
    false,
    true,
  ]);
});

Deno.test("runStep() publishes what a check that does not block refuses, and remembers the verdict", async () => {
  const rows = asset({ name: "rows", materialize: () => 0 });
  const many = check(rows, { name: "many", severity: "warning", run: () => fail("no rows") });
  const b = setUp({ rows, many });
  assertEquals((await b.run(rows)).state, "success");
  const [said] = await b.ledger.checks("rows");
  assertEquals([said!.passed, said!.severity, said!.reason], [false, "warning", "no rows"]);
});

Deno.test("runStep() fails with the name of a check that throws", async () => {
  const rows = asset({ name: "rows", materialize: () => 0 });
  const odd = check(rows, {
    name: "odd",
    run: () => {
      throw new Error("no such column");
    },
  });
  assertEquals(
    await setUp({ rows, odd }).failure(rows),
    'Cannot run check "odd" of "rows": no such column',
  );
});

Deno.test("runStep() keeps what the code prints and logs, also after an await", async () => {
  const talks = asset({
    name: "talks",
    async materialize(_, { log }) {
      console.info("one", { two: 2 });
      await Promise.resolve();
      console.warn("three");
      log("four", { rows: 5 });
      log("five", {}, "warn");
    },
  });
  const b = setUp({ talks });
  await b.run(talks);
  const lines = await b.lines();
  assertEquals(lines.filter((l) => !l.startsWith("event")), [
    "info one { two: 2 }",
    "warn three",
    "info four",
    "warn five",
  ]);
});

Deno.test("runStep() gives the metadata and events of the attempt to the ledger", async () => {
  const rows = asset({
    name: "rows",
    materialize(_, { report, emit }) {
      report({ rows: 1 });
      report({ rows: 2, users: 3 });
      emit({ topic: "t", key: "k", payload: { a: 1 } });
      return null;
    },
  });
  const b = setUp({ rows });
  await b.run(rows);
  const [made] = await b.ledger.history("rows", { limit: 1 });
  assertEquals(made!.metadata, { rows: 2, users: 3 });
  assertEquals((await b.ledger.events({ limit: 9 })).map((e) => e.payload), [{ a: 1 }]);
});

Deno.test("runStep() reads all inputs at one moment, and remembers which versions", async () => {
  let value = 1;
  const left = asset({ name: "left", materialize: () => value });
  const right = asset({ name: "right", materialize: () => value });
  const both = asset({
    name: "both",
    deps: { left, right },
    materialize: (at) => [at.left, at.right],
  });
  const b = setUp({ left, right, both });
  for (const it of [left, right]) await b.run(it);
  const asked: number[] = [];
  const { visible } = b.ledger;
  Object.assign(b.ledger, {
    visible: (keys: Parameters<typeof visible>[0]) => (asked.push(keys.length), visible(keys)),
  });
  await b.run(both);
  assertEquals(asked, [2]);
  value = 2;
  await b.run(left);
  const [made] = await b.ledger.history("both", { limit: 1 });
  assertEquals(made!.value, [1, 1]);
  assertEquals(made!.inputs.map((i) => [i.input, i.asset, i.version]), [
    ["left", "left", "1"],
    ["right", "right", "2"],
  ]);
});

Deno.test("runStep() names an input that was never made, and how to make it", async () => {
  const daily = partitions.daily({ start: "2025-01-20" });
  const up = asset({ name: "up", partitions: daily, materialize: () => 1 });
  const same = asset({ name: "same", partitions: daily, deps: { up }, materialize: () => 1 });
  const last = asset({
    name: "last",
    partitions: daily,
    deps: { up: newest(up) },
    materialize: () => 1,
  });
  const b = setUp({ up, same, last });
  assertEquals(
    await b.failure(same, "2025-01-22"),
    'Cannot run "same" [2025-01-22]: its input "up" [2025-01-22] was never materialized; ' +
      'materialize "+same"',
  );
  await b.run(up, "2025-01-25");
  assertStringIncludes(await b.failure(last, "2025-01-22"), 'no slice of "up" that ended by then');
  assertEquals((await b.run(last, "2025-01-26")).state, "success");
});

Deno.test("runStep() reads several slices one at a time, of whatever cut", async () => {
  const parts = partitions.cross({
    day: partitions.daily({ start: "2025-01-26" }),
    region: partitions.of("eu", "us"),
  });
  const cells = asset({
    name: "cells",
    partitions: parts,
    materialize: (_, { partition }) => `${partition.day} ${partition.region}`,
  });
  const total = asset({
    name: "total",
    deps: { cells: all(cells) },
    async materialize({ cells }) {
      const found: Json[] = [];
      for await (const [, value] of cells) found.push(value);
      return found;
    },
  });
  const b = setUp({ cells, total });
  const [first, second] = cells.partitions.keys(new Date("2025-01-28T00:00:00Z"));
  for (const key of [first!, second!]) await b.run(cells, keyText(key));
  await b.run(total);
  assertEquals(await b.value(total), ["2025-01-26 eu", "2025-01-26 us"]);
});

Deno.test("runStep() observes an external input that nobody has looked at, for itself alone", async () => {
  let rows = 3;
  const source = external({ name: "source", observe: () => ({ rows }) });
  const count = asset({
    name: "count",
    deps: { source },
    materialize: ({ source }) => source.rows,
  });
  const b = setUp({ source, count });
  await b.run(count);
  assertEquals([await b.value(count), await b.value(source)], [3, undefined]);
  rows = 4;
  await b.run(source);
  rows = 9;
  await b.run(count);
  assertEquals(await b.value(count), 4);
});

Deno.test("runStep() asks the asset for the version of its data, stored or not", async () => {
  let seconds = 0;
  const dataVersion = ({ digest }: { readonly digest: string }) => digest;
  const report = () => ({ digest: "a7f", seconds: ++seconds });
  const kept = asset({ name: "kept", materialize: report, dataVersion });
  const stored = asset({ name: "stored", store: memoryJson(), materialize: report, dataVersion });
  const seen = external({ name: "seen", observe: report, dataVersion });
  const reader = asset({ name: "reader", deps: { seen }, materialize: () => 1 });
  const b = setUp({ kept, stored, seen, reader });
  for (const it of [kept, stored, seen, reader]) {
    await b.run(it as Asset);
    await b.run(it as Asset);
  }
  const slices = await b.ledger.slices(["kept", "stored", "seen", "reader"]);
  const visible = slices.map((s) => s.visible!);
  assertEquals(visible.slice(0, 3).map((v) => v.dataVersion), ["a7f", "a7f", "a7f"]);
  assertEquals(visible[3]!.inputs.map((i) => i.dataVersion), ["a7f"]);
  assertEquals((await b.value(kept) as { seconds: number }).seconds, 2);
});

Deno.test("runStep() observes for itself by the same version as everybody", async () => {
  let looks = 0;
  const seen = external({
    name: "seen",
    observe: () => ({ newest: "2025-01-27", looks: ++looks }),
    dataVersion: ({ newest }) => newest,
  });
  const reader = asset({ name: "reader", deps: { seen }, materialize: () => 1 });
  const b = setUp({ seen, reader });
  await b.run(reader as Asset);
  await b.run(seen as Asset);
  const [one, other] = await b.ledger.slices(["reader", "seen"]);
  assertEquals(one!.visible!.inputs[0]!.dataVersion, other!.visible!.dataVersion);
});

Deno.test("runStep() refuses a version of data that is none, in words", async () => {
  const of = (name: string, dataVersion: (value: number) => string) =>
    asset({ name, materialize: () => 1, dataVersion });
  const none = of("none", () => undefined as never);
  const long = of("long", () => "x".repeat(201));
  const broken = of("broken", () => {
    throw new Error("no digest");
  });
  const b = setUp({ none, long, broken });
  assertEquals(
    await b.failure(none as Asset),
    'Cannot keep the value of "none": dataVersion gave undefined, not a text of 1 to 200 characters',
  );
  assertStringIncludes(await b.failure(long as Asset), "gave a text of 201 characters");
  assertStringIncludes(await b.failure(broken as Asset), 'dataVersion of asset "broken"');
});

Deno.test("runStep() refuses a value that is too large for the ledger, and takes it with a store", async () => {
  const text = "x".repeat(1_000_001);
  const large = asset({ name: "large", materialize: () => text });
  assertStringIncludes(await setUp({ large }).failure(large), "declare a store or return a handle");
  const stored = asset({ name: "stored", store: memoryJson(), materialize: () => text });
  const length = asset({ name: "length", deps: { stored }, materialize: (i) => i.stored.length });
  const b = setUp({ stored, length });
  await b.run(stored);
  await b.run(length);
  assertEquals(await b.value(length), 1_000_001);
  assertEquals(await b.value(stored), { store: "memory", version: "1", bytes: 1_000_003 });
});

Deno.test("runStep() fails a step whose asset or slice is not declared any more", async () => {
  const daily = partitions.daily({ start: "2025-01-20" });
  const gone = asset({ name: "gone", partitions: daily, materialize: () => 1 });
  const kept = asset({ name: "gonee", materialize: () => 1 });
  const b = setUp({ gone });
  await b.submit(gone, "2025-01-22");
  const definitions = define({ kept });
  const now = () => new Date("2025-01-28T00:00:00Z");
  const [outcome] = await workAll({ definitions, ledger: b.ledger, now });
  assert(outcome?.state === "failed");
  assertStringIncludes(outcome.error.message, 'Cannot find asset "gone": did you mean "gonee"');
});

Deno.test("runStep() tries again when code asks for it, and does not count it if so asked", async () => {
  let tries = 0;
  const shy = asset({
    name: "shy",
    materialize() {
      if (++tries < 4) throw new RetryRequested("not there yet", { delay: "5m", counts: false });
      return tries;
    },
  });
  const t = setUp({ shy });
  const first = await t.run(shy);
  assert(first.state === "failed" && first.retryAt !== null);
  assertEquals(first.retryAt.toISOString(), "2025-01-28T00:05:00.000Z");
  assertStringIncludes(first.error.message, "not there yet");
  for (let i = 0; i < 3; i++) {
    assertEquals((await t.work()).length, 0);
    t.forward(300_000);
    await t.work();
  }
  assertEquals(await t.value(shy), 4);
});

Deno.test("runStep() fails for good on DoNotRetry, also below other errors", async () => {
  const closed = asset({
    name: "closed",
    retry: { attempts: 5 },
    materialize: () => {
      throw new Error("Cannot read rates", { cause: new DoNotRetry("the key is not valid") });
    },
  });
  const t = setUp({ closed });
  const outcome = await t.run(closed);
  assert(outcome.state === "failed");
  assertEquals(outcome.retryAt, null);
  assertEquals(outcome.error.causes, ["DoNotRetry: the key is not valid"]);
});
