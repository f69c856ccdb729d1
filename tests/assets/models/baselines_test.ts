import { assertAlmostEquals, assertEquals } from "@std/assert";
import { baselinePredictions, baselines, bestBaseline } from "../../../assets/models/baselines.ts";
import type { Part } from "../../../assets/models/split.ts";

const noInputs = { rows: 0, features: 0, values: new Float32Array() };
const train: Part = {
  inputs: noInputs,
  label: Float32Array.of(2, 4, 9),
  user: Int32Array.of(0, 0, 1),
  last: Float32Array.of(NaN, 2, NaN),
  at: Float64Array.of(1, 2, 3),
};
const valid: Part = {
  inputs: noInputs,
  label: Float32Array.of(4, 8, 5),
  user: Int32Array.of(0, 1, 2),
  last: Float32Array.of(4, 9, NaN),
  at: Float64Array.of(4, 5, 6),
};

Deno.test("baselinePredictions() learns means from the training rows only", () => {
  assertEquals(baselinePredictions(train, valid), {
    global_mean: Float32Array.of(5, 5, 5),
    user_mean: Float32Array.of(3, 9, 5),
    last_value: Float32Array.of(4, 9, 5),
  });
});

Deno.test("baselines() and bestBaseline() judge them on the validation rows", () => {
  const all = baselines(train, valid);
  assertAlmostEquals(all.global_mean.mae, (1 + 3 + 0) / 3, 1e-9);
  assertAlmostEquals(all.user_mean.mae, (1 + 1 + 0) / 3, 1e-9);
  assertAlmostEquals(all.last_value.mae, (0 + 1 + 0) / 3, 1e-9);
  assertEquals(bestBaseline(all).name, "last_value");
});
