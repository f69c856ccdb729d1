import { assertEquals } from "@std/assert";
import { type Condition, conditionText, when, whyNot, whyTrue } from "engine";
import { explainBits } from "../../../../engine/decide/engine/mod.ts";
import { Situation } from "./situation.ts";

const same = { kind: "same" } as const;
const pair = (when: Condition) => new Situation({ up: {}, it: { deps: { up: same }, when } });
const explained = (s: Situation) => s.engine.explain(1, 0)!;

Deno.test("explain() gives each operand its value, from what decided", () => {
  const s = pair(when.eager).settled();
  const values = explained(s).of.map((e) => e.holds);
  assertEquals(values, [true, true, false, true, true, true]);
});

Deno.test("explainBits() renders what was true when a slice was requested", () => {
  const s = pair(when.and(when.eager, when.not(when.newly(when.failed)))).made("up").settled();
  s.made("it").settled().made("up");
  const before = explained(s);
  const [request] = s.engine.settle();
  assertEquals(request?.slice, 0);
  assertEquals(explainBits(before.condition, request!.operands), before);
  assertEquals(explained(s).holds, false);
});

Deno.test("whyNot() names the false operands in words", () => {
  const s = pair(when.eager).settled();
  assertEquals(whyNot(explained(s)), ["an upstream is missing"]);
  assertEquals(whyNot(explained(s.made("up").settled())), [
    "it was built or asked for already",
    "no upstream changed since it was asked for",
    "its code did not change since it was asked for",
    "it is in flight",
  ]);
  assertEquals(whyNot(explained(s.made("it").settled())).slice(1), [
    "no upstream changed since it was asked for",
    "its code did not change since it was asked for",
  ]);
});

Deno.test("whyNot() says nothing of what holds", () => {
  const s = pair(when.missing).paused("it", true).settled();
  assertEquals(whyNot(explained(s)), []);
});

Deno.test("whyTrue() tells what asked for it, not that it was at rest", () => {
  const s = pair(when.eager).paused("it", true).made("up").settled();
  assertEquals(whyTrue(explained(s)), ["it was never built", "an upstream changed"]);
});

Deno.test("conditionText() speaks of every kind of condition", () => {
  const { and, or, not, newly, since, missing, failed, late } = when;
  const cases: [Condition, string][] = [
    [when.eager, "eager"],
    [when.onCron("0 6 * * *", "Europe/Berlin"), 'on cron "0 6 * * *" (Europe/Berlin)'],
    [and(missing, or(failed, not(late))), "it was never built and it failed or not (it is late)"],
    [newly(failed), "newly (it failed)"],
    [since(failed, missing), "(it failed) since (it was never built)"],
    [when.among(when.depsFailed, { only: "group:raw" }), 'an upstream failed (among "group:raw")'],
    [when.anyDeps(late), "of an upstream: it is late"],
    [when.inLatestWindow(7), "it is one of the newest 7 slices"],
  ];
  for (const [condition, text] of cases) assertEquals(conditionText(condition), text);
});
