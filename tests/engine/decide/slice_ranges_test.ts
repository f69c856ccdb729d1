import { assertEquals } from "@std/assert";
import { keysIn, keyText, type Partitions, partitions, rangesOf } from "engine";

Deno.test("rangesOf() joins spans that follow each other, whatever their order and length", () => {
  const months = partitions.monthly({ start: "2024-01" });
  const keys = ["2024-11", "2024-02", "2024-12", "2025-01", "2024-02"] as const;
  assertEquals(rangesOf(months, keys), "2024-02,2024-11..2025-01");
  assertEquals(keysIn(months, "2024-02,2024-11..2025-01"), [
    "2024-02",
    "2024-11",
    "2024-12",
    "2025-01",
  ]);
});

Deno.test("rangesOf() lists keys that are no spans of time, whatever they look like", () => {
  const odd = partitions.of("a,b", "50%", "x.y", "plain");
  const text = rangesOf(odd, ["a,b", "50%", "x.y"]);
  assertEquals(keysIn(odd, text), ["a,b", "50%", "x.y"]);
});

Deno.test("keysIn() leaves out what the rule does not have any more", () => {
  assertEquals(keysIn(partitions.of("eu"), "eu,us"), ["eu"]);
  assertEquals(keysIn(partitions.none, ""), [undefined]);
});

Deno.test("a range of 100,000 hours is one short text", () => {
  const hours = partitions.hourly({ start: "2014-01-01T00" });
  const keys = hours.keys(new Date(Date.parse("2014-01-01T00:00:00Z") + 100_000 * 3_600_000));
  const text = rangesOf(hours, keys);
  assertEquals(text, "2014-01-01T00..2025-05-29T15");
  assertEquals(keysIn(hours, text), keys);
});

Deno.test("rangesOf() a cross is ranges of its time for each of the others, read back as it was", () => {
  const region = partitions.of("a,b", "us");
  const day = partitions.daily({ start: "2025-01-01" });
  const cells = partitions.cross({ day, region });
  const now = new Date("2026-01-01T00:00:00Z");
  assertEquals(
    rangesOf(cells, cells.keys(now)),
    "2025-01-01..2025-12-31|a%2Cb,2025-01-01..2025-12-31|us",
  );
  const week = partitions.weekly({ start: "2025-01-06" });
  const rules: readonly Partitions[] = [
    cells,
    partitions.cross({ day, week, region }),
    partitions.cross({ region }),
  ];
  for (const rule of rules) {
    const some = rule.keys(now).slice(0, 2_000).filter((_, i) => i % 3 === 0 || i % 7 < 4);
    assertEquals(keysIn(rule, rangesOf(rule, some)), some, rule.rule);
    assertEquals(keysIn(rule, some.map((k) => encoded(keyText(k))).join(",")), some, "each alone");
  }
  assertEquals(keysIn(cells, "2025-01-01|mars,2025-01-01|us,2025-01-02"), [
    { day: "2025-01-01", region: "us" },
  ]);
});

const encoded = (text: string) => text.replaceAll(",", "%2C");
