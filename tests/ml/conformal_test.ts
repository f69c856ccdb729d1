import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { conformal, coverage } from "../../ml/mod.ts";
import { generator } from "./data.ts";

const of = (...values: number[]) => Float32Array.from(values);

Deno.test("conformal() takes the (n + 1) · level-th smallest residual by size", () => {
  const residuals = of(-9, 1, -2, 3, -4, 5, -6, 7, 8);
  assertEquals(conformal(residuals, 0.9), 9); // the 9th of 9
  assertEquals(conformal(residuals, 0.5), 5);
  assertEquals(conformal(residuals, 0.05), 1);
});

Deno.test("conformal() is infinite where the residuals are too few for the level", () => {
  assertEquals(conformal(of(1, 2, 3, 4, 5, 6, 7, 8), 0.9), Infinity);
  assertEquals(conformal(of(), 0.5), Infinity);
});

Deno.test("conformal() leaves the residuals as they were", () => {
  const residuals = of(3, -1, 2);
  conformal(residuals, 0.5);
  assertEquals(residuals, of(3, -1, 2));
});

Deno.test("conformal() covers as many new rows as it promises", () => {
  const random = generator(5);
  const skewed = (rows: number) => Float32Array.from({ length: rows }, () => random() ** 3 - 0.2);
  const width = conformal(skewed(4000), 0.8);
  const fresh = skewed(20_000);
  const low = new Float32Array(fresh.length).fill(-width);
  assertAlmostEquals(coverage(fresh, low, low.map((value) => -value)), 0.8, 0.02);
});

Deno.test("conformal() refuses levels that are none, and residuals that are not numbers", () => {
  for (const level of [0, 1, -0.1, NaN]) {
    assertThrows(() => conformal(of(1), level), RangeError, "between 0 and 1");
  }
  assertThrows(() => conformal(of(1, NaN), 0.5), RangeError, "is not a number");
});

Deno.test("coverage() counts the ends as within", () => {
  assertEquals(coverage(of(1, 2, 3, 4), of(1, 0, 4, 3), of(2, 2, 5, 3)), 0.5);
  assert(Number.isNaN(coverage(of(), of(), of())));
  assertThrows(() => coverage(of(1), of(), of(1)), RangeError, "0 low and 1 high");
});
