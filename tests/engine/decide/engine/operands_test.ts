import { assertEquals } from "@std/assert";
import { type Condition, when } from "engine";
import { type Given, Situation } from "./situation.ts";

const same = { kind: "same" } as const;
const all = { kind: "all" } as const;

/** `up`, and `it` below it with a condition that is evaluated and, being paused, never acted upon. */
function looking(condition: Condition, more: Partial<Record<"up" | "it", Given>> = {}): Situation {
  const deps = { up: same };
  const it = { deps, when: condition, ...more.it };
  return new Situation({ up: { ...more.up }, it }).paused("it", true).settled();
}

/** The values of the condition of `it` after each of some steps. */
const values = (s: Situation, ...steps: ((s: Situation) => Situation)[]) =>
  steps.map((step) => step(s).settled().holds("it"));

// The table of statuses.

Deno.test("status: missing without a visible version", () => {
  const s = new Situation({ a: {} });
  assertEquals(s.status("a"), "missing");
  assertEquals(s.made("a", { published: false }).status("a"), "blocked");
  assertEquals(s.made("a").status("a"), "fresh");
});

Deno.test("status: stale by code, fresh again when the code is put back", () => {
  const s = new Situation({ a: {} }).made("a");
  assertEquals(s.code("a", 2).status("a"), "stale");
  assertEquals(s.code("a", 1).status("a"), "fresh");
});

Deno.test("status: stale by data when an input changed after it was read", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } }).made("a").made("b");
  assertEquals(s.status("b"), "fresh");
  assertEquals(s.made("a").status("b"), "stale");
  assertEquals(s.made("b").status("b"), "fresh");
});

Deno.test("status: the same data again makes nothing stale", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } });
  s.made("a", { data: "x" }).made("b");
  assertEquals(s.made("a", { data: "x" }).status("b"), "fresh");
});

Deno.test("status: an input that is again what was read makes nothing stale", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } });
  s.made("a", { data: "x" }).made("b", { reads: true });
  assertEquals(s.made("a", { data: "y" }).status("b"), "stale");
  assertEquals(s.made("a", { data: "x" }).status("b"), "fresh");
});

Deno.test("status: stale by data when an input that was read is taken away", () => {
  const keys = { kept: [0, 2] };
  const up = () => keys.kept;
  const some = { kind: "custom", rule: "keys", newest: false, up, down: () => [0, 1] } as const;
  const s = new Situation({ a: { count: 2 }, b: { deps: { a: some } } });
  assertEquals(s.made("a").made("b", { reads: true }).status("b"), "fresh");
  keys.kept = [0, 1];
  assertEquals(s.reshaped("a").status("b"), "stale");
  keys.kept = [0, 2];
  assertEquals(s.reshaped("a").settled().restarted().status("b"), "fresh");
});

Deno.test("status: a change while it ran makes it stale", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } }).made("a");
  const readAt = s.engine.sequence;
  assertEquals(s.made("a").made("b", { readAt }).status("b"), "stale");
});

Deno.test("status: behind what is missing, stale or behind; it never asks by itself", () => {
  const s = new Situation({
    a: {},
    b: { deps: { a: same } },
    c: { deps: { b: same }, when: when.stale },
  });
  s.made("a").made("b").made("c").settled();
  assertEquals(s.made("a").tick(), "");
  assertEquals([s.status("b"), s.status("c")], ["stale", "behind"]);
});

Deno.test("status: failed until it succeeds; what is visible stays", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } }).made("a").made("b");
  assertEquals(s.attempt("started", "a").status("a"), "running");
  assertEquals(s.attempt("failed", "a").status("a"), "failed");
  assertEquals(s.status("b"), "fresh");
  assertEquals(s.attempt("started", "a").attempt("cancelled", "a").status("a"), "failed");
  assertEquals(s.made("a").status("a"), "fresh");
});

Deno.test("status: blocked withholds the new version, downstream sees no change", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } }).made("a").made("b");
  assertEquals(s.made("a", { published: false }).status("a"), "blocked");
  assertEquals(s.status("b"), "fresh");
  assertEquals(s.checked("a", true).status("b"), "stale");
});

Deno.test("status: an attempt that a check withholds is blocked, not failed", () => {
  const s = new Situation({ a: { when: when.failed } }).paused("a", true).made("a");
  assertEquals(s.attempt("started", "a").attempt("withheld", "a").status("a"), "blocked");
  assertEquals(s.holds("a"), false);
  assertEquals(s.attempt("failed", "a").status("a"), "failed");
  assertEquals(s.attempt("withheld", "a").status("a"), "blocked");
  assertEquals(s.made("a").status("a"), "fresh");
});

Deno.test("status: a check that fails on what is visible takes nothing back", () => {
  const s = new Situation({ a: {}, b: { deps: { a: same } } }).made("a").made("b");
  assertEquals(s.checked("a", false).status("a"), "blocked");
  assertEquals([s.status("b"), s.checked("a", true).status("a")], ["fresh", "fresh"]);
});

// The table of operands.

Deno.test("missing: no visible version", () => {
  const s = looking(when.missing);
  const built = values(s, (s) => s, (s) => s.attempt("failed", "it"), (s) => s.made("it"));
  assertEquals(built, [true, true, false]);
});

Deno.test("missingUnhandled: neither visible nor ever asked for", () => {
  const s = looking(when.missingUnhandled);
  assertEquals(values(s, (s) => s, (s) => s.attempt("handled", "it")), [true, false]);
  const requested = new Situation({ a: { when: when.missingUnhandled } });
  assertEquals([requested.tick(), requested.attempt("failed", "a").tick()], ["a", ""]);
});

Deno.test("stale: by code or by data", () => {
  const s = looking(when.stale).made("up");
  const steps = values(
    s,
    (s) => s.made("it"),
    (s) => s.made("up"),
    (s) => s.made("it"),
    (s) => s.code("it", 2),
  );
  assertEquals(steps, [false, true, false, true]);
});

Deno.test("codeChanged: a change after the last request; a plain failure does not count", () => {
  const s = new Situation({ a: { when: when.codeChanged } }).made("a");
  assertEquals(s.tick(), "");
  assertEquals(s.code("a", 2).tick(), "a");
  assertEquals(s.attempt("failed", "a").tick(), "");
  assertEquals(s.code("a", 3).tick(), "a");
});

Deno.test("inFlight: from request or start to the end", () => {
  const s = looking(when.inFlight);
  const steps = values(
    s,
    (s) => s,
    (s) => s.attempt("started", "it"),
    (s) => s.attempt("cancelled", "it"),
    (s) => s.attempt("started", "it"),
    (s) => s.made("it"),
  );
  assertEquals(steps, [false, true, false, true, false]);
});

Deno.test("failed: the last attempt", () => {
  const s = looking(when.failed);
  const steps = values(s, (s) => s, (s) => s.attempt("failed", "it"), (s) => s.made("it"));
  assertEquals(steps, [false, true, false]);
});

Deno.test("checkFailed: a blocking check of the newest version", () => {
  const s = looking(when.checkFailed);
  const steps = values(
    s,
    (s) => s.made("it"),
    (s) => s.made("it", { published: false }),
    (s) => s.checked("it", true),
  );
  assertEquals(steps, [false, true, false]);
});

Deno.test("latest: the last slice, which another one becomes", () => {
  const s = looking(when.latest, { up: { count: 3 }, it: { count: 2 } });
  assertEquals([0, 1].map((p) => s.holds("it", p)), [false, true]);
  s.grown("it", 3).settled();
  assertEquals([0, 1, 2].map((p) => s.holds("it", p)), [false, false, true]);
});

Deno.test("inLatestWindow: the last slices", () => {
  const s = looking(when.inLatestWindow(2), { up: { count: 4 }, it: { count: 3 } });
  assertEquals([0, 1, 2].map((p) => s.holds("it", p)), [false, true, true]);
  s.grown("it", 4).settled();
  assertEquals([0, 1, 2, 3].map((p) => s.holds("it", p)), [false, false, true, true]);
});

Deno.test("late: the last success is too old; before the first, since it was first seen", () => {
  const s = looking(when.late, { it: { maxAgeMs: 10 } });
  const steps = values(
    s,
    (s) => s.at(9),
    (s) => s.at(10),
    (s) => s.made("it"),
    (s) => s.at(19),
    (s) => s.at(20),
  );
  assertEquals(steps, [false, true, false, false, true]);
});

Deno.test("depsUpdated: an input changed after the last request or was asked for in this tick", () => {
  const s = new Situation({
    up: { when: when.cron("10") },
    it: { deps: { up: same }, when: when.depsUpdated },
  });
  assertEquals([s.tick(), s.made("up").tick(), s.tick()], ["", "it", ""]);
  assertEquals(s.made("it").at(10).tick(), "up it");
});

Deno.test("allDepsUpdated: each input changed; none without upstreams", () => {
  const s = new Situation({
    a: {},
    b: {},
    it: { deps: { a: same, b: same }, when: when.allDepsUpdated },
    alone: { when: when.allDepsUpdated },
  });
  assertEquals([s.tick(), s.made("a").tick(), s.made("b").tick()], ["", "", "it"]);
  assertEquals([s.made("it").made("b").tick(), s.made("a").tick()], ["", "it"]);
});

Deno.test("depsMissing: an input is missing and not asked for in this tick", () => {
  assertEquals(values(looking(when.depsMissing), (s) => s, (s) => s.made("up")), [true, false]);
  const chain = new Situation({
    up: { when: when.missingUnhandled },
    it: { deps: { up: same }, when: when.and(when.missing, when.not(when.depsMissing)) },
  });
  assertEquals(chain.tick(), "up it");
});

Deno.test("depsInFlight: an input is in flight and not asked for in this tick", () => {
  const s = looking(when.depsInFlight);
  const steps = values(s, (s) => s.attempt("started", "up"), (s) => s.made("up"));
  assertEquals(steps, [true, false]);
  const chain = new Situation({
    up: { when: when.missingUnhandled },
    it: { deps: { up: same }, when: when.not(when.depsInFlight) },
  });
  assertEquals(chain.tick(), "up it");
});

Deno.test("depsInFlight: counts upstreams that are only waited for, no other operand does", () => {
  const of = (c: Condition) =>
    new Situation({ up: {}, it: { after: ["up"], when: c } }).paused("it", true)
      .attempt("started", "up").settled().holds("it");
  assertEquals([of(when.depsInFlight), of(when.depsMissing)], [true, false]);
});

Deno.test("depsCheckFailed: an input is blocked and not asked for in this tick", () => {
  const s = looking(when.depsCheckFailed);
  const steps = values(
    s,
    (s) => s.made("up", { published: false }),
    (s) => s.checked("up", true),
  );
  assertEquals(steps, [true, false]);
});

Deno.test("depsFailed: the last attempt of an input failed", () => {
  const s = looking(when.depsFailed);
  assertEquals(values(s, (s) => s.attempt("failed", "up"), (s) => s.made("up")), [true, false]);
});

Deno.test("cron: ticked after the last request; missed ticks are one; a later success counts", () => {
  const s = new Situation({ a: { when: when.cron("10") } });
  assertEquals([s.at(9).tick(), s.at(10).tick(), s.made("a").tick()], ["", "a", ""]);
  assertEquals([s.at(75).tick(), s.made("a").tick()], ["a", ""]);
  const byHand = new Situation({ a: { when: when.cron("10") } }).paused("a", true);
  byHand.at(10).settled().made("a").paused("a", false);
  assertEquals(byHand.tick(), "");
});

Deno.test("allDepsUpdatedSinceCron: each input ran after the tick, the same data counts", () => {
  const s = looking(when.and(when.allDepsUpdatedSinceCron("10")));
  s.made("up", { data: "x" });
  const steps = values(s, (s) => s.at(10), (s) => s.made("up", { data: "x" }), (s) => s.at(20));
  assertEquals(steps, [false, true, false]);
  const alone = new Situation({ it: { when: when.allDepsUpdatedSinceCron("10") } });
  assertEquals(alone.at(10).tick(), "it");
});

Deno.test("newly: became true after the last request; true at first counts", () => {
  const s = looking(when.newly(when.failed));
  const steps = values(
    s,
    (s) => s,
    (s) => s.attempt("failed", "it"),
    (s) => s.attempt("handled", "it"),
    (s) => s.made("it"),
    (s) => s.attempt("failed", "it"),
  );
  assertEquals(steps, [false, true, false, false, true]);
  assertEquals(looking(when.newly(when.missing)).holds("it"), true);
});

Deno.test("since: set when it becomes true, cleared when the reset does", () => {
  const s = looking(when.since(when.depsFailed, when.checkFailed));
  const steps = values(
    s,
    (s) => s.attempt("failed", "up"),
    (s) => s.made("up"),
    (s) => s.made("it", { published: false }),
    (s) => s.attempt("failed", "up"),
    (s) => s.made("up").checked("it", true),
    (s) => s.attempt("failed", "up").made("it", { published: false }),
  );
  assertEquals(steps, [true, true, false, true, true, false]);
});

Deno.test("anyDeps, allDeps: the condition of some or each slice that is read", () => {
  const above = { up: { count: 2 }, it: { deps: { up: all } } };
  const [any, each] = [when.anyDeps(when.failed), when.allDeps(when.failed)].map((c) => {
    const s = looking(c, above);
    const one = (s: Situation) => s.attempt("failed", "up", 0);
    return values(s, (s) => s, one, (s) => s.attempt("failed", "up", 1));
  });
  assertEquals([any, each], [[false, true, true], [false, false, true]]);
});

Deno.test("anyDeps: sees what no other operand listens to", () => {
  const late = looking(when.anyDeps(when.late), { up: { maxAgeMs: 10 } });
  assertEquals(values(late, (s) => s.at(9), (s) => s.at(10), (s) => s.made("up")), [
    false,
    true,
    false,
  ]);
  const stale = looking(when.anyDeps(when.stale)).made("up");
  assertEquals(values(stale, (s) => s, (s) => s.code("up", 2)), [false, true]);
});

Deno.test("among: every operand about upstreams looks at the selected ones alone", () => {
  const given = (c: Condition) =>
    new Situation({ a: {}, b: {}, it: { deps: { a: same, b: same }, when: c } })
      .paused("it", true).made("a").settled();
  const { depsUpdated, depsMissing } = when;
  assertEquals(given(when.among(depsUpdated, { only: "a" })).holds("it"), true);
  assertEquals(given(when.among(depsUpdated, { only: "b" })).holds("it"), false);
  assertEquals(given(when.among(depsMissing, { except: "b" })).holds("it"), false);
  assertEquals(given(when.among(depsMissing, { except: "a" })).holds("it"), true);
  assertEquals(given(when.allDeps(when.missing, { only: "b" })).holds("it"), true);
});

Deno.test("and, or, not: per slice", () => {
  const { missing, failed } = when;
  const of = (c: Condition) => looking(c).holds("it");
  assertEquals([of(when.and(missing, failed)), of(when.and(missing, when.not(failed)))], [
    false,
    true,
  ]);
  assertEquals([of(when.or(missing, failed)), of(when.or(failed))], [true, false]);
});

Deno.test("labels change nothing, memory included", () => {
  const { newly, failed } = when;
  const s = looking(newly(failed)).attempt("failed", "it").settled();
  assertEquals(s.condition("it", when.label("broken", newly(failed))).settled().holds("it"), true);
});

// The presets.

Deno.test("eager: the latest slice, once its inputs are there and at rest", () => {
  const s = new Situation({
    up: { count: 2 },
    it: { count: 2, deps: { up: same }, when: when.eager },
  });
  assertEquals([s.tick(), s.made("up", { slice: 0 }).tick()], ["", ""]);
  assertEquals(s.attempt("started", "up", 1).tick(), "");
  assertEquals(s.made("up", { slice: 1 }).tick(), "it[1]");
  assertEquals(s.made("it", { slice: 1 }).tick(), "");
  assertEquals(s.made("up", { slice: 1, published: false }).tick(), "");
  assertEquals(s.checked("up", true, 1).tick(), "it[1]");
});

Deno.test("onMissing: once, not for a change", () => {
  const s = new Situation({ up: {}, it: { deps: { up: same }, when: when.onMissing } });
  assertEquals([s.tick(), s.made("up").tick()], ["", "it"]);
  assertEquals([s.made("it").made("up").tick(), s.status("it")], ["", "stale"]);
});

Deno.test("onCron: at the tick, once every input was built after it", () => {
  const s = new Situation({ up: {}, it: { deps: { up: same }, when: when.onCron("10") } });
  s.made("up").made("it");
  assertEquals([s.at(10).tick(), s.made("up").tick(), s.made("it").tick()], ["", "it", ""]);
});

// The table of edge cases.

const pair = (when: Condition) => new Situation({ up: {}, it: { deps: { up: same }, when } });

Deno.test("edge: an upstream that failed keeps its version, downstream is not run", () => {
  const s = pair(when.eager).made("up").settled().made("it").settled();
  assertEquals(s.attempt("failed", "up").tick(), "");
  assertEquals(s.made("up").tick(), "it");
});

Deno.test("edge: eager and not(depsFailed) waits for an upstream that failed", () => {
  const s = pair(when.and(when.eager, when.not(when.depsFailed))).made("up");
  assertEquals(s.attempt("failed", "up").tick(), "");
  assertEquals(s.made("up").tick(), "it");
});

Deno.test("edge: its own failure is not repeated for the same change", () => {
  const s = pair(when.eager).made("up");
  assertEquals([s.tick(), s.attempt("failed", "it").tick(), s.tick()], ["it", "", ""]);
  assertEquals([s.made("up").tick(), s.attempt("failed", "it").tick()], ["it", ""]);
});

Deno.test("edge: a failure of what was asked for with its input is not repeated", () => {
  const s = new Situation({
    up: { when: when.onCron("10") },
    it: { deps: { up: same }, when: when.eager },
  });
  s.at(10);
  assertEquals([s.tick(), s.made("up").tick()], ["up it", ""]);
  s.engine.apply({ kind: "failed", asset: 1, from: 0, to: 1, readAt: s.engine.sequence });
  assertEquals([s.tick(), s.tick()], ["", ""]);
  assertEquals([s.at(20).tick()], ["up it"]);
});

Deno.test("edge: a change of code asks again for what failed", () => {
  const s = pair(when.eager).made("up");
  assertEquals([s.tick(), s.attempt("failed", "it").tick()], ["it", ""]);
  assertEquals([s.code("it", 2).tick(), s.made("it").tick()], ["it", ""]);
  assertEquals([s.made("up").tick(), s.attempt("failed", "it").tick()], ["it", ""]);
  assertEquals(s.code("it", 3).tick(), "it");
});

Deno.test("edge: eager waits while any input is missing", () => {
  const s = new Situation({ up: { count: 3 }, it: { deps: { up: all }, when: when.eager } });
  assertEquals(s.made("up", { slice: 0 }).made("up", { slice: 2 }).tick(), "");
  assertEquals(s.made("up", { slice: 1 }).tick(), "it");
});

Deno.test("edge: inputs before the start do not exist and do not count", () => {
  const before = { kind: "shift", from: -1, to: -1 } as const;
  const s = new Situation({ up: {}, it: { deps: { up: before }, when: when.eager } });
  assertEquals(s.tick(), "it");
});

Deno.test("edge: what is under way is not asked for again, whatever the condition says", () => {
  const s = new Situation({ a: { when: when.missing }, b: { when: when.and() } });
  assertEquals(s.tick(), "a b");
  assertEquals([s.tick(), s.attempt("started", "a").tick()], ["", ""]);
  assertEquals(s.attempt("failed", "a").tick(), "a");
});

Deno.test("edge: a change during the run is asked for when the run ends, not before", () => {
  const s = pair(when.eager).made("up");
  assertEquals(s.tick(), "it");
  const readAt = s.engine.sequence;
  assertEquals(s.attempt("started", "it").made("up").tick(), "");
  assertEquals(s.made("it", { readAt }).tick(), "it");
});

Deno.test("edge: paused is evaluated and not requested; resumed asks once", () => {
  const s = pair(when.eager).made("up").settled().made("it").settled().paused("it", true);
  assertEquals([s.made("up").tick(), s.made("up").tick(), s.holds("it")], ["", "", true]);
  assertEquals([s.paused("it", false).tick(), s.tick()], ["it", ""]);
});

Deno.test("edge: resumed and skipped asks for nothing", () => {
  const s = pair(when.eager).made("up").settled().made("it").settled().paused("it", true);
  assertEquals(s.made("up").settled().paused("it", false).attempt("handled", "it").tick(), "");
  assertEquals(s.made("up").tick(), "it");
});

Deno.test("edge: an edit keeps sequences and the memory of sub-trees that stay", () => {
  const s = pair(when.eager).made("up").settled().made("it").settled();
  assertEquals(s.condition("it", when.and(when.eager, when.not(when.late))).tick(), "");
  const latch = when.since(when.depsFailed, when.checkFailed);
  const t = looking(latch).attempt("failed", "up").settled().made("up").settled();
  assertEquals(t.condition("it", when.or(latch, when.failed)).settled().holds("it"), true);
  assertEquals(
    t.condition("it", when.missing).settled().condition("it", latch).settled()
      .holds("it"),
    false,
  );
});

Deno.test("edge: assets that are added are asked for in one tick, in order", () => {
  const s = new Situation({
    a: { when: when.eager },
    b: { deps: { a: same }, when: when.eager },
    c: { deps: { b: same, a: same }, when: when.eager },
  });
  assertEquals([s.tick(), s.tick()], ["a b c", ""]);
});

Deno.test("edge: a new day leaves yesterday missing, unless the condition is without latest", () => {
  const eager = new Situation({
    up: { count: 1 },
    it: { deps: { up: same }, when: when.eager },
  }).settled();
  eager.grown("up", 2).grown("it", 2).settled();
  assertEquals(eager.made("up").tick(), "it[1]");
  const filling = new Situation({
    up: { count: 2 },
    it: { count: 2, deps: { up: same }, when: when.missingUnhandled },
  });
  assertEquals(filling.made("up").tick(), "it[0] it[1]");
});

Deno.test("edge: an observed source that did not change only runs", () => {
  const s = pair(when.eager).made("up", { data: "x" }).settled().made("it").settled();
  assertEquals(s.made("up", { data: "x" }).tick(), "");
  assertEquals(s.made("up", { data: "y" }).tick(), "it");
});

Deno.test("edge: what reads the newest is looked at after a restart during which a slice came", () => {
  const last = { kind: "last" } as const;
  const s = new Situation({ a: { count: 1 }, b: { deps: { a: last }, when: when.depsMissing } });
  s.paused("b", true).made("a").settled();
  assertEquals(s.holds("b"), false);
  s.restarted({ a: 2 }).paused("b", false);
  assertEquals(s.tick(), "b");
});

Deno.test("edge: a restart loses nothing that happened before or during it", () => {
  const s = pair(when.eager).made("up").settled().made("it").settled();
  s.made("up");
  assertEquals(s.settled().restarted().tick(), "");
  assertEquals(s.made("it").tick(), "");
  assertEquals(s.restarted().made("up").tick(), "it");
});
