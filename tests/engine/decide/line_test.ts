import { assertEquals } from "@std/assert";
import { isRenewed, lineOf, linesOf, type Partitions, partitions } from "engine";

const day = partitions.daily({ start: "2025-01-20" });
const hour = partitions.hourly({ start: "2025-01-20T00" });
const region = partitions.of("eu", "us");
const shop = partitions.of("a", "b");
const now = new Date("2025-01-28T12:30:00Z");

/** `name: newest` of each line. */
const told = (rule: Partitions, at = now) =>
  linesOf(rule, now).map((l) => `${l.name}: ${l.newest(at)}`);

Deno.test("linesOf() of what is one piece, or cut by time alone, is one line", () => {
  assertEquals(told(partitions.none), [": "]);
  assertEquals(told(day), [": 2025-01-27"]);
  assertEquals(told(day, new Date("2025-01-20T12:00:00Z")), [": undefined"]);
});

Deno.test("linesOf() of a list is a line for each member", () => {
  assertEquals(told(region), ["eu: eu", "us: us"]);
  assertEquals(told(partitions.cross({ region, shop })), [
    "eu|a: eu|a",
    "eu|b: eu|b",
    "us|a: us|a",
    "us|b: us|b",
  ]);
});

Deno.test("linesOf() of time crossed with lists is a line for each combination of members", () => {
  assertEquals(told(partitions.cross({ day, region })), [
    "eu: 2025-01-27|eu",
    "us: 2025-01-27|us",
  ]);
  assertEquals(told(partitions.cross({ day, region }), new Date("2025-01-20T12:00:00Z")), [
    "eu: undefined",
    "us: undefined",
  ]);
  assertEquals(told(partitions.cross({ day, hour })), [": 2025-01-27|2025-01-28T11"]);
});

Deno.test("lineOf() is the name of the line in which linesOf() has the slice", () => {
  const rules = [day, region, partitions.cross({ day, region }), partitions.cross({ day, hour })];
  for (const rule of [...rules, partitions.cross({ shop, day, region })] as Partitions[]) {
    for (const line of linesOf(rule, now)) {
      assertEquals(lineOf(rule, line.newest(now)!), line.name, rule.rule);
    }
  }
});

Deno.test("isRenewed() is what has no time in it", () => {
  const rules = [partitions.none, region, partitions.cross({ region, shop })];
  assertEquals(rules.map((r) => isRenewed(r as Partitions)), [true, true, true]);
  const timed = [day, partitions.cross({ day, region })];
  assertEquals(timed.map((r) => isRenewed(r as Partitions)), [false, false]);
});
