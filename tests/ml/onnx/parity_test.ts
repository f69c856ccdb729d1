import { assertEquals, assertThrows } from "@std/assert";
import { ParityError } from "../../../ml/mod.ts";
import { compare } from "../../../ml/onnx/parity.ts";

Deno.test("compare() gives the largest difference and the number of rows", () => {
  const { maxAbsDiff, rows } = compare([1, 2, 3], [1, 2.00001, 3], "validation");
  assertEquals([maxAbsDiff.toFixed(6), rows], ["0.000010", 3]);
});

Deno.test("compare() names the worst row", () => {
  const error = assertThrows(
    () => compare([1, 2, 3], [1.001, 2.01, 3], "threshold"),
    ParityError,
    "it predicts 2.01 for row 1 of the threshold rows, the native library 2",
  );
  assertEquals([error.row, error.native, error.onnx], [1, 2, 2.01]);
});

Deno.test("compare() allows 2e-5 up to the size of 10, and in proportion beyond", () => {
  compare([10], [10.000019], "validation");
  assertThrows(() => compare([10], [10.000022], "validation"), ParityError);
  compare([1000], [1000.0019], "validation");
  assertThrows(() => compare([1000], [1000.0022], "validation"), ParityError);
});

Deno.test("compare() does not take NaN for a prediction", () => {
  assertThrows(() => compare([NaN], [NaN], "validation"), ParityError);
  assertThrows(() => compare([1, 2], [NaN, 2], "validation"), ParityError, "row 0");
});

Deno.test("compare() refuses different numbers of predictions", () => {
  assertThrows(() => compare([1], [1, 2], "validation"), RangeError, "1 native, 2 by ONNX");
});
