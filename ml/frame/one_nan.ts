/**
 * The same values with one NaN: the engine of JavaScript may write any of its many bit patterns, interpreted code another
 * one than compiled code, and equal data would have different bytes and so another digest.
 *
 * Gives the array itself if there is nothing to change, else a copy. One pass.
 */
export function withOneNaN<T extends Float32Array | Float64Array>(values: T): T {
  return values instanceof Float32Array ? singles(values) as T : doubles(values) as T;
}

const SINGLE = 0x7fc00000;
const DOUBLE_HIGH = 0x7ff80000;
/** Of the two halves of a double the one with the sign comes second: all machines that Deno runs on are little-endian. */
const HIGH = 1;

function singles(values: Float32Array): Float32Array {
  let bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let found = values;
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & 0x7fffffff) <= 0x7f800000 || bits[i] === SINGLE) continue;
    if (found === values) {
      found = values.slice();
      bits = new Uint32Array(found.buffer, found.byteOffset, found.length);
    }
    bits[i] = SINGLE;
  }
  return found;
}

function doubles(values: Float64Array): Float64Array {
  let halves = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  let found = values;
  for (let i = 0; i < halves.length; i += 2) {
    const high = halves[i + HIGH]! & 0x7fffffff;
    if (high < 0x7ff00000 || (high === 0x7ff00000 && halves[i] === 0)) continue;
    if (halves[i + HIGH] === DOUBLE_HIGH && halves[i] === 0) continue;
    if (found === values) {
      found = values.slice();
      halves = new Uint32Array(found.buffer, found.byteOffset, 2 * found.length);
    }
    halves[i] = 0;
    halves[i + HIGH] = DOUBLE_HIGH;
  }
  return found;
}
