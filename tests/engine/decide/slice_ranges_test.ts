import { assertEquals } from "@std/assert";
import { keysIn, partitions, rangesOf } from "engine";

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
  const odd = partitions.of("a,b", "50%", "x..y", "plain");
  const text = rangesOf(odd, ["a,b", "50%", "x..y"]);
  assertEquals(keysIn(odd, text), ["a,b", "50%", "x..y"]);
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
