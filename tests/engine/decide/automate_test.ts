import { assertEquals, assertStringIncludes } from "@std/assert";
import { asset, automate, type Condition, crons, define, judge, partitions, when } from "engine";
import { now, Remembered } from "./fixtures.ts";

const daily = partitions.daily({ start: "2025-01-01" });
const day = "2025-01-03";

/** A daily input, and an asset that asks for itself by the given condition. */
function pair(condition: Condition, version = "1", config: number | null = null) {
  const events = asset({ name: "events", partitions: daily, materialize: () => 1 });
  const counts = asset({
    name: "counts",
    deps: { events },
    partitions: daily,
    version,
    config,
    when: condition,
    materialize: () => 1,
  });
  return { events, counts, definitions: define({ events, counts }) };
}

type Pair = ReturnType<typeof pair>;

const never = { handled: {}, ticked: () => undefined };

const reasons = (g: Pair, r: Remembered, given: Parameters<typeof automate>[2] = never) =>
  automate(g.definitions, judge({ definitions: g.definitions, slices: r.slices, now }), given)
    .map((a) => a.reason);

const built = (g: Pair) => new Remembered().build(g.events, day, "e1").build(g.counts, day, "c1");

Deno.test("automate() asks for what was never built once its inputs are there", () => {
  const g = pair(when.eager);
  assertEquals(reasons(g, new Remembered()), []);
  assertEquals(reasons(g, new Remembered().build(g.events, day, "e1")), ["it was never built"]);
});

Deno.test("automate() asks for the newest slice alone", () => {
  const g = pair(when.eager);
  const r = built(g).build(g.events, "2025-01-02", "e0");
  assertEquals(reasons(g, r), []);
});

Deno.test("automate() asks when an input changed, not when it was built again to the same", () => {
  const g = pair(when.eager);
  assertEquals(reasons(g, built(g).build(g.events, day, "e1")), []);
  assertEquals(reasons(g, built(g).build(g.events, day, "e2")), [`"events" [${day}] changed`]);
});

Deno.test("automate() asks for nothing when an input changed and changed back", () => {
  const g = pair(when.eager);
  assertEquals(reasons(g, built(g).build(g.events, day, "e2").build(g.events, day, "e1")), []);
});

Deno.test("automate() asks when the code or the config changed", () => {
  const before = built(pair(when.eager));
  assertEquals(reasons(pair(when.eager, "2"), before), ["its code changed"]);
  assertEquals(reasons(pair(when.eager, "1", 5), before), ["its config changed"]);
  assertEquals(reasons(pair(when.depsUpdated, "2"), before), []);
});

Deno.test("automate() waits while the slice or an input of it is in flight", () => {
  const g = pair(when.eager);
  const inFlight = { run: "9", state: "running" } as const;
  const changed = () => built(g).build(g.events, day, "e2");
  assertEquals(reasons(g, changed().put(g.counts, day, { inFlight })), []);
  assertEquals(reasons(g, changed().put(g.events, day, { inFlight })), []);
});

Deno.test("automate() asks for nothing by the same wish twice", () => {
  const g = pair(when.eager);
  const r = built(g).build(g.events, day, "e2");
  const judgement = judge({ definitions: g.definitions, slices: r.slices, now });
  const [found] = automate(g.definitions, judgement, never);
  const handled = { counts: found!.wish };
  assertEquals(reasons(g, r, { ...never, handled }), []);
  assertEquals(reasons(g, r.build(g.events, day, "e3"), { ...never, handled }).length, 1);
});

Deno.test("automate() combines conditions by and, or, not", () => {
  const { missing, depsUpdated } = when;
  const cases: [Condition, readonly string[]][] = [
    [when.and(depsUpdated, when.not(missing)), [
      `"events" [${day}] changed and nothing speaks against it`,
    ]],
    [when.and(depsUpdated, missing), []],
    [when.or(missing, depsUpdated), [`"events" [${day}] changed`]],
    [when.not(depsUpdated), []],
  ];
  for (const [condition, expected] of cases) {
    const g = pair(condition);
    assertEquals(reasons(g, built(g).build(g.events, day, "e2")), expected);
  }
});

Deno.test("automate() asks by a cron for each tick once", () => {
  const g = pair(when.cron("0 6 * * *", "Europe/Berlin"));
  const ticked = () => new Date("2025-01-04T05:00:00Z");
  const [why] = reasons(g, built(g), { handled: {}, ticked });
  assertStringIncludes(why!, '"0 6 * * *" ticked at 2025-01-04T05:00');
  assertEquals(reasons(g, built(g)), []);
});

Deno.test("crons() finds those below and, or, not", () => {
  const [a, b] = [when.cron("1 * * * *"), when.cron("2 * * * *")];
  assertEquals(crons(when.and(when.missing, when.or(a, when.not(b)))), [a, b] as never);
  assertEquals(crons(undefined), []);
});
