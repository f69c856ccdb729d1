import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  asset,
  define,
  judge,
  materialize,
  partitions,
  previous,
  submissionOf,
  when,
} from "engine";
import { conditionRules } from "../../../engine/decide/condition_rules.ts";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

const NOW = new Date("2025-01-05T12:00:00Z");
const now = () => NOW;
const daily = partitions.daily({ start: "2025-01-01" });

/** A sum over all days: each day adds one to the day before. */
const total = asset({
  name: "total",
  partitions: daily,
  when: when.eager,
  deps: { before: previous<number>() },
  materialize: ({ before }) => (before ?? 0) + 1,
});
const definitions = define({ total });
const asking = { trigger: "api", by: null, reason: "asked for" } as const;

async function build(ledger: ReturnType<typeof memoryLedger>, ...days: string[]) {
  const targets = days.map((day) => {
    const key = daily.parse(day);
    return { asset: total, key, partition: day, reason: "asked for" };
  });
  await ledger.submit(submissionOf(definitions, targets, asking, NOW));
  return await workAll({ definitions, ledger, now });
}

Deno.test("previous() of several slices in one run: each waits for the one before", async () => {
  const ledger = memoryLedger({ now });
  const outcomes = await build(ledger, "2025-01-03", "2025-01-01", "2025-01-02");
  assertEquals(outcomes.map((o) => o.state), ["success", "success", "success"]);
  const [third] = await ledger.visible([{ asset: "total", partition: "2025-01-03" }]);
  assertEquals(third?.value, 3);
  assertEquals(third?.inputs.map((i) => i.partition), ["2025-01-02"]);
});

Deno.test("previous() is undefined for the first slice and an input that is missing for a later one", async () => {
  const ledger = memoryLedger({ now });
  assertEquals((await build(ledger, "2025-01-01")).map((o) => o.state), ["success"]);
  const [failed] = await build(ledger, "2025-01-04");
  assertEquals(failed?.state, "failed");
  assertStringIncludes(
    failed?.state === "failed" ? failed.error.message : "",
    '"total" [2025-01-03] was never materialized',
  );
});

Deno.test("a slice is stale when the one before it that it read has changed", async () => {
  const ledger = memoryLedger({ now });
  await build(ledger, "2025-01-01", "2025-01-02");
  const verdict = async () =>
    judge({ definitions, slices: await ledger.slices(), now: NOW }).of(total, "2025-01-02").status;
  assertEquals(await verdict(), "fresh");
  const other = asset({ name: "total", partitions: daily, materialize: () => 7 });
  const target = { asset: other, key: daily.keyAt(0), partition: "2025-01-01", reason: "again" };
  await ledger.submit(submissionOf(define({ other }), [target], asking, NOW));
  await workAll({ definitions: define({ other }), ledger, now });
  assertEquals(await verdict(), "stale");
});

Deno.test("previous() computes the slices before in memory, and has conditions", async () => {
  assertEquals((await materialize(total, { partition: "2025-01-04", now: NOW })).value, 4);
  const { rules } = conditionRules(definitions, { now: NOW });
  assertEquals(rules.map((r) => [r.count, r.deps.length]), [[4, 0]]);
});
