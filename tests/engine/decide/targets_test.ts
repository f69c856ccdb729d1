import { assertEquals, assertThrows } from "@std/assert";
import { asset, define, newest, partitions, UnknownName } from "engine";
import { judge } from "../../../engine/decide/judge.ts";
import { targets, type Wish } from "../../../engine/decide/targets.ts";
import { builtNewest, graph, now, Remembered } from "./fixtures.ts";

function chosen(wish: Wish, remembered?: Remembered, g = graph()): string[] {
  const slices = (remembered ?? new Remembered()).slices;
  const judgement = judge({ definitions: g.definitions, slices, now });
  return targets(g.definitions, judgement, wish).map((t) =>
    t.partition ? `${t.asset.name} ${t.partition}` : t.asset.name
  );
}

const table: readonly (readonly [string, Wish, readonly string[]])[] = [
  ["the newest slice by default", { assets: ["models/mood"] }, ["models/mood 2025-01-03"]],
  ["a selection upstream first", { selection: "+online/mood" }, [
    "source/users",
    "features/activity 2025-01-03",
    "models/mood 2025-01-03",
    "online/mood 2025-01-04T06",
  ]],
  ["a key", { selection: "models/mood", partitions: ["2025-01-01"] }, ["models/mood 2025-01-01"]],
  ["a range", { selection: "models/mood", partitions: ["2025-01-01..2025-01-02"] }, [
    "models/mood 2025-01-01",
    "models/mood 2025-01-02",
  ]],
  ["a coarser key as the slices inside it", {
    selection: "online/mood",
    partitions: ["2025-01-02"],
  }, [
    "online/mood 2025-01-02T00",
    "online/mood 2025-01-02T06",
    "online/mood 2025-01-02T12",
    "online/mood 2025-01-02T18",
  ]],
  ["a finer key as the newest slice by its end, for companions", {
    selection: "+online/mood",
    partitions: ["2025-01-03T06"],
  }, [
    "source/users",
    "features/activity 2025-01-02",
    "models/mood 2025-01-02",
    "online/mood 2025-01-03T06",
  ]],
  ["a status", { selection: "status:missing -group:online" }, [
    "source/users",
    "features/activity 2025-01-03",
    "models/mood 2025-01-03",
  ]],
  ["nothing where no asset has the status", { selection: "status:failed" }, []],
];

for (const [name, wish, expected] of table) {
  Deno.test(`targets() understands ${name}`, () => assertEquals(chosen(wish), expected));
}

Deno.test("targets() of what is stale are exactly stale, failed, behind and missing newest", () => {
  const g = graph();
  assertEquals(chosen({ stale: true }, builtNewest(g), g), []);
  assertEquals(chosen({ stale: true }, builtNewest(g).build(g.source, "", "s2"), g), [
    "features/activity 2025-01-03",
    "models/mood 2025-01-03",
    "online/mood 2025-01-04T06",
  ]);
  const failed = builtNewest(g).fail(g.features, "2025-01-01", "no");
  assertEquals(chosen({ stale: true }, failed, g), ["features/activity 2025-01-01"]);
  const twoDays = builtNewest(g).build(g.source, "", "s2");
  assertEquals(chosen({ stale: true, assets: ["models/mood"] }, twoDays, g), [
    "models/mood 2025-01-03",
  ]);
  const running = builtNewest(g).build(g.source, "", "s2")
    .put(g.features, "2025-01-03", { inFlight: { run: "9", state: "running" } });
  assertEquals(chosen({ stale: true }, running, g), [
    "models/mood 2025-01-03",
    "online/mood 2025-01-04T06",
  ]);
});

Deno.test("targets() of a selection include the older slice that one of its members must read", () => {
  const sixHourly = partitions.hours({ start: "2025-01-01T00", every: 6 });
  const daily = partitions.daily({ start: "2025-01-01" });
  const fine = asset({ name: "fine", partitions: sixHourly, materialize: () => 1 });
  const day = asset({
    name: "day",
    partitions: daily,
    deps: { fine: newest(fine) },
    materialize: ({ fine }) => fine,
  });
  const definitions = define({ fine, day });
  const judgement = judge({ definitions, slices: [], now });
  const named = (selection: string) =>
    targets(definitions, judgement, { selection }).map((t) => `${t.asset.name} ${t.partition}`);
  assertEquals(named("+day"), ["fine 2025-01-04T06", "fine 2025-01-03T18", "day 2025-01-03"]);
  assertEquals(named("day"), ["day 2025-01-03"], "but nothing that was not named");
});

Deno.test("targets() tell why", () => {
  const g = graph();
  const slices = builtNewest(g).build(g.source, "", "s2").slices;
  const judgement = judge({ definitions: g.definitions, slices, now });
  assertEquals(targets(g.definitions, judgement, { stale: true }).map((t) => t.reason), [
    '"source/users" changed at 06:02',
    '"features/activity" [2025-01-03] is stale',
    '"models/mood" [2025-01-03] is behind',
  ]);
});

const refused: readonly (readonly [Wish, new (...args: never) => Error, string])[] = [
  [{ assets: ["models/mod"] }, UnknownName, 'did you mean "models/mood"?'],
  [{ selection: "modls/mood" }, UnknownName, 'did you mean "models/mood"?'],
  [{ selection: "status:stael" }, SyntaxError, 'did you mean "stale"?'],
  [{}, RangeError, "neither a selection nor names"],
  [
    { selection: "models/mood", partitions: ["yesterday"] },
    RangeError,
    '"yesterday" is not like "2024-03-31"',
  ],
  [
    { selection: "models/mood", partitions: ["2025-01-02T06"] },
    RangeError,
    '"2025-01-02T06" is not like',
  ],
  [
    { selection: "models/mood", partitions: ["2024-12-31"] },
    RangeError,
    'before the first one, "2025-01-01"',
  ],
  [
    { selection: "models/mood", partitions: ["2025-01-04"] },
    RangeError,
    'has not ended, the newest that has is "2025-01-03"',
  ],
  [
    { selection: "models/mood", partitions: ["2025-01-03..2025-01-01"] },
    RangeError,
    'did you mean "2025-01-01..2025-01-03"?',
  ],
  [
    { selection: "online/mood", partitions: ["2025-01-03..2025-01-01"] },
    RangeError,
    "runs backwards",
  ],
  [{ selection: "models/mood", partitions: ["2025-01-01.."] }, RangeError, "is not like"],
  [{ selection: "online/mood", partitions: ["2025-01-04"] }, RangeError, '"2025-01-04T06"'],
  [{ selection: "source/users", partitions: ["2025-01-01"] }, RangeError, "the asset is one piece"],
];

for (const [wish, type, words] of refused) {
  Deno.test(`targets() refuses ${JSON.stringify(wish)}`, () => {
    assertThrows(() => chosen(wish), type as new (...args: never) => Error, words);
  });
}
