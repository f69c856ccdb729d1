import { assertEquals } from "@std/assert";
import {
  after,
  type Asset,
  asset,
  define,
  lookback,
  type PartitionKey,
  partitions,
  previous,
  submissionOf,
} from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

const daily = partitions.daily({ start: "2025-01-01" });
const region = partitions.of("eu", "us");
const cells = partitions.cross({ day: daily, region });
const NOW = new Date("2025-01-05T00:00:00Z");

const sales = asset({
  name: "sales",
  partitions: cells,
  materialize: (_, { partition: { day, region } }) =>
    Number(day.slice(-2)) * (region === "eu" ? 1 : 100),
});
const total = asset({
  name: "total",
  partitions: cells,
  deps: { sales, before: previous<number>() },
  materialize: ({ sales, before }) => (before ?? 0) + sales,
});
const trend = asset({
  name: "trend",
  partitions: cells,
  deps: { sales: lookback(sales, 2) },
  async materialize({ sales }) {
    return (await Array.fromAsync(sales)).map(([, n]) => n);
  },
});
const ofDay = asset({
  name: "of_day",
  partitions: daily,
  deps: { total },
  async materialize({ total }) {
    const found = await Array.fromAsync(total);
    return Object.fromEntries(found.map(([key, n]) => [key.region, n]));
  },
});
const report = asset({ name: "report", deps: { a: after(ofDay) }, materialize: () => "done" });
const definitions = define({ sales, total, trend, ofDay, report });

const target = (asset: Asset, text: string) => {
  const key: PartitionKey = asset.partitions.parse(text);
  return { asset, key, partition: text, reason: "asked for" };
};
const days = ["2025-01-01", "2025-01-02", "2025-01-03"];
const keys = days.flatMap((d) => [`${d}|us`, `${d}|eu`]);
const targets = [
  target(report, ""),
  ...[sales, total, trend].flatMap((a) => keys.map((k) => target(a, k))),
  ...days.map((d) => target(ofDay, d)),
];
const asking = { trigger: "api", by: null, reason: "asked for" } as const;

Deno.test("slices of a cross read the day before of their own region, and a day all of its regions", async () => {
  const ledger = memoryLedger({ now: () => NOW });
  await ledger.submit(submissionOf(definitions, targets, asking, NOW));
  const ended = await workAll({ definitions, ledger, now: () => NOW });
  assertEquals(new Set(ended.map((o) => o.state)), new Set(["success"]));
  const value = async (asset: string, partition: string) =>
    (await ledger.visible([{ asset, partition }]))[0]?.value;
  assertEquals(await value("total", "2025-01-03|eu"), 1 + 2 + 3);
  assertEquals(await value("total", "2025-01-03|us"), 100 + 200 + 300);
  assertEquals(await value("trend", "2025-01-03|us"), [200, 300]);
  assertEquals(await value("trend", "2025-01-01|us"), [100]);
  assertEquals(await value("of_day", "2025-01-02"), { eu: 1 + 2, us: 100 + 200 });
  const [read] = await ledger.history("of_day", { limit: 1 });
  assertEquals(read!.inputs.length, 2);
});

Deno.test("after() of what is cut otherwise waits for all of it that is in the run", () => {
  const { steps } = submissionOf(definitions, targets, asking, NOW);
  const last = steps.find((s) => s.asset === "report")!;
  assertEquals(last.needs.map((n) => steps[n]!.asset), ["of_day", "of_day", "of_day"]);
});
