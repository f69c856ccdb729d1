import { assert, assertEquals, assertThrows } from "@std/assert";
import { Bool, Int32, tableFromArrays, tableToIPC, vectorFromArray } from "apache-arrow";
import { Table } from "apache-arrow";
import { decodeFrame, encodeFrame, type Frame } from "../../../ml/mod.ts";

const FRAME: Frame = {
  rows: 3,
  columns: {
    user: ["ada", "", "Zoë 🌙"],
    steps: Int32Array.of(-1, 0, 2147483647),
    hours: Float64Array.of(7.5, NaN, 1 / 3),
    score: Float32Array.of(-0, Infinity, Math.fround(0.1)),
  },
};

Deno.test("decodeFrame() gives back what encodeFrame() took, bit for bit", () => {
  assertEquals(decodeFrame(encodeFrame(FRAME)), FRAME);
});

Deno.test("decodeFrame() keeps names, types and no rows of an empty frame", () => {
  const empty: Frame = { rows: 0, columns: { user: [], steps: new Int32Array() } };
  assertEquals(decodeFrame(encodeFrame(empty)), empty);
});

Deno.test("decodeFrame() does not copy numbers", () => {
  const bytes = encodeFrame(FRAME);
  const { hours } = decodeFrame(bytes).columns;
  assert(ArrayBuffer.isView(hours) && hours.buffer === bytes.buffer);
});

Deno.test("decodeFrame() reads bytes from any offset", () => {
  const bytes = encodeFrame(FRAME);
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);
  assertEquals(decodeFrame(shifted), FRAME);
});

Deno.test("decodeFrame() reads Arrow's own tables, as a file too", () => {
  const table = tableFromArrays({ steps: Int32Array.of(1, 2), hours: Float64Array.of(0.5, 1.5) });
  const expected = {
    rows: 2,
    columns: { steps: Int32Array.of(1, 2), hours: Float64Array.of(0.5, 1.5) },
  };
  assertEquals(decodeFrame(tableToIPC(table, "file")), expected);
});

Deno.test("decodeFrame() reads missing floats as NaN and refuses missing integers", () => {
  const hours = new Table({ hours: vectorFromArray([1.5, null, 3]) });
  assertEquals(decodeFrame(tableToIPC(hours)).columns, { hours: Float64Array.of(1.5, NaN, 3) });
  const steps = new Table({ steps: vectorFromArray([1, null], new Int32()) });
  assertThrows(
    () => decodeFrame(tableToIPC(steps)),
    TypeError,
    `Cannot decode column "steps": 1 values are missing`,
  );
});

Deno.test("decodeFrame() names the type it cannot read", () => {
  const table = new Table({ awake: vectorFromArray([true], new Bool()) });
  assertThrows(() => decodeFrame(tableToIPC(table)), TypeError, `column "awake" of type Bool`);
});

Deno.test("encodeFrame() refuses columns of another length than the frame", () => {
  assertThrows(
    () => encodeFrame({ ...FRAME, rows: 2 }),
    RangeError,
    `Cannot encode column "user": it has 3 values, the frame 2 rows`,
  );
});
