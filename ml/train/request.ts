import type { Matrix } from "../frame/frame.ts";

/** The libraries that train. */
export type Algorithm = "xgboost" | "lightgbm";

/** What to train on, and how. The same request gives the same bytes. */
export interface TrainRequest {
  /** Which library trains. */
  readonly algorithm: Algorithm;
  /** Parameters of the library by its own names; seed, threads and verbosity are ours. */
  readonly params: { readonly [name: string]: number | string | boolean };
  /** Names of the columns of the matrices, in their order. */
  readonly featureNames: readonly string[];
  /** Rows to learn from. */
  readonly train: Matrix;
  /** Their true values, one a row. */
  readonly trainLabel: Float32Array;
  /** Rows that decide when to stop, never learned from. */
  readonly valid: Matrix;
  /** Their true values, one a row. */
  readonly validLabel: Float32Array;
  /** Most rounds to run, one tree each. */
  readonly rounds: number;
  /** Stop when so many rounds brought no better score; 0 runs all rounds. */
  readonly earlyStoppingRounds: number;
  /** Threads; without it 1 below 50,000 rows, else one per core. */
  readonly threads?: number;
  /** Seed of all randomness. */
  readonly seed: number;
}

/** The score of one round on the validation rows. */
export interface RoundScore {
  /** Counts from 1: the number of trees so far. */
  readonly round: number;
  /** Name the library gives the metric, such as `rmse` or `l2`. */
  readonly metric: string;
  /** The score itself. */
  readonly value: number;
}

/** How close the ONNX model came to the native one. */
export interface Parity {
  /** Largest absolute difference of a prediction. */
  readonly maxAbsDiff: number;
  /** Rows compared: all validation rows and the rows made from the thresholds. */
  readonly rows: number;
}

/** A trained model: bytes and what is known about them. */
export interface Trained {
  /** Which library trained. */
  readonly algorithm: Algorithm;
  /** Library and version, such as `xgboost 3.2.0`. */
  readonly library: string;
  /** The model in the library's own format (XGBoost: JSON, LightGBM: text), UTF-8. */
  readonly native: Uint8Array;
  /** The model as ONNX: input `x` (rows × features, float32), output `y` (rows × outputs). */
  readonly onnx: Uint8Array;
  /** Rounds of the kept model: the best one, counted from 1. */
  readonly bestRound: number;
  /** Score of that round on the validation rows. */
  readonly bestScore: number;
  /** Scores of all rounds that ran. */
  readonly history: readonly RoundScore[];
  /** Share of the total gain by feature; sums to 1, or is all 0 without a split. */
  readonly importance: { readonly [feature: string]: number };
  /** What the native library predicts for the validation rows. */
  readonly validPrediction: Float32Array;
  /** How close the ONNX model came to the native one. */
  readonly parity: Parity;
}
