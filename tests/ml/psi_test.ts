import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { psi } from "../../ml/mod.ts";
import { generator } from "./data.ts";

const of = (...values: number[]) => Float64Array.from(values);

Deno.test("psi() of the same values is 0", () => {
  assertEquals(psi(of(1, 2, 3, 4, 5, 6, 7, 8), of(8, 7, 6, 5, 4, 3, 2, 1)), 0);
});

Deno.test("psi() equals what is reckoned by hand", () => {
  // Two bins split at 2: half and half before, three quarters and a quarter now.
  const expected = 0.25 * Math.log(0.75 / 0.5) - 0.25 * Math.log(0.25 / 0.5);
  assertAlmostEquals(psi(of(1, 2, 3, 4), of(0, 1, 2, 9), 2), expected);
});

Deno.test("psi() is small for the same distribution and large for a shifted one", () => {
  const random = generator(9);
  const sample = (shift: number) =>
    Float32Array.from({ length: 5000 }, () => random() + random() + shift);
  assert(psi(sample(0), sample(0)) < 0.02);
  assert(psi(sample(0), sample(0.5)) > 0.25);
});

Deno.test("psi() sees values that went missing", () => {
  const before = of(...Array.from({ length: 100 }, (_, at) => at));
  const after = before.map((value) => value % 2 === 0 ? NaN : value);
  assert(psi(before, after) > 0.25);
  assertEquals(psi(of(NaN, NaN), of(NaN)), 0);
});

Deno.test("psi() refuses no values", () => {
  assertThrows(() => psi(of(), of(1)), RangeError, "0 reference and 1 actual values");
});
