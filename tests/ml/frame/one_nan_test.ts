import { assert, assertEquals } from "@std/assert";
import { decodeFrame, encodeFrame } from "../../../ml/mod.ts";
import { withOneNaN } from "../../../ml/frame/one_nan.ts";

/** Doubles of these bits, in hexadecimal. */
function doubles(...bits: readonly string[]): Float64Array {
  const values = new Float64Array(bits.length);
  const view = new DataView(values.buffer);
  bits.forEach((b, i) => view.setBigUint64(8 * i, BigInt(`0x${b}`), true));
  return values;
}

/** Floats of these bits. */
function singles(...bits: readonly number[]): Float32Array {
  const values = new Float32Array(bits.length);
  const view = new DataView(values.buffer);
  bits.forEach((b, i) => view.setUint32(4 * i, b, true));
  return values;
}

const bytes = (values: Float32Array | Float64Array) => new Uint8Array(values.buffer);

Deno.test("withOneNaN() writes every NaN alike and leaves all other values", () => {
  const odd = doubles("fff8000000000000", "7ff0000000000001", "7ff8000000000000");
  assertEquals(bytes(withOneNaN(odd)), bytes(doubles(...Array(3).fill("7ff8000000000000"))));
  assertEquals(odd, doubles("fff8000000000000", "7ff0000000000001", "7ff8000000000000"));
  assertEquals(
    bytes(withOneNaN(singles(0xffc00000, 0x7f800001, 0x3f800000))),
    bytes(singles(0x7fc00000, 0x7fc00000, 0x3f800000)),
  );
});

Deno.test("withOneNaN() gives the same array where there is nothing to change", () => {
  const plain = doubles("7ff0000000000000", "fff0000000000000", "7ff8000000000000");
  assert(withOneNaN(plain) === plain);
  const some = new Float32Array([1, -0, Infinity, -Infinity, 1e-45]);
  assert(withOneNaN(some) === some);
});

Deno.test("encodeFrame() gives equal bytes for equal frames, whatever their NaN looks like", () => {
  const frame = (nan: string) => ({ rows: 2, columns: { x: doubles(nan, "3ff0000000000000") } });
  const one = encodeFrame(frame("fff8000000000000"));
  assertEquals(one, encodeFrame(frame("7ff8000000000001")));
  assert(Number.isNaN((decodeFrame(one).columns["x"] as Float64Array)[0]));
});
