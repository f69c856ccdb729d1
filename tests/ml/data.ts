/** Made-up rows with a known shape, the same each time. */
import type { Matrix, TrainRequest } from "../../ml/mod.ts";
import type { Labelled } from "../../ml/frame/shape.ts";

/** Random numbers in [0, 1), the same for the same seed. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Names of the features of {@link curved}. */
export const FEATURES = ["wave", "left", "right", "shade", "noise", "flat"] as const;

/**
 * A curved target of six features with 8 % missing values and some zeros: y = sin 2a + b·c + noise.
 */
export function curved(rows: number, seed: number): Labelled {
  const random = generator(seed);
  const features = FEATURES.length;
  const values = Float32Array.from({ length: rows * features }, () => {
    const chance = random();
    return chance < 0.08 ? NaN : chance < 0.12 ? 0 : random() * 4 - 2;
  });
  const label = Float32Array.from({ length: rows }, (_, row) => {
    const x = (feature: number) => values[row * features + feature]! || 0;
    return Math.sin(2 * x(0)) + x(1) * x(2) + 0.1 * random();
  });
  return { rows: { rows, features, values }, label };
}

/** A request on such rows; what a test is about is given on top. */
export function request(over: Partial<TrainRequest> = {}): TrainRequest {
  const train = curved(2000, 7);
  const valid = curved(500, 8);
  return {
    algorithm: "xgboost",
    params: {},
    featureNames: FEATURES,
    train: train.rows,
    trainLabel: train.label,
    valid: valid.rows,
    validLabel: valid.label,
    rounds: 40,
    earlyStoppingRounds: 10,
    seed: 3,
    ...over,
  };
}

/** The first rows of a matrix. */
export function head(matrix: Matrix, rows: number): Matrix {
  return { ...matrix, rows, values: matrix.values.subarray(0, rows * matrix.features) };
}

/** Largest absolute difference of two lists of the same length; NaN if a pair has one. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`Cannot compare ${a.length} with ${b.length}`);
  return Array.from(a, (value, at) => Math.abs(value - b[at]!))
    .reduce((largest, difference) => difference <= largest ? largest : difference, 0);
}
