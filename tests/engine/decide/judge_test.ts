import { assertEquals } from "@std/assert";
import { judge } from "../../../engine/decide/judge.ts";
import type { CheckState } from "../../../engine/ledger/records.ts";
import { builtNewest, graph, now, Remembered } from "./fixtures.ts";

const of = (g: ReturnType<typeof graph>, remembered: Remembered, checks: CheckState[] = []) =>
  judge({ definitions: g.definitions, slices: remembered.slices, checks, now });

Deno.test("judge() finds everything missing and due where nothing was built", () => {
  const g = graph();
  const judgement = of(g, new Remembered());
  assertEquals(judgement.of(g.model, "2025-01-03"), {
    status: "missing",
    causes: [],
    behind: false,
    due: true,
  });
  assertEquals(judgement.of(g.model, "2025-01-02").due, false, "missing history is not due");
  assertEquals(judgement.scopeOf(g.online), ["2025-01-04T06"]);
  assertEquals(judgement.counts(g.model).missing, 3);
});

Deno.test("judge() finds what was just built fresh", () => {
  const g = graph();
  const judgement = of(g, builtNewest(g));
  for (const a of g.definitions.assets) {
    assertEquals(judgement.asset(a), { status: "fresh", causes: [], behind: false, due: false });
  }
});

Deno.test("judge() tells which input changed and when, and who may change after it", () => {
  const g = graph();
  const judgement = of(g, builtNewest(g).build(g.source, "", "s2"));
  assertEquals(judgement.of(g.features, "2025-01-03"), {
    status: "stale",
    causes: ['"source/users" changed at 06:02'],
    behind: false,
    due: true,
  });
  assertEquals(judgement.of(g.model, "2025-01-03"), {
    status: "fresh",
    causes: ['"features/activity" [2025-01-03] is stale'],
    behind: true,
    due: true,
  });
  assertEquals(judgement.of(g.online, "2025-01-04T06").causes, [
    '"models/mood" [2025-01-03] is behind',
  ]);
});

Deno.test("judge() names the day of a change that was not today", () => {
  const g = graph();
  const judgement = of(g, builtNewest(g).build(g.source, "", "s2", "2025-01-02T23:59:00Z"));
  assertEquals(judgement.of(g.features, "2025-01-03").causes, [
    '"source/users" changed at 2025-01-02 23:59',
  ]);
});

Deno.test("judge() calls nothing stale when an input was built again with equal data", () => {
  const g = graph();
  const judgement = of(g, builtNewest(g).build(g.source, "", "s1", "2025-01-04T09:00:00Z"));
  assertEquals(judgement.of(g.features, "2025-01-03").status, "fresh");
});

Deno.test("judge() finds changed code and config stale", () => {
  const before = graph();
  const g = graph("2");
  const judgement = of(g, builtNewest(before));
  assertEquals(judgement.of(g.features, "2025-01-03").causes, ["the code changed"]);
  const state = builtNewest(g);
  const visible = { ...state.visible(g.model, "2025-01-03")!, config: "other" };
  assertEquals(of(g, state.put(g.model, "2025-01-03", { visible })).of(g.model, "2025-01-03"), {
    status: "stale",
    causes: ["the config changed"],
    behind: false,
    due: true,
  });
});

Deno.test("judge() finds a newer slice of a newest() input", () => {
  const g = graph();
  const state = new Remembered()
    .build(g.source, "", "s1")
    .build(g.features, "2025-01-02", "f")
    .build(g.features, "2025-01-03", "f")
    .build(g.model, "2025-01-02", "m2")
    .build(g.online, "2025-01-04T06", "o");
  const behind = of(g, state).of(g.online, "2025-01-04T06");
  assertEquals([behind.status, behind.causes], [
    "fresh",
    ['"models/mood" [2025-01-03] is missing'],
  ]);
  const stale = of(g, state.build(g.model, "2025-01-03", "m3")).of(g.online, "2025-01-04T06");
  assertEquals([stale.status, stale.causes], [
    "stale",
    ['"models/mood" [2025-01-03] is newer than [2025-01-02], which was read'],
  ]);
});

Deno.test("judge() tells of new and gone inputs", () => {
  const g = graph();
  const state = builtNewest(g);
  const visible = state.visible(g.features, "2025-01-03")!;
  const other = { ...visible.inputs[0]!, input: "friends", asset: "source/friends" };
  state.put(g.features, "2025-01-03", { visible: { ...visible, inputs: [other] } });
  assertEquals(of(g, state).of(g.features, "2025-01-03").causes, [
    '"source/users" is a new input',
    'the input "source/friends" is gone',
  ]);
});

Deno.test("judge() takes the first of running, failed, blocked, missing, stale that holds", () => {
  const g = graph("2");
  const p = "2025-01-03";
  const state = builtNewest(graph());
  assertEquals(of(g, state).of(g.features, p).status, "stale");
  state.fail(g.features, p, "no rows");
  const failed = of(g, state).of(g.features, p);
  assertEquals([failed.status, failed.causes], ["failed", ["no rows"]]);
  const check: CheckState = {
    asset: g.features.name,
    partition: p,
    check: "plausible",
    severity: "critical",
    blocking: true,
    passed: false,
    reason: "12 impossible ages",
    metadata: {},
    at: now,
    run: "2",
  };
  const blocked = of(g, state, [check]).of(g.features, p);
  assertEquals([blocked.status, blocked.causes], [
    "blocked",
    ['check "plausible" failed: 12 impossible ages'],
  ]);
  assertEquals(of(g, state, [{ ...check, run: "1" }]).of(g.features, p).status, "failed");
  state.put(g.features, p, { inFlight: { run: "3", state: "waiting" } });
  assertEquals(of(g, state, [check]).of(g.features, p).status, "running");
});

Deno.test("judge() forgives a failure that a later success followed", () => {
  const g = graph();
  const state = builtNewest(g).fail(g.model, "2025-01-03", "no")
    .build(g.model, "2025-01-03", "m1", "2025-01-04T08:00:00Z");
  assertEquals(of(g, state).of(g.model, "2025-01-03").status, "fresh");
});

Deno.test("judge() never calls an external asset stale, and missing it is not due", () => {
  const g = graph();
  assertEquals(of(g, new Remembered()).of(g.source, "").due, false);
  const state = builtNewest(g);
  const visible = { ...state.visible(g.source, "")!, code: "other" };
  assertEquals(of(g, state.put(g.source, "", { visible })).of(g.source, "").status, "fresh");
});

Deno.test("judge() shows the worst of the newest slice and older materialized ones", () => {
  const g = graph();
  const state = new Remembered()
    .build(g.source, "", "s0")
    .build(g.features, "2025-01-01", "f1")
    .build(g.source, "", "s1")
    .build(g.features, "2025-01-03", "f3")
    .fail(g.features, "2025-01-02", "broken history");
  const judgement = of(g, state);
  assertEquals(judgement.of(g.features, "2025-01-03").status, "fresh");
  assertEquals(judgement.asset(g.features).status, "stale");
  assertEquals(judgement.counts(g.features), {
    fresh: 1,
    stale: 1,
    running: 0,
    failed: 1,
    blocked: 0,
    missing: 0,
  });
});

Deno.test("judge() survives slices that the rule has no more", () => {
  const g = graph();
  const state = builtNewest(g).put(g.features, "2024-12-31", {});
  assertEquals(of(g, state).scopeOf(g.features), ["2025-01-03"]);
});
