/** Empty bins count as this share, lest the logarithm be infinite. */
const SMALLEST_SHARE = 1e-4;

/**
 * Population stability index: how far `actual` is distributed from `reference`.
 *
 * Bins are quantiles of the reference (`bins`, 10); `NaN` is a bin of its own. By convention below
 * 0.1 is stable, above 0.25 has shifted.
 *
 * @throws {RangeError} If one of both is empty.
 */
export function psi(
  reference: Float32Array | Float64Array,
  actual: Float32Array | Float64Array,
  bins = 10,
): number {
  if (reference.length === 0 || actual.length === 0) {
    throw new RangeError(
      `Cannot compare distributions: ` +
        `${reference.length} reference and ${actual.length} actual values`,
    );
  }
  const edges = quantiles(reference, bins);
  const expected = shares(reference, edges);
  return shares(actual, edges).reduce((sum, share, bin) => {
    const before = expected[bin]!;
    return before === share ? sum : sum + (share - before) * Math.log(share / before);
  }, 0);
}

/** Inner edges, distinct: a value belongs to the first bin whose edge is not below it. */
function quantiles(values: Float32Array | Float64Array, bins: number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const edges = new Set<number>();
  if (sorted.length === 0) return [];
  for (let bin = 1; bin < bins; bin++) {
    edges.add(sorted[Math.ceil(bin * sorted.length / bins) - 1] ?? sorted[0]!);
  }
  return [...edges];
}

function shares(values: Float32Array | Float64Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 2).fill(0); // the last one counts NaN
  for (const value of values) {
    counts[Number.isNaN(value) ? edges.length + 1 : binOf(value, edges)]! += 1;
  }
  return counts.map((count) => Math.max(count / values.length, SMALLEST_SHARE));
}

function binOf(value: number, edges: readonly number[]): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
