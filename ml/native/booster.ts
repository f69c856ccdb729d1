import type { Matrix } from "../frame/frame.ts";
import type { Labelled } from "../frame/shape.ts";

/** Parameters by the library's own names. */
export type Params = { readonly [name: string]: number | string | boolean };

/** What a booster is made of. */
export interface BoosterOptions {
  /** Parameters by the library's own names, with threads and seed. */
  readonly params: Params;
  /** Names of the columns. */
  readonly featureNames: readonly string[];
  /** Rows to learn from. */
  readonly train: Labelled;
  /** Rows to score each round on. */
  readonly valid: Labelled;
}

/** One score of a round on the validation rows. */
export interface Score {
  /** Name of the metric as the library gives it. */
  readonly metric: string;
  /** Its value. */
  readonly value: number;
}

/**
 * A model in training, the same for both libraries. All calls are synchronous and belong to one
 * thread: both libraries keep errors and results in thread-local storage.
 */
export interface Booster extends Disposable {
  /** Adds one tree; `round` counts from 0. Gives false if no tree could be split any more. */
  update(round: number): boolean;
  /** Scores the validation rows after `round`. */
  evaluate(round: number): readonly Score[];
  /** Keeps the first `rounds` trees for everything that follows. */
  keep(rounds: number): void;
  /** Predicts, `rows × outputs`, float64 for LightGBM. */
  predict(matrix: Matrix): Float32Array | Float64Array;
  /** The model in the library's own format. */
  save(): Uint8Array;
  /** Total gain of the splits of each feature, by its index. */
  gain(): Float64Array;
}

/** A loaded library that trains. */
export interface Library extends Disposable {
  /** Name and version, such as `xgboost 3.2.0`. */
  readonly version: string;
  /** Hands data over and begins a model. */
  booster(options: BoosterOptions): Booster;
  /** Reads a model that `save` gave; it can predict. */
  load(model: Uint8Array): { predict(matrix: Matrix): Float32Array | Float64Array } & Disposable;
}
