import { assertEquals, assertThrows } from "@std/assert";
import { asset, define, judge, keyText, type Partitions, partitions } from "engine";
import { namedKeys } from "../../../engine/decide/named_keys.ts";
import { targets } from "../../../engine/decide/targets.ts";

const now = new Date("2025-02-05T12:00:00Z");
const daily = partitions.daily({ start: "2025-01-01" });
const weekly = partitions.weekly({ start: "2024-12-30" });
const working = partitions.daily({
  start: "2025-01-01",
  end: "2025-02-01",
  except: ["saturday", "sunday"],
});
const region = partitions.of("eu", "us", "asia");
const cells = partitions.cross({ day: daily, region });
const twoTimes = partitions.cross({ day: daily, week: weekly });

const read = (rule: Partitions, text: string) => {
  const keys = namedKeys({ name: "x", rule }, text, now).map(keyText);
  return keys.length > 4 ? [keys[0], `${keys.length - 2} more`, keys.at(-1)] : keys;
};

const TABLE: readonly (readonly [Partitions, text: string, keys: readonly unknown[]])[] = [
  [daily, "2025-01-20", ["2025-01-20"]],
  [daily, "2025-01-20..2025-01-21", ["2025-01-20", "2025-01-21"]],
  [daily, "2025-01", ["2025-01-01", "29 more", "2025-01-31"]],
  [partitions.daily({ start: "2023-01-01" }), "2023..2024", [
    "2023-01-01",
    "729 more",
    "2024-12-31",
  ]],
  [daily, "*", ["2025-01-01", "33 more", "2025-02-04"]],
  [region, "us..asia", ["us", "asia"]],
  [region, "*", ["eu", "us", "asia"]],
  // Ends that are left out, or lie inside a slice.
  [working, "2025-01-04..2025-01-07", ["2025-01-06", "2025-01-07"]],
  [working, "2025-01-03..2025-01-05", ["2025-01-03"]],
  [weekly, "2025-01-01..2025-01-14", ["2025-01-06", "2025-01-13"]],
  // Crosses.
  [cells, "2025-01-20|us", ["2025-01-20|us"]],
  [cells, "2025-01-20..2025-01-21|us", ["2025-01-20|us", "2025-01-21|us"]],
  [cells, "2025-01-20|us..asia", ["2025-01-20|us", "2025-01-20|asia"]],
  [cells, "2025-01-20|us..2025-01-21|asia", [
    "2025-01-20|us",
    "2025-01-20|asia",
    "2025-01-21|us",
    "2025-01-21|asia",
  ]],
  [cells, "2025-01-20|us..2025-01-21|us", ["2025-01-20|us", "2025-01-21|us"]],
  [cells, "2025-01-20", ["2025-01-20|eu", "2025-01-20|us", "2025-01-20|asia"]],
  [cells, "2025-01|eu", ["2025-01-01|eu", "29 more", "2025-01-31|eu"]],
  [cells, "2025-01-20|*", ["2025-01-20|eu", "2025-01-20|us", "2025-01-20|asia"]],
  [twoTimes, "2025-01-20..2025-01-21|2025-01-13", [
    "2025-01-20|2025-01-13",
    "2025-01-21|2025-01-13",
  ]],
];

for (const [rule, text, keys] of TABLE) {
  Deno.test(`namedKeys() reads ${text} of ${rule.rule}`, () =>
    assertEquals(read(rule, text), keys));
}

const REFUSED: readonly (readonly [Partitions, text: string, says: string])[] = [
  [weekly, "2025-01-01", 'lies inside "2024-12-30"'],
  [weekly, "2025-01-07..2025-01-08", "no slice of"],
  [weekly, "2024-12-01..2025-01-08", "is before the first one"],
  [working, "2025-01-04", "is left out by"],
  [working, "2025-01-20..2025-02-03", 'after the last one, "2025-01-31"'],
  [working, "2025-01-11..2025-01-05", "runs backwards"],
  [region, "*eu", "is none of eu, us, asia"],
  [cells, "2025-01-20|mars", "is none of eu, us, asia"],
  [cells, "2025-01-20..2025-01-21|eu|x", 'needs 2 parts, "day|region", each a key, a range or "*"'],
  [cells, "2025-01-21..2025-01-20|eu", "runs backwards"],
  [cells, "2025-03-01|eu", 'has not ended, the newest that has is "2025-02-04"'],
  [twoTimes, "2025-01-20", 'needs 2 parts, "day|week"'],
  [partitions.none, "*", "is one piece"],
];

for (const [rule, text, says] of REFUSED) {
  Deno.test(`namedKeys() refuses ${text} of ${rule.rule}`, () => {
    assertThrows(() => read(rule, text), RangeError, says);
  });
}

Deno.test("targets() of a time mean all of what is not cut by time, and the newest time of a key", () => {
  const definitions = define({
    day: asset({ name: "day", partitions: daily, materialize: () => 1 }),
    place: asset({ name: "place", partitions: region, materialize: () => 1 }),
    cell: asset({ name: "cell", partitions: cells, materialize: () => 1 }),
  });
  const named = (text: string) => {
    const judgement = judge({ definitions, slices: [], now });
    return targets(definitions, judgement, { selection: "*", partitions: [text] })
      .map((t) => `${t.asset.name} ${t.partition}`);
  };
  assertEquals(named("2025-01-20"), [
    "day 2025-01-20",
    "place eu",
    "place us",
    "place asia",
    "cell 2025-01-20|eu",
    "cell 2025-01-20|us",
    "cell 2025-01-20|asia",
  ]);
  assertEquals(named("us"), ["day 2025-02-04", "place us", "cell 2025-02-04|us"]);
});
