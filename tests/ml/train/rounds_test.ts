import { assertEquals, assertThrows } from "@std/assert";
import type { Booster } from "../../../ml/native/booster.ts";
import { type RoundsOptions, runRounds } from "../../../ml/train/rounds.ts";

/** A model whose scores are given; tells what it was asked. */
function scripted(values: readonly number[], metric = "rmse", lastRound = Infinity) {
  const asked = { updates: 0, kept: 0 };
  const booster: Booster = {
    update: () => ++asked.updates <= lastRound,
    evaluate: (round) => [{ metric: "first", value: -round }, { metric, value: values[round]! }],
    keep: (rounds) => void (asked.kept = rounds),
    predict: () => new Float32Array(),
    save: () => new Uint8Array(),
    gain: () => new Float64Array(),
    [Symbol.dispose]: () => {},
  };
  return { asked, booster };
}

const options = (over: Partial<RoundsOptions> = {}): RoundsOptions => ({
  rounds: 6,
  earlyStoppingRounds: 2,
  ...over,
});

Deno.test("runRounds() stops when the last metric gets no better, and keeps the best round", () => {
  const { asked, booster } = scripted([5, 3, 4, 3, 1, 0]);
  const result = runRounds(booster, options());
  assertEquals([result.bestRound, result.bestScore], [2, 3]);
  assertEquals(asked, { updates: 4, kept: 2 });
  assertEquals(result.history.filter(({ metric }) => metric === "rmse"), [
    { round: 1, metric: "rmse", value: 5 },
    { round: 2, metric: "rmse", value: 3 },
    { round: 3, metric: "rmse", value: 4 },
    { round: 4, metric: "rmse", value: 3 },
  ]);
});

Deno.test("runRounds() knows metrics of which more is better", () => {
  const { asked, booster } = scripted([0.5, 0.7, 0.6, 0.6, 0.9], "auc");
  assertEquals(runRounds(booster, options()).bestScore, 0.7);
  assertEquals(asked.kept, 2);
});

Deno.test("runRounds() runs and keeps all rounds without early stopping", () => {
  const { asked, booster } = scripted([5, 3, 4, 4, 4, 4]);
  const { bestRound, bestScore } = runRounds(booster, options({ earlyStoppingRounds: 0 }));
  assertEquals([bestRound, bestScore, asked.updates, asked.kept], [6, 4, 6, 6]);
});

Deno.test("runRounds() ends when no tree can be split any more", () => {
  const { asked, booster } = scripted([5, 4, 3, 2, 1, 0], "l2", 2);
  assertEquals(runRounds(booster, options()).bestRound, 2);
  assertEquals(asked, { updates: 3, kept: 2 });
});

Deno.test("runRounds() tells the score that decides, and stops between rounds when aborted", () => {
  const { asked, booster } = scripted([5, 4, 3, 2, 1, 0]);
  const ending = new AbortController();
  const told: number[] = [];
  const onRound = ({ round, value }: { round: number; value: number }) => {
    told.push(value);
    if (round === 3) ending.abort(new RangeError("Enough"));
  };
  assertThrows(
    () => runRounds(booster, options({ signal: ending.signal, onRound })),
    RangeError,
    "Enough",
  );
  assertEquals(told, [5, 4, 3]);
  assertEquals(asked, { updates: 3, kept: 0 });
});

Deno.test("runRounds() refuses no rounds, and parameters that leave no metric", () => {
  assertThrows(() => runRounds(scripted([]).booster, options({ rounds: 0 })), RangeError);
  const { booster } = scripted([1]);
  assertThrows(
    () => runRounds({ ...booster, evaluate: () => [] }, options()),
    TypeError,
    "leave no metric",
  );
});
