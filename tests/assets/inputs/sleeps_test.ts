import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  circularMean,
  mergeSpans,
  nightsOf,
  regularity,
  sleepState,
  type Span,
} from "../../../assets/inputs/sleeps.ts";
import { historyFrom, plainLife } from "./history_fixture.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The definition: minute by minute, whether the state is the same 24 hours later. */
function regularityByMinute(spans: readonly Span[], cutoff: number): number {
  const asleep = (t: number) => spans.some(([a, b]) => a <= t && t < b);
  let same = 0;
  for (let m = 0; m < 8640; m++) {
    const t = cutoff - 7 * DAY + m * 60_000;
    if (asleep(t) === asleep(t + DAY)) same++;
  }
  return 100 * (2 * same / 8640 - 1);
}

Deno.test("mergeSpans() joins what overlaps, touches or lies near", () => {
  assertEquals(mergeSpans([[5, 7], [0, 2], [1, 3], [3, 4]]), [[0, 4], [5, 7]]);
  assertEquals(mergeSpans([[0, 2], [3, 4], [6, 7]], 1), [[0, 4], [6, 7]]);
});

Deno.test("nightsOf() keeps a night with a pause whole and drops naps", () => {
  const spans: Span[] = [[0, 2 * HOUR], [2.5 * HOUR, 6 * HOUR], [12 * HOUR, 13 * HOUR]];
  assertEquals(nightsOf(spans), [[0, 6 * HOUR]]);
});

Deno.test("regularity() equals the definition, minute by minute", () => {
  let seed = 7;
  const random = () => (seed = seed * 1103515245 + 12345 & 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 20; round++) {
    const spans = mergeSpans(Array.from({ length: 12 }, (): Span => {
      const start = Math.floor(random() * 8 * 1440) * 60_000;
      return [start, start + Math.floor(30 + random() * 600) * 60_000];
    })).map(([a, b]): Span => [a, Math.min(b, 9 * DAY)]);
    assertAlmostEquals(regularity(spans, 9 * DAY), regularityByMinute(spans, 9 * DAY), 1e-9);
  }
});

Deno.test("circularMean() goes through midnight", () => {
  assertAlmostEquals(circularMean([23, 1]) % 24, 0, 1e-9);
  assertAlmostEquals(circularMean([22, 23]), 22.5, 1e-9);
  assertEquals(circularMean([]), NaN);
});

Deno.test("sleepState() tells last night, mean and debt", () => {
  const history = historyFrom(plainLife("2025-01-01", 10));
  const cutoff = Date.parse("2025-01-11T00:00Z");
  const state = sleepState(history, history.users[0]!, cutoff);
  // Nights of 8, 7.75 and 7.5 hours in turn; the last one, of day 9, has 8.
  assertEquals(state.lastMinutes, 480);
  assertEquals(state.lastQuality, 6);
  assertAlmostEquals(state.meanMinutes, (3 * 480 + 2 * 465 + 2 * 450) / 7, 1e-9);
  assertAlmostEquals(state.debt, 2 * 15 + 2 * 30, 1e-9);
  assertAlmostEquals(state.wakeHour, 7, 1e-9);
});

Deno.test("sleepState() knows nothing of a user who never slept", () => {
  const history = historyFrom([]);
  const state = sleepState(history, history.users[0]!, 0);
  assertEquals(
    [state.lastMinutes, state.debt, state.regularity, state.wakeHour],
    [NaN, NaN, NaN, NaN],
  );
});
