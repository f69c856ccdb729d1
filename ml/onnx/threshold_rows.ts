import type { Matrix } from "../frame/frame.ts";
import { type Ensemble, isLeaf } from "../trees/ensemble.ts";
import { nextDown, nextUp } from "../trees/float32.ts";

/**
 * Makes the hardest rows for a model: every value is one of the feature's own thresholds, or the
 * float32 next to it, or missing, or 0. Errors of rounding that ordinary rows meet once in 200,000
 * show here in every fourth row. The same model and `seed` give the same rows.
 */
export function thresholdRows(ensemble: Ensemble, rows: number, seed: number): Matrix {
  const { features } = ensemble;
  const known = splitValues(ensemble);
  const random = generator(seed);
  const values = new Float32Array(rows * features);
  for (let at = 0; at < values.length; at++) {
    const { splits, isCategorical } = known[at % features]!;
    const value = splits[Math.floor(random() * splits.length)] ?? 0;
    values[at] = isCategorical ? value : disturbed(value, random());
  }
  return { rows, features, values };
}

interface SplitValues {
  readonly splits: number[];
  isCategorical: boolean;
}

function splitValues(ensemble: Ensemble): readonly SplitValues[] {
  const known = Array.from(
    { length: ensemble.features },
    (): SplitValues => ({ splits: [], isCategorical: false }),
  );
  for (const tree of ensemble.trees) {
    for (let node = 0; node < tree.left.length; node++) {
      if (isLeaf(tree, node)) continue;
      const feature = known[tree.feature[node]!]!;
      const members = tree.members[node];
      if (members === undefined) feature.splits.push(tree.threshold[node]!);
      else {
        feature.isCategorical = true;
        feature.splits.push(...members, UNKNOWN_CATEGORY);
      }
    }
  }
  return known;
}

const UNKNOWN_CATEGORY = -1;

function disturbed(value: number, chance: number): number {
  if (chance < 0.1) return NaN;
  if (chance < 0.15) return 0;
  if (chance < 0.4) return nextUp(Math.fround(value));
  if (chance < 0.65) return nextDown(Math.fround(value));
  return value;
}

/** Numerical Recipes' linear congruence: enough to spread rows, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
