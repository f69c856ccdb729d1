/** How well predictions meet what came true. */
export interface RegressionMetrics {
  /** Mean absolute error, in the unit of the target. */
  readonly mae: number;
  /** Root of the mean squared error, in the unit of the target. */
  readonly rmse: number;
  /**
   * Share of the variance explained: 1 is perfect, 0 is the mean; `NaN` if the target is constant.
   */
  readonly r2: number;
  /** Rank correlation in [-1, 1]; `NaN` if either side is constant. */
  readonly spearman: number;
}

/**
 * Compares predictions `p` with the true values `y`.
 *
 * @throws {RangeError} If there are no values, or not as many predictions as values.
 */
export function regressionMetrics(y: Float32Array, p: Float32Array): RegressionMetrics {
  if (y.length !== p.length || y.length === 0) {
    throw new RangeError(
      `Cannot compare ${p.length} predictions with ${y.length} values: ` +
        `both must be as many, at least one`,
    );
  }
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  let absolute = 0;
  let squared = 0;
  let variance = 0;
  for (let row = 0; row < y.length; row++) {
    const error = p[row]! - y[row]!;
    absolute += Math.abs(error);
    squared += error * error;
    variance += (y[row]! - mean) ** 2;
  }
  return {
    mae: absolute / y.length,
    rmse: Math.sqrt(squared / y.length),
    r2: variance === 0 ? NaN : 1 - squared / variance,
    spearman: pearson(ranks(y), ranks(p)),
  };
}

/** Ranks from 1; equal values share their mean rank. */
function ranks(values: Float32Array): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index)
    .sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let at = start; at < end; at++) result[order[at]!] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

function pearson(a: Float64Array, b: Float64Array): number {
  const mean = (a.length + 1) / 2; // of ranks, ties or not
  let covariance = 0;
  let varianceA = 0;
  let varianceB = 0;
  for (let index = 0; index < a.length; index++) {
    const da = a[index]! - mean;
    const db = b[index]! - mean;
    covariance += da * db;
    varianceA += da * da;
    varianceB += db * db;
  }
  const scale = Math.sqrt(varianceA * varianceB);
  return scale === 0 ? NaN : covariance / scale;
}
