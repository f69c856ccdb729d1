import { assertEquals } from "@std/assert";
import { after, asset, define, newest, partitions, pool } from "engine";
import { expected } from "../../../engine/decide/expected.ts";
import { judge } from "../../../engine/decide/judge.ts";
import { missingInputs, missingText, plan } from "../../../engine/decide/plan.ts";
import { targets, type Wish } from "../../../engine/decide/targets.ts";
import { builtNewest, graph, now, Remembered } from "./fixtures.ts";

function planned(g: ReturnType<typeof graph>, wish: Wish, remembered = new Remembered()) {
  const judgement = judge({ definitions: g.definitions, slices: remembered.slices, now });
  const steps = plan(g.definitions, targets(g.definitions, judgement, wish), now);
  return { steps, judgement };
}

Deno.test("plan() lets each step wait for the planned slices that it reads", () => {
  const { steps } = planned(graph(), {
    selection: "+online/mood",
    partitions: ["2025-01-01..2025-01-02", "2025-01-03T00"],
  });
  const text = steps.map((s, i) => `${i} ${s.asset} ${s.partition} <- ${s.needs.join(",")}`);
  assertEquals(text, [
    "0 source/users  <- ",
    "1 features/activity 2025-01-01 <- 0",
    "2 features/activity 2025-01-02 <- 0",
    "3 models/mood 2025-01-01 <- 1",
    "4 models/mood 2025-01-02 <- 2",
    ...["2025-01-01T00", "2025-01-01T06", "2025-01-01T12"].map((p, i) =>
      `${5 + i} online/mood ${p} <- `
    ),
    "8 online/mood 2025-01-01T18 <- 3",
    ...["00", "06", "12"].map((h, i) => `${9 + i} online/mood 2025-01-02T${h} <- 3`),
    "12 online/mood 2025-01-02T18 <- 4",
    "13 online/mood 2025-01-03T00 <- 4",
  ]);
});

Deno.test("plan() puts in order what only comes after, and knows no step twice", () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const b = asset({ name: "b", deps: { a: after(a) }, materialize: () => 2 });
  const definitions = define({ b, a });
  const target = (x: typeof a | typeof b) => ({
    asset: x,
    key: undefined,
    partition: "",
    reason: "asked for",
  });
  const steps = plan(definitions, [target(b), target(a), target(b)], now);
  assertEquals(steps.map((s) => [s.asset, s.needs]), [["a", []], ["b", [0]]]);
});

Deno.test("missingInputs() finds inputs that are neither visible nor planned", () => {
  const g = graph();
  const bare = planned(g, { assets: ["models/mood"] });
  assertEquals(
    missingText(missingInputs(g.definitions, bare.steps, bare.judgement)),
    'Cannot run "models/mood" [2025-01-03]: its input "features/activity" [2025-01-03] was never ' +
      'built, include what is upstream by "+models/mood"',
  );
  const built = planned(g, { assets: ["models/mood"] }, builtNewest(g));
  assertEquals(missingInputs(g.definitions, built.steps, built.judgement), []);
  const whole = planned(g, { selection: "+online/mood" });
  assertEquals(missingInputs(g.definitions, whole.steps, whole.judgement), []);
});

Deno.test("expected() is the median of each step and the longest chain of them", () => {
  const { steps } = planned(graph(), { selection: "+online/mood" });
  const durations = new Map([
    ["source/users", [10, 1000, 20]],
    ["features/activity", [100, 200]],
    ["online/mood", [5]],
  ]);
  assertEquals(expected(steps, durations), { steps: [20, 150, null, 5], total: 175 });
  assertEquals(expected(steps, new Map()).total, null);
});

Deno.test("plan() of 2,198 slices with newest() inputs stays quick", () => {
  const daily = partitions.daily({ start: "2022-01-01" });
  const a = asset({ name: "a", partitions: daily, materialize: () => 1 });
  const b = asset({ name: "b", partitions: daily, deps: { a: newest(a) }, materialize: () => 1 });
  const definitions = define({ a, b });
  const judgement = judge({ definitions, slices: [], now });
  const wish = { selection: "a b", partitions: ["2022-01-01..2025-01-03"] };
  const steps = plan(definitions, targets(definitions, judgement, wish), now);
  assertEquals(steps.length, 2 * 1099);
  assertEquals(steps.at(-1)!.needs, [1098]);
});

Deno.test("plan() takes a slot of each pool of a tag, and what the asset itself says", () => {
  const heavy = pool({ name: "heavy", slots: 2, tag: "heavy" });
  const gpu = pool({ name: "gpu", slots: 4, tag: "gpu" });
  const small = asset({ name: "small", tags: ["heavy"], materialize: () => 1 });
  const large = asset({
    name: "large",
    tags: ["heavy", "gpu"],
    pools: { gpu: 3 },
    materialize: () => 1,
  });
  const free = asset({ name: "free", materialize: () => 1 });
  const definitions = define({ heavy, gpu, small, large, free });
  const targets = definitions.assets.map((a) => ({
    asset: a,
    key: undefined,
    partition: "",
    reason: "asked for",
  }));
  const pools = Object.fromEntries(
    plan(definitions, targets, new Date(0)).map((s) => [s.asset, s.pools]),
  );
  assertEquals(pools, { small: { heavy: 1 }, large: { heavy: 1, gpu: 3 }, free: {} });
});
