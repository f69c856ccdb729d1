/**
 * Half width of a split-conformal prediction interval: `prediction ± conformal(residuals, 0.9)`
 * holds the true value with probability `level`, whatever the model, if the residuals come from
 * rows that it was not trained on and the future resembles them.
 *
 * The ⌈(n + 1) · level⌉-th smallest absolute residual; `Infinity` if there are too few residuals
 * for that level (fewer than 9 for 0.9).
 *
 * @throws {RangeError} If `level` is not between 0 and 1, or a residual is not a number.
 * @see {@link https://arxiv.org/abs/1604.04173} Lei et al., Algorithm 2.
 */
export function conformal(residuals: Float32Array, level: number): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot take an interval of level ${level}: it must be between 0 and 1`);
  }
  if (residuals.some(Number.isNaN)) {
    throw new RangeError(`Cannot take an interval: a residual is not a number`);
  }
  const sorted = residuals.map(Math.abs).sort();
  // The tolerance undoes 0.9 * 10 = 9.000000000000002 and the like.
  const rank = Math.ceil((sorted.length + 1) * level - 1e-9);
  return sorted[rank - 1] ?? Infinity;
}

/** Share of rows whose true value lies within `[low, high]`, ends included; `NaN` without rows. */
export function coverage(y: Float32Array, low: Float32Array, high: Float32Array): number {
  if (y.length !== low.length || y.length !== high.length) {
    throw new RangeError(
      `Cannot count coverage of ${y.length} values: ${low.length} low and ${high.length} high ends`,
    );
  }
  let covered = 0;
  for (let row = 0; row < y.length; row++) {
    if (low[row]! <= y[row]! && y[row]! <= high[row]!) covered++;
  }
  return covered / y.length;
}
