import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { regressionMetrics } from "../../ml/mod.ts";

const of = (...values: number[]) => Float32Array.from(values);

Deno.test("regressionMetrics() equals what is reckoned by hand", () => {
  // Errors 1, 0, -1, 2: squares 6; around the mean 2.5 the values have squares 5.
  const { mae, rmse, r2, spearman } = regressionMetrics(of(1, 2, 3, 4), of(2, 2, 2, 6));
  assertEquals(mae, 1);
  assertAlmostEquals(rmse, Math.sqrt(1.5));
  assertAlmostEquals(r2, 1 - 6 / 5);
  // Ranks 1 2 3 4 and 2 2 2 4: covariance 3, variances 5 and 3.
  assertAlmostEquals(spearman, 3 / Math.sqrt(15));
});

Deno.test("regressionMetrics() of a perfect and of an opposite model", () => {
  assertEquals(regressionMetrics(of(1, 5, 9), of(1, 5, 9)), {
    mae: 0,
    rmse: 0,
    r2: 1,
    spearman: 1,
  });
  assertEquals(regressionMetrics(of(1, 5, 9), of(9, 5, 1)).spearman, -1);
});

Deno.test("regressionMetrics() has no r2 and no rank correlation of constants", () => {
  const { mae, r2, spearman } = regressionMetrics(of(3, 3), of(1, 2));
  assertEquals([mae, r2, spearman], [1.5, NaN, NaN]);
});

Deno.test("regressionMetrics() refuses no rows and other numbers of rows", () => {
  assertThrows(() => regressionMetrics(of(), of()), RangeError, "0 predictions with 0 values");
  assertThrows(() => regressionMetrics(of(1), of(1, 2)), RangeError, "2 predictions with 1 values");
});
