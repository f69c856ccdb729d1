import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type DayKey,
  type HourKey,
  keyText,
  type PartitionKey,
  type Partitions,
  partitions,
} from "engine";
import table from "./dst_days.json" with { type: "json" };

const iso = (d: Date | number) => new Date(d).toISOString().replace(".000Z", "Z");

for (const [timezone, changes] of Object.entries(table)) {
  for (const { change, days, hours } of changes) {
    Deno.test(`partitions of ${timezone} around ${change} are those of zoneinfo`, () => {
      const past = new Date(new Date(change).getTime() + 100 * 3_600_000);
      const daily = partitions.daily({ start: days[0]![0] as DayKey, timezone });
      const found = daily.keys(past).map((k) => [k, iso(daily.span(k)![0])]);
      assertEquals(found.slice(0, days.length), days as [DayKey, string][]);
      const first = hours[0]![0] as HourKey;
      const hourly = partitions.hourly({ start: first, timezone });
      const starts = hourly.keys(past).map((k) => [k.slice(0, 13), iso(hourly.span(k)![0])]);
      assertEquals(starts.slice(0, hours.length), hours);
      assertEquals(new Set(hourly.keys(past)).size, hourly.count(past), "each key names one hour");
    });
  }
}

Deno.test("hourly() says which of two hours, and cuts an hour where half an hour is skipped", () => {
  const around = (timezone: string, start: HourKey, count: number) => {
    const rule = partitions.hourly({ start, timezone });
    return Array.from({ length: count }, (_, i) => {
      const key = rule.keyAt(i);
      const [from, to] = rule.span(key)!;
      return `${key} ${(to.getTime() - from.getTime()) / 60_000}`;
    });
  };
  assertEquals(around("Europe/Berlin", "2024-10-27T01", 4), [
    "2024-10-27T01 60",
    "2024-10-27T02+02:00 60",
    "2024-10-27T02+01:00 60",
    "2024-10-27T03 60",
  ]);
  assertEquals(around("Europe/Berlin", "2024-03-31T01", 2), [
    "2024-03-31T01 60",
    "2024-03-31T03 60",
  ]);
  assertEquals(around("Australia/Lord_Howe", "2024-04-07T00", 4), [
    "2024-04-07T00 60",
    "2024-04-07T01+11:00 60",
    "2024-04-07T01+10:30 30",
    "2024-04-07T02 60",
  ]);
  assertEquals(around("Australia/Lord_Howe", "2024-10-06T01", 3), [
    "2024-10-06T01 60",
    "2024-10-06T02 30",
    "2024-10-06T03 60",
  ]);
});

Deno.test("daily() by the clocks of a place has days of 23 and 25 hours", () => {
  const daily = partitions.daily({ start: "2024-01-01", timezone: "Europe/Berlin" });
  const length = (key: DayKey) => {
    const [from, to] = daily.span(key)!;
    return (to.getTime() - from.getTime()) / 3_600_000;
  };
  assertEquals(
    [length("2024-03-30"), length("2024-03-31"), length("2024-10-27"), length("2024-10-28")],
    [24, 23, 25, 24],
  );
});

Deno.test("daily() leaves out a day that a place skipped", () => {
  const samoa = partitions.daily({ start: "2011-12-29", timezone: "Pacific/Apia" });
  assertEquals(samoa.keys(new Date("2012-01-01T12:00:00Z")), [
    "2011-12-29",
    "2011-12-31",
    "2012-01-01",
  ]);
  assertThrows(() => samoa.parse("2011-12-30"), RangeError);
});

Deno.test("daily() may begin at six, also where the clocks skip that time", () => {
  const six = partitions.daily({ start: "2024-03-30", begins: "06:00", timezone: "Europe/Berlin" });
  assertEquals(six.span("2024-03-30")!.map(iso), ["2024-03-30T05:00:00Z", "2024-03-31T04:00:00Z"]);
  assertEquals(six.newest(new Date("2024-03-31T03:59:59Z")), undefined);
  assertEquals(six.newest(new Date("2024-03-31T04:00:00Z")), "2024-03-30");
  const skipped = partitions.daily({
    start: "2024-03-30",
    begins: "02:30",
    timezone: "Europe/Berlin",
  });
  assertEquals(iso(skipped.span("2024-03-31")![0]), "2024-03-31T01:00:00Z");
});

Deno.test("rules of time end and leave out weekdays and dates", () => {
  const working = partitions.daily({
    start: "2024-12-20",
    end: "2025-01-01",
    except: ["saturday", "sunday", "2024-12-25", "2024-12-26"],
  });
  const keys = ["2024-12-20", "2024-12-23", "2024-12-24", "2024-12-27", "2024-12-30", "2024-12-31"];
  const later = new Date("2030-01-01T00:00:00Z");
  assertEquals(working.keys(later) as string[], keys);
  assertEquals(working.indexOf("2024-12-27"), 3);
  assertEquals(working.indexOf("2024-12-25"), -1);
  assertEquals(working.newest(later), "2024-12-31");
  assertThrows(() => working.keyAt(6), RangeError, "Cannot name slice 6");
  assertThrows(() => working.parse("2024-12-25"), RangeError, "is left out by");
  assertThrows(() => working.parse("2025-01-02"), RangeError, 'after the last one, "2024-12-31"');
});

Deno.test("weekly() begins on the weekday of its start, monthly() on a day of the month", () => {
  const weekly = partitions.weekly({ start: "2024-01-03" });
  assertEquals(weekly.keys(new Date("2024-01-17T00:00:00Z")), ["2024-01-03", "2024-01-10"]);
  assertThrows(() => weekly.parse("2024-01-05"), RangeError, 'lies inside "2024-01-03"');
  assert(weekly.cut !== partitions.weekly({ start: "2024-01-01" }).cut);
  const monthly = partitions.monthly({ start: "2023-12", day: 15 });
  assertEquals(monthly.span("2024-02")!.map(iso), ["2024-02-15T00:00:00Z", "2024-03-15T00:00:00Z"]);
  assertEquals(monthly.indexOf("2024-02"), 2);
});

Deno.test("cron() lasts from each instant to the next, and tells the two of an hour apart", () => {
  const shifts = partitions.cron({ cron: "0 6,18 * * mon-fri", start: "2024-03-29" });
  assertEquals(shifts.keys(new Date("2024-04-02T00:00:00Z")), [
    "2024-03-29T06:00",
    "2024-03-29T18:00",
    "2024-04-01T06:00",
  ]);
  assertEquals(shifts.span("2024-03-29T18:00")!.map(iso), [
    "2024-03-29T18:00:00Z",
    "2024-04-01T06:00:00Z",
  ]);
  const half = partitions.cron({
    cron: "30 * * * *",
    start: "2024-10-27",
    timezone: "Europe/Berlin",
  });
  const night = half.keys(new Date("2024-10-27T03:00:00Z"));
  assertEquals(night.slice(2), ["2024-10-27T02:30+02:00", "2024-10-27T02:30+01:00"]);
  assertEquals(night.map((k) => half.indexOf(k)), [0, 1, 2, 3]);
  const once = partitions.cron({
    cron: "30 2 * * *",
    start: "2024-10-27",
    timezone: "Europe/Berlin",
  });
  assertEquals(once.keyAt(0), "2024-10-27T02:30");
  const midnight = partitions.cron({ cron: "0 0 * * *", start: "2024-01-01", end: "2024-01-03" });
  assertEquals(midnight.keys(new Date("2025-01-01T00:00:00Z")), [
    "2024-01-01T00:00",
    "2024-01-02T00:00",
  ]);
});

Deno.test("cron() leaves out windows that start on weekdays and dates, by the clocks of its place", () => {
  const shifts = partitions.cron({
    cron: "0 0,12 * * *",
    start: "2024-12-20",
    timezone: "Asia/Tokyo",
    except: ["saturday", "2024-12-23"],
  });
  assertEquals(shifts.keys(new Date("2024-12-24T00:00:00Z")), [
    "2024-12-20T00:00",
    "2024-12-20T12:00",
    "2024-12-22T00:00",
    "2024-12-22T12:00",
  ]);
  // A window ends when the next instant comes, whether that one is left out or not.
  assertEquals(shifts.span("2024-12-20T12:00")!.map(iso), [
    "2024-12-20T03:00:00Z",
    "2024-12-20T15:00:00Z",
  ]);
  assertEquals(shifts.rule.endsWith("in Asia/Tokyo except saturday, 2024-12-23"), true);
  assertThrows(() => shifts.parse("2024-12-21T00:00"), RangeError, "is left out by");
});

const REFUSED: readonly (readonly [what: string, make: () => unknown, says: string])[] = [
  ["a start that is none", () => partitions.daily({ start: "2024-13-01" }), 'like "2024-03-31"'],
  ["a start inside", () => partitions.hours({ start: "2024-01-01T05", every: 6 }), "lies inside"],
  ["seven hours", () => partitions.hours({ start: "2024-01-01T00", every: 7 }), "2, 3, 4, 6, 8"],
  [
    "a zone that is none",
    () => partitions.daily({ start: "2024-01-01", timezone: "Berlin" }),
    '"Europe/Berlin"',
  ],
  [
    "an exclusion that is none",
    () => partitions.daily({ start: "2024-01-01", except: ["2024-2-1"] }),
    '"saturday"',
  ],
  ["day 31", () => partitions.monthly({ start: "2024-01", day: 31 }), "1 to 28 do"],
  ["25 o'clock", () => partitions.daily({ start: "2024-01-01", begins: "25:00" }), '"06:00"'],
  [
    "six fields",
    () => partitions.cron({ cron: "* * * * * *", start: "2024-01-01" }),
    "five fields",
  ],
  [
    "a cron that is none",
    () => partitions.cron({ cron: "a b c d e", start: "2024-01-01" }),
    "cron",
  ],
  [
    "an end before the start",
    () => partitions.daily({ start: "2025-01-05", end: "2025-01-05" }),
    ...[
      '"daily from 2025-01-05 to 2025-01-05" has no slice',
    ] as const,
  ],
  [
    "an end before the start in a zone",
    () =>
      partitions.hourly({ start: "2025-01-05T00", end: "2025-01-01T00", timezone: "Asia/Tokyo" }),
    "has no slice",
  ],
  [
    "that every day is left out",
    () => partitions.weekly({ start: "2025-01-06", except: ["monday"], timezone: "Europe/Berlin" }),
    "leaves all of them out",
  ],
  [
    "a cron that never comes",
    () => partitions.cron({ cron: "0 0 31 2 *", start: "2024-01-01" }),
    ...[
      "has no slice",
    ] as const,
  ],
  [
    "an exclusion of a cron that is none",
    () => partitions.cron({ cron: "0 6 * * *", start: "2024-01-01", except: ["sun" as "sunday"] }),
    '"saturday"',
  ],
  ["an empty list", () => partitions.of(), "it is empty"],
  ["a key that is a range", () => partitions.of("a..b"), 'without "|", ".."'],
  ["a key that is all", () => partitions.of("*"), 'and not "*"'],
  [
    "a dimension that is one piece",
    () => partitions.cross({ a: partitions.none as never }),
    ...[
      'dimension "a" is "one piece"',
    ] as const,
  ],
  [
    "a cross of a cross",
    () => partitions.cross({ a: partitions.cross({ b: partitions.of("x") }) as never }),
    "has to be cut by time, by a list",
  ],
  [
    "a dimension without a name",
    () => partitions.cross({ "": partitions.of("x") }),
    ...[
      'one is like "day"',
    ] as const,
  ],
  ["a key twice", () => partitions.of("a", "b", "a"), '"a" is given twice'],
  ["no dimension", () => partitions.cross({}), "no dimension is given"],
];
for (const [what, make, says] of REFUSED) {
  Deno.test(`partitions refuse ${what}`, () => {
    assertThrows(make, Error, says);
  });
}

const BERLIN = { timezone: "Europe/Berlin" } as const;
const RULES: readonly Partitions[] = [
  partitions.none,
  partitions.of("eu", "us"),
  partitions.hourly({ start: "2024-01-01T05" }),
  partitions.hourly({ start: "2024-01-01T05", ...BERLIN }),
  partitions.hourly({
    start: "2024-01-01T05",
    timezone: "Australia/Lord_Howe",
    except: ["sunday"],
  }),
  partitions.hours({ start: "2024-01-01T06", every: 6 }),
  partitions.hours({ start: "2024-01-01T06", every: 6, timezone: "America/New_York" }),
  partitions.daily({ start: "2024-01-01", begins: "06:00" }),
  partitions.daily({ start: "2024-01-01", ...BERLIN, begins: "02:30", except: ["sunday"] }),
  partitions.daily({ start: "2024-01-01", end: "2024-05-01" }),
  partitions.weekly({ start: "2024-01-03", ...BERLIN }),
  partitions.monthly({ start: "2023-01", day: 15, begins: "06:00", ...BERLIN }),
  partitions.cron({ cron: "15 */5 * * *", start: "2024-01-01", ...BERLIN }),
  partitions.cron({ cron: "15 */5 * * *", start: "2024-01-01", ...BERLIN, except: ["sunday"] }),
  partitions.cross({
    region: partitions.of("eu", "us", "asia"),
    day: partitions.daily({ start: "2024-10-20" }),
  }),
  partitions.cross({
    signup: partitions.daily({ start: "2024-10-15" }),
    week: partitions.weekly({ start: "2024-09-30", ...BERLIN }),
    plan: partitions.of("free", "paid"),
  }),
  partitions.cross({ a: partitions.of("x", "y"), b: partitions.of("1", "2", "3") }),
];
const NOW = new Date("2024-11-20T12:00:00Z");
const textOf = (key: PartitionKey) => JSON.stringify(key);

for (const rule of RULES) {
  Deno.test(`ordinals of ${rule.rule} name each slice once, oldest first, for good`, () => {
    const count = rule.count(NOW);
    const keys = rule.keys(NOW);
    assertEquals(keys.length, count);
    assert(count > 0);
    assertEquals(new Set(keys.map(textOf)).size, count);
    keys.forEach((key, i) => {
      assertEquals(rule.keyAt(i), key);
      assertEquals(rule.indexOf(key), i);
      assert(rule.born(i) <= NOW.getTime());
      if (i > 0) assert(rule.born(i - 1) <= rule.born(i), "in the order in which they come");
    });
    assertEquals(rule.newest(NOW), keys.at(-1));
    // As time passes slices are added at the end and none moves.
    for (const before of ["2024-10-21T00:00:00Z", "2024-10-27T01:30:00Z", "2024-11-03T05:00:00Z"]) {
      const earlier = rule.keys(new Date(before));
      assertEquals(earlier, keys.slice(0, earlier.length));
    }
  });
}

for (const rule of RULES.filter((r) => r.timezone !== undefined)) {
  Deno.test(`windows of ${rule.rule} follow each other and hold their instants`, () => {
    for (let i = 0; i < rule.count(NOW); i++) {
      const [start, end] = rule.span(rule.keyAt(i))!.map((d) => d.getTime()) as [number, number];
      assert(start < end);
      assertEquals([rule.start(i), rule.born(i)], [start, end]);
      assertEquals([rule.at(start), rule.at(end - 1)], [i, i]);
      assertEquals(rule.at(start - 1), i - 1);
      assertEquals([rule.count(new Date(end - 1)), rule.count(new Date(end))], [i, i + 1]);
    }
  });
}

Deno.test("parse() is the inverse of a key as text for every rule", () => {
  for (const rule of RULES) {
    for (const key of rule.keys(NOW)) assertEquals(rule.parse(keyText(key)), key);
  }
});
