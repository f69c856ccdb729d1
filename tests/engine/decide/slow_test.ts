import { assertEquals } from "@std/assert";
import { slowSteps } from "engine";

const startedAt = new Date("2025-01-27T06:00:00Z");
const step = { asset: "report", partition: "", run: "7", startedAt };
const MINUTE = 60_000;

/** Whether it counts as long after so many minutes, with this history. */
const isSlow = (minutes: number, history: readonly number[]) =>
  slowSteps(
    [step],
    new Map([["report", history.map((m) => m * MINUTE)]]),
    new Date(startedAt.getTime() + minutes * MINUTE),
  ).length === 1;

Deno.test("slowSteps() finds what runs beyond three times its own median", () => {
  assertEquals([isSlow(30, [10, 10, 100]), isSlow(30.1, [10, 10, 100])], [false, true]);
});

Deno.test("slowSteps() leaves alone what is quick in any case", () => {
  assertEquals([isSlow(5, [0.1, 0.1, 0.1]), isSlow(5.1, [0.1, 0.1, 0.1])], [false, true]);
});

Deno.test("slowSteps() knows nothing usual of what ran less than three times", () => {
  assertEquals([isSlow(600, []), isSlow(600, [1, 1])], [false, false]);
});

Deno.test("slowSteps() measures each asset by its own history", () => {
  const running = [step, { ...step, asset: "other" }];
  const usual = new Map([
    ["report", [60 * MINUTE, 60 * MINUTE, 60 * MINUTE]],
    ["other", [MINUTE, MINUTE, MINUTE]],
  ]);
  const slow = slowSteps(running, usual, new Date("2025-01-27T07:00:00Z"));
  assertEquals(slow.map((s) => [s.asset, s.words]), [["other", "runs for 1 h, usually 1 min"]]);
});
