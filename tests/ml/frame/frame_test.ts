import { assertEquals, assertThrows } from "@std/assert";
import { type Frame, matrixOf, numbers, texts } from "../../../ml/mod.ts";

const FRAME: Frame = {
  rows: 3,
  columns: {
    user: ["ada", "bo", "cy"],
    steps: Int32Array.of(10, 20, 30),
    hours: Float64Array.of(7.5, NaN, 6.25),
  },
};

Deno.test("matrixOf() lays columns row by row, in the order of the names", () => {
  assertEquals(matrixOf(FRAME, ["hours", "steps"]), {
    rows: 3,
    features: 2,
    values: Float32Array.of(7.5, 10, NaN, 20, 6.25, 30),
  });
});

Deno.test("matrixOf() keeps the rows that are asked for", () => {
  const known = matrixOf(FRAME, ["steps"], (row) => row !== 1);
  assertEquals(known, { rows: 2, features: 1, values: Float32Array.of(10, 30) });
  assertEquals(matrixOf(FRAME, ["steps"], () => false).rows, 0);
});

Deno.test("matrixOf() names the columns that there are", () => {
  assertThrows(
    () => matrixOf(FRAME, ["step"]),
    RangeError,
    `Cannot read column "step": the frame has "user", "steps", "hours"`,
  );
  assertThrows(() => matrixOf(FRAME, ["toString"]), RangeError, `"toString"`);
});

Deno.test("matrixOf() refuses columns of another length than the frame", () => {
  assertThrows(
    () => matrixOf({ rows: 4, columns: FRAME.columns }, ["steps"]),
    RangeError,
    "it has 3 values, the frame 4 rows",
  );
});

Deno.test("numbers() and texts() refuse each other's columns", () => {
  assertEquals(numbers(FRAME, "steps"), Int32Array.of(10, 20, 30));
  assertEquals(texts(FRAME, "user"), ["ada", "bo", "cy"]);
  assertThrows(() => numbers(FRAME, "user"), TypeError, `"user": it holds text`);
  assertThrows(() => texts(FRAME, "hours"), TypeError, `"hours": it holds numbers`);
});
