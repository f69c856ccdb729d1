import type { Matrix } from "../frame/frame.ts";
import { divisor, type Ensemble, isLeaf, type Tree } from "./ensemble.ts";

/** |x| up to this is zero where zeros are missing. */
const ZERO = Math.fround(1e-35);

/**
 * Sums the trees, before the link, in float64: slow, and as plain as can be.
 *
 * The truth that the fast forms are tested against; `rows × outputs`.
 */
export function evaluate(ensemble: Ensemble, matrix: Matrix): Float64Array {
  const { outputs, base } = ensemble;
  const sums = new Float64Array(matrix.rows * outputs);
  for (let row = 0; row < matrix.rows; row++) {
    const x = matrix.values.subarray(row * matrix.features, (row + 1) * matrix.features);
    for (const tree of ensemble.trees) {
      sums[row * outputs + tree.target]! += leafOf(ensemble, tree, x);
    }
  }
  return sums.map((sum, at) => sum / divisor(ensemble) + base[at % outputs]!);
}

function leafOf(ensemble: Ensemble, tree: Tree, x: Float32Array): number {
  let node = 0;
  while (!isLeaf(tree, node)) {
    const feature = tree.feature[node]!;
    const value = x[feature]!;
    const isMissing = Number.isNaN(value) ||
      (ensemble.zeroMissing.has(feature) && Math.abs(value) <= ZERO);
    const goesLeft = isMissing ? tree.nanLeft[node]! : passes(tree, node, value);
    node = goesLeft ? tree.left[node]! : tree.right[node]!;
  }
  return tree.value[node]!;
}

function passes(tree: Tree, node: number, value: number): boolean {
  switch (tree.mode[node]!) {
    case "in":
      return tree.members[node]!.includes(value);
    case "lt":
      return value < tree.threshold[node]!;
    case "leq":
      return value <= tree.threshold[node]!;
  }
}
