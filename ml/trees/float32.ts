const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const SMALLEST = 1.401298464324817e-45;
const LARGEST = 3.4028234663852886e38;

/** The next float32 below a float32 (of 0: the largest negative one). */
export function nextDown(x: number): number {
  float[0] = x;
  if (float[0] === 0) return -SMALLEST;
  bits[0]! += x > 0 ? -1 : 1;
  return float[0]!;
}

/** The next float32 above a float32 (of 0: the smallest positive one). */
export function nextUp(x: number): number {
  return -nextDown(-x);
}

/**
 * The largest float32 that is not above `t`: for every float32 `x`,
 * `x <= t` equals `x <= floor32(t)`.
 *
 * Rounding to nearest instead sends up to a third of the rows that lie on a threshold the wrong
 * way.
 */
export function floor32(t: number): number {
  if (!Number.isFinite(t)) return t;
  const rounded = Math.fround(t);
  if (rounded <= t) return rounded;
  return rounded === Infinity ? LARGEST : nextDown(rounded);
}
