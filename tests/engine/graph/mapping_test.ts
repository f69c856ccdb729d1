import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  after,
  all,
  type Asset,
  asset,
  define,
  DefinitionError,
  type Dep,
  dimension,
  fingerprint,
  latest,
  lookback,
  mapped,
  mappingOf,
  mappingProblem,
  newest,
  offset,
  only,
  overlapping,
  type Partitions,
  partitions,
  previous,
  wanted,
} from "engine";

const NOW = new Date("2024-04-20T12:00:00Z");
const START = "2024-03-01";
const BERLIN = { timezone: "Europe/Berlin" } as const;
const daily = partitions.daily({ start: START });
const RULES: readonly Partitions[] = [
  partitions.none,
  daily,
  partitions.daily({ start: "2024-03-20", end: "2024-04-10" }),
  partitions.daily({ start: "2024-03-05", except: ["sunday", "2024-03-12"] }),
  partitions.daily({ start: START, ...BERLIN }),
  partitions.daily({ start: START, begins: "06:00" }),
  partitions.hourly({ start: "2024-03-29T00" }),
  partitions.hourly({ start: "2024-03-29T00", ...BERLIN }),
  partitions.hours({ start: "2024-03-20T06", every: 6 }),
  partitions.weekly({ start: "2024-02-26" }),
  partitions.weekly({ start: "2024-02-25", ...BERLIN }),
  partitions.monthly({ start: "2024-01" }),
  partitions.monthly({ start: "2024-01", timezone: "America/New_York" }),
  partitions.cron({ cron: "0 6,18 * * mon-fri", start: START }),
  partitions.of("eu", "us", "asia"),
  partitions.of("eu", "us"),
  partitions.cross({ day: daily, region: partitions.of("eu", "us") }),
  partitions.cross({ day: daily, week: partitions.weekly({ start: "2024-02-26" }) }),
  partitions.cross({
    day: partitions.daily({ start: "2024-03-20" }),
    plan: partitions.of("free", "paid"),
    region: partitions.of("eu", "us"),
  }),
  partitions.cross({
    day: partitions.monthly({ start: "2024-02" }),
    region: partitions.of("eu", "us"),
  }),
  partitions.cross({
    day: partitions.hours({ start: "2024-04-10T00", every: 12 }),
    region: partitions.of("eu", "us"),
  }),
];
const assetOf = (name: string, rule: Partitions): Asset =>
  asset({ name, partitions: rule, materialize: () => 1 });
const DEPS: readonly ((up: Asset) => Dep)[] = [
  (up) => up,
  all,
  latest,
  newest,
  after,
  overlapping,
  (up) => lookback(up, 3),
  (up) => offset(up, -2),
  (up) => offset(up, 1),
  (up) => dimension(up, "day"),
  (up) => lookback(up, 3, "day" as never),
  (up) => offset(up, -1, "week" as never),
  (up) => only(up as never, "2024-03-20" as never),
  (up) => only(up as never, "us" as never),
  (up) => mapped(up as never, { eu: ["us", "asia"], us: ["us"], asia: [] } as never),
];

const members = (ranges: readonly number[]) => {
  const found: number[] = [];
  for (let r = 0; r < ranges.length; r += 2) {
    for (let i = ranges[r]!; i < ranges[r + 1]!; i++) found.push(i);
  }
  return found;
};

/** Checks one pair; false if the definitions would be refused. */
function isInverse(dep: Dep, up: Partitions, down: Partitions): boolean {
  if (mappingProblem(dep, down) !== undefined) return false;
  const mapping = mappingOf(dep, down);
  const [ups, downs] = [up.count(NOW), down.count(NOW)];
  const forward = Array.from(
    { length: downs },
    (_, p) => new Set(members(mapping.up(p, NOW)).filter((q) => q < ups)),
  );
  for (let q = 0; q < ups; q++) {
    const readers = members(mapping.down(q, NOW)).filter((p) => p < downs);
    const expected = forward.flatMap((reads, p) => (reads.has(q) ? [p] : []));
    assertEquals(readers, expected, `${up.rule} [${q}] in ${down.rule}`);
  }
  return true;
}

for (const up of RULES) {
  Deno.test(`mappingOf() of ${up.rule}: down is the inverse of up for every rule and dep`, () => {
    const upstream = assetOf("up", up);
    let accepted = 0;
    for (const down of RULES) {
      for (const dep of DEPS) if (isInverse(dep(upstream), up, down)) accepted++;
    }
    assert(accepted >= 3 * RULES.length, `${accepted} pairs were looked at`);
  });
}

/** Keys that slice `key` of `down` reads. */
const reads = (dep: Dep, down: Partitions, key: string) =>
  wanted(dep, down, down.parse(key), NOW).keys;

const TABLE: readonly (readonly [
  what: string,
  dep: (up: Asset) => Dep,
  up: Partitions,
  down: Partitions,
  key: string,
  reads: readonly unknown[],
])[] = [
  ["the same day of a longer history", (u) => u, daily, RULES[2]!, "2024-03-21", ["2024-03-21"]],
  ["nothing of a day that is left out above", (u) => u, RULES[3]!, daily, "2024-03-12", []],
  ["the days of a month", (u) => u, daily, RULES[11]!, "2024-03", daily.keys(NOW).slice(0, 31)],
  ["the day around an hour", (u) => u, daily, RULES[6]!, "2024-03-31T05", ["2024-03-31"]],
  [
    "the 23 hours of a short day",
    (u) => u,
    RULES[7]!,
    RULES[4]!,
    "2024-03-31",
    [
      ...["00", "01", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14"],
      ...["15", "16", "17", "18", "19", "20", "21", "22", "23"],
    ].map((h) => `2024-03-31T${h}`),
  ],
  ["both days that a day of another zone touches", overlapping, daily, RULES[4]!, "2024-04-02", [
    "2024-04-01",
    "2024-04-02",
  ]],
  ["weeks that share a day with a month", (u) => u, RULES[9]!, RULES[11]!, "2024-03", [
    "2024-02-26",
    "2024-03-04",
    "2024-03-11",
    "2024-03-18",
    "2024-03-25",
  ]],
  ["three days back", (u) => lookback(u, 3), daily, daily, "2024-03-02", [
    "2024-03-01",
    "2024-03-02",
  ]],
  ["yesterday", (u) => offset(u, -1), daily, daily, "2024-03-05", ["2024-03-04"]],
  ["no yesterday of the first", (u) => offset(u, -1), daily, daily, "2024-03-01", []],
  [
    "Friday before Monday where weekends are left out",
    (u) => offset(u, -1),
    ...weekdays(),
    "2024-03-11",
    [
      "2024-03-08",
    ],
  ],
  ["tomorrow, which has not ended", (u) => offset(u, 1), daily, daily, "2024-04-19", [
    "2024-04-20",
  ]],
  [
    "the one that is named",
    (u) => only(u as never, "us" as never),
    RULES[14]!,
    daily,
    "2024-03-05",
    ["us"],
  ],
  ["those of the table", DEPS.at(-1)!, RULES[14]!, RULES[14]!, "eu", ["us", "asia"]],
  ["none of an empty entry", DEPS.at(-1)!, RULES[14]!, RULES[14]!, "asia", []],
  ["the day of a cross", (u) => u, daily, RULES[16]!, "2024-03-05|us", ["2024-03-05"]],
  [
    "the days of the week of two times",
    (u) => dimension(u, "week"),
    daily,
    RULES[17]!,
    ...[
      "2024-03-12|2024-03-11",
      daily.keys(NOW).slice(10, 17),
    ] as const,
  ],
  ["the day of two times", (u) => dimension(u, "day"), daily, RULES[17]!, "2024-03-05|2024-03-11", [
    "2024-03-05",
  ]],
  [
    "the days of the month of a cross",
    (u) => u,
    daily,
    RULES[19]!,
    "2024-02|us",
    [],
  ],
  ["the six-hour slices of the day of a cross", (u) => u, RULES[8]!, RULES[16]!, "2024-03-21|us", [
    "2024-03-21T00",
    "2024-03-21T06",
    "2024-03-21T12",
    "2024-03-21T18",
  ]],
  ["the week around the day of a cross", (u) => u, RULES[9]!, RULES[18]!, "2024-03-21|paid|us", [
    "2024-03-18",
  ]],
  ["the regions of a day", (u) => u, RULES[16]!, daily, "2024-03-05", [
    { day: "2024-03-05", region: "eu" },
    { day: "2024-03-05", region: "us" },
  ]],
  ["the regions of the days of a week", (u) => u, RULES[16]!, RULES[9]!, "2024-02-26", [
    { day: "2024-03-01", region: "eu" },
    { day: "2024-03-01", region: "us" },
    { day: "2024-03-02", region: "eu" },
    { day: "2024-03-02", region: "us" },
    { day: "2024-03-03", region: "eu" },
    { day: "2024-03-03", region: "us" },
  ]],
  ["the same of a smaller cross", (u) => u, RULES[16]!, RULES[18]!, "2024-03-21|paid|us", [
    { day: "2024-03-21", region: "us" },
  ]],
  ["all plans of a larger cross", (u) => u, RULES[18]!, RULES[16]!, "2024-03-21|us", [
    { day: "2024-03-21", plan: "free", region: "us" },
    { day: "2024-03-21", plan: "paid", region: "us" },
  ]],
  ["half days of a day and region", (u) => u, RULES[20]!, RULES[16]!, "2024-04-12|eu", [
    { day: "2024-04-12T00", region: "eu" },
    { day: "2024-04-12T12", region: "eu" },
  ]],
  [
    "all regions of the same day",
    (u) => dimension(u, "day"),
    RULES[16]!,
    RULES[16]!,
    "2024-03-05|us",
    [
      { day: "2024-03-05", region: "eu" },
      { day: "2024-03-05", region: "us" },
    ],
  ],
  [
    "two days back in the same region",
    (u) => lookback(u, 2),
    RULES[16]!,
    RULES[16]!,
    ...[
      "2024-03-05|us",
      [{ day: "2024-03-04", region: "us" }, { day: "2024-03-05", region: "us" }],
    ] as const,
  ],
  [
    "the week before in a cross of two times",
    (u) => offset(u, -1, "week" as never),
    RULES[17]!,
    RULES[17]!,
    "2024-03-05|2024-03-11",
    [{ day: "2024-03-05", week: "2024-03-04" }],
  ],
  ["all six-hour slices that a day runs after", after, RULES[8]!, daily, "2024-03-21", [
    "2024-03-21T00",
    "2024-03-21T06",
    "2024-03-21T12",
    "2024-03-21T18",
  ]],
  [
    "the day that had ended of one that an hour runs after",
    after,
    daily,
    RULES[6]!,
    ...[
      "2024-03-31T05",
      ["2024-03-30"],
    ] as const,
  ],
  ["all of a list that a day runs after", after, RULES[15]!, daily, "2024-03-21", ["eu", "us"]],
  ["the newest", latest, daily, RULES[14]!, "eu", ["2024-04-19"]],
];

function weekdays(): readonly [Partitions, Partitions] {
  const rule = partitions.daily({ start: START, except: ["saturday", "sunday"] });
  return [rule, rule];
}

for (const [what, dep, up, down, key, expected] of TABLE) {
  Deno.test(`wanted() gives ${what}`, () => {
    const of = dep(assetOf("up", up));
    assertEquals(mappingProblem(of, down), undefined);
    assertEquals(reads(of, down, key), expected);
  });
}

Deno.test("wanted() leaves out slices of a dynamic set that were removed", () => {
  const customers = partitions.dynamic("customers");
  const addedAt = new Date("2024-01-01T00:00:00Z");
  customers.load([
    { key: "acme", addedAt, removed: false },
    { key: "globex", addedAt, removed: true },
    { key: "initech", addedAt, removed: false },
  ]);
  const dep = all(assetOf("up", customers));
  assertEquals(wanted(dep, partitions.none, undefined, NOW).keys, ["acme", "initech"]);
});

const crossIn = (timezone: string) =>
  partitions.cross({ day: partitions.daily({ start: START, timezone }) });

Deno.test("mappingOf() newest() reads keys whenever they were added, both ways", () => {
  const customers = partitions.dynamic("customers");
  customers.load([{ key: "acme", addedAt: new Date("2024-03-20T00:00:00Z"), removed: false }]);
  const { up, down } = mappingOf(newest(assetOf("up", customers) as never), daily);
  const before = daily.indexOf("2024-03-05");
  assertEquals(up(before, NOW), [0, 1]);
  assertEquals(down(0, NOW), [0, daily.count(NOW)]);
});

const REFUSED: readonly (readonly [dep: Dep, down: Partitions, says: string])[] = [
  [assetOf("up", daily), RULES[4]!, "are not cut alike, wrap it in all()"],
  [assetOf("up", RULES[13]!), daily, "are not cut alike"],
  [assetOf("up", RULES[15]!), RULES[14]!, "are not cut alike"],
  [assetOf("up", daily), RULES[14]!, "are not cut alike"],
  [lookback(assetOf("up", RULES[6]!), 3), daily, "are not cut alike"],
  [offset(assetOf("up", RULES[6]!), -1), daily, "are not cut alike"],
  [overlapping(assetOf("up", RULES[14]!)), daily, "are not both cut by time"],
  [only(assetOf("up", daily) as never, "2024-02-01" as never), daily, "is before the first one"],
  [
    mapped(assetOf("up", RULES[14]!) as never, { eu: ["us"] } as never),
    RULES[15]!,
    'entry for "us"',
  ],
  [
    mapped(assetOf("up", RULES[14]!) as never, { eu: ["mars"], us: [] } as never),
    RULES[15]!,
    '"mars" is none of eu, us, asia',
  ],
  [dimension(assetOf("up", daily), "month"), RULES[17]!, 'it has "day", "week"'],
  [dimension(assetOf("up", RULES[13]!), "week"), RULES[17]!, "are not cut alike"],
  [
    assetOf("up", partitions.cross({ day: daily, region: partitions.of("us") })),
    RULES[16]!,
    'dimensions "region" of both, "one of us" and "one of eu, us" are not cut alike',
  ],
  [dimension(assetOf("up", daily), "day"), daily, "has no dimensions"],
  [assetOf("up", RULES[14]!), RULES[17]!, "no dimension of"],
  [assetOf("up", RULES[17]!), RULES[14]!, "no dimension of"],
  [assetOf("up", RULES[16]!), partitions.cross({ plan: partitions.of("free") }), "share no"],
  [assetOf("up", RULES[16]!), crossIn("Asia/Tokyo"), 'dimensions "day" of both'],
  [lookback(assetOf("up", RULES[17]!), 2), RULES[17]!, 'lookback(asset, 7, "day")'],
  [offset(assetOf("up", RULES[17]!), 1), RULES[17]!, 'offset(asset, -1, "day")'],
  [offset(assetOf("up", RULES[16]!), 1, "region" as never), RULES[16]!, "no slice before another"],
  [offset(assetOf("up", RULES[16]!), 1, "month" as never), RULES[16]!, 'it has "day", "region"'],
  [offset(assetOf("up", daily), 1, "day" as never), daily, "has no dimensions"],
  [lookback(assetOf("up", daily), 0), daily, "reads 0 slices, it is a whole number from 1 on"],
  [lookback(assetOf("up", daily), 1.5), daily, "reads 1.5 slices"],
  [lookback(assetOf("up", daily), NaN), daily, "reads NaN slices"],
  [offset(assetOf("up", daily), -0.5), daily, "is -0.5 slices away"],
  [newest(assetOf("up", RULES[14]!)), daily, "is not cut by time, newest()"],
  [
    assetOf("up", partitions.daily({ start: START })),
    partitions.cross({ a: daily, b: partitions.daily({ start: "2024-01-01" }) }),
    'dimensions "a", "b" all fit',
  ],
];
for (const [dep, down, says] of REFUSED) {
  Deno.test(`define() refuses what has no mapping: ${says}`, () => {
    const up = "mode" in dep ? dep.asset : dep;
    const reader = asset({
      name: "reader",
      partitions: down,
      deps: { up: dep as never },
      materialize: () => 1,
    });
    const error = assertThrows(() => define({ up, reader }), DefinitionError, says);
    assert(error.message.includes('Cannot read "up" in "reader"'), error.message);
  });
}

Deno.test("previous() reads the slice before of the same asset, and is no cycle", () => {
  const total = asset({
    name: "total",
    partitions: daily,
    deps: { before: previous<number>() },
    materialize: ({ before }) => (before ?? 0) + 1,
  });
  assertEquals(define({ total }).assets, [total]);
  assertEquals(reads(total.deps["before"]!, daily, "2024-03-05"), ["2024-03-04"]);
  assertEquals(reads(total.deps["before"]!, daily, "2024-03-01"), []);
  assertEquals(mappingOf(total.deps["before"]!, daily).down(0, NOW), [1, 2]);
});

Deno.test("previous() is refused where no slice is before another", () => {
  const counted = asset({
    name: "counted",
    partitions: partitions.of("eu", "us"),
    deps: { before: previous<number>() },
    materialize: () => 1,
  });
  assertThrows(() => define({ counted }), DefinitionError, "has no slice before another");
});

Deno.test("previous() of a cross reads the slice before in its time, of two times the one named", () => {
  const of = (rule: Partitions, along?: string) => {
    const total = asset({
      name: "total",
      partitions: rule,
      deps: { before: previous<number>(along) },
      materialize: () => 1,
    });
    return define({ total }).asset("total").deps["before"]!;
  };
  assertEquals(reads(of(RULES[16]!), RULES[16]!, "2024-03-05|us"), [
    { day: "2024-03-04", region: "us" },
  ]);
  assertEquals(reads(of(RULES[16]!), RULES[16]!, "2024-03-01|us"), []);
  assertEquals(reads(of(RULES[17]!, "week"), RULES[17]!, "2024-03-05|2024-03-11"), [
    { day: "2024-03-05", week: "2024-03-04" },
  ]);
  assertThrows(() => of(RULES[17]!), DefinitionError, 'choose one with previous("day")');
});

Deno.test("what a dep counts along is part of the fingerprint, and no word of it changes none", () => {
  const up = asset({ name: "up", partitions: RULES[17]!, materialize: () => 1 });
  const configs = ["day", "week"].map((along) => {
    const deps = { up: offset(up, -1, along as never) };
    return fingerprint(asset({ name: "x", partitions: RULES[17]!, deps, materialize: () => 1 }));
  }).map((f) => f.config);
  assert(configs[0] !== configs[1]);
});

Deno.test("a lookback of a very large number asks for no more readers than there are", () => {
  const up = asset({ name: "up", partitions: daily, materialize: () => 1 });
  const mapping = mappingOf(lookback(up, 1_000_000_000), daily);
  assertEquals(mapping.down(0, NOW), [0, daily.count(NOW)]);
  assertEquals(mapping.up(9, NOW), [0, 10]);
});
