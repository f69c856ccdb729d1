import { assertEquals } from "@std/assert";
import { partitionsText, submissionOf, titleOf } from "engine";
import { graph, now } from "./fixtures.ts";

Deno.test("titleOf() names three, and of more the first two", () => {
  assertEquals(titleOf(["a", "b", "a", "c"]), "a, b, c");
  assertEquals(titleOf(["a", "b", "c", "d"]), "a, b and 2 more");
});

Deno.test("partitionsText() is the slice that all share, a range, or null", () => {
  assertEquals(partitionsText(["", ""]), null);
  assertEquals(partitionsText(["", "2025-01-03", "2025-01-03"]), "2025-01-03");
  assertEquals(partitionsText(["2025-01-03", "2025-01-01"]), "2025-01-01..2025-01-03");
});

Deno.test("submissionOf() puts steps in order and takes the limits of the job", () => {
  const g = graph();
  const partition = "2025-01-03";
  const targets = [g.model, g.features].map((asset) => ({
    asset,
    key: asset.partitions.parse(partition),
    partition,
    reason: "asked for",
  }));
  const job = { name: "training", maxActiveRuns: 2 };
  const asking = { job, trigger: "schedule", by: "training", reason: "at two" } as const;
  const made = submissionOf(g.definitions, targets, asking, now);
  assertEquals([made.job, made.maxActiveRuns, made.key, made.partition], [
    "training",
    2,
    null,
    partition,
  ]);
  assertEquals(made.steps.map((s) => [s.asset, s.needs]), [
    ["features/activity", []],
    ["models/mood", [0]],
  ]);
});

Deno.test("submissionOf() without a job has no limit of active runs", () => {
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  const made = submissionOf(graph().definitions, [], asking, now);
  assertEquals([made.maxActiveRuns, made.title, made.steps], [Infinity, "", []]);
});
