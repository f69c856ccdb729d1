import { assertEquals, assertThrows } from "@std/assert";
import { splitByTime } from "../../../assets/models/split.ts";

const DAY = 86_400_000;
const table = {
  rows: 4,
  columns: {
    hour: Float32Array.of(1, 2, 3, 4),
    debt: Float32Array.of(10, 20, 30, NaN),
    label: Float32Array.of(5, 6, 7, 8),
    last: Float32Array.of(NaN, 5, 6, 7),
    user: Int32Array.of(0, 1, 0, 1),
    at: Float64Array.of(18 * DAY, 5 * DAY, 6 * DAY - 1, 6 * DAY),
    cutoff: Float64Array.of(18 * DAY, 5 * DAY, 5 * DAY, 6 * DAY),
  },
};

Deno.test("splitByTime() keeps the last days for validation, whatever the order of the rows", () => {
  const { names, train, valid, validFrom } = splitByTime(table, { asOf: 20 * DAY, validDays: 14 });
  assertEquals([names, validFrom], [["hour", "debt"], 6 * DAY]);
  assertEquals(train.label, Float32Array.of(6, 7));
  assertEquals(train.inputs.values, Float32Array.of(2, 20, 3, 30));
  assertEquals(valid.label, Float32Array.of(5, 8));
  assertEquals(valid.inputs.values, Float32Array.of(1, 10, 4, NaN));
  assertEquals([valid.user, valid.last], [Int32Array.of(0, 1), Float32Array.of(NaN, 7)]);
});

Deno.test("splitByTime() refuses a side without rows", () => {
  assertThrows(
    () => splitByTime(table, { asOf: 20 * DAY, validDays: 16 }),
    RangeError,
    "0 lie before and 4 after",
  );
});
