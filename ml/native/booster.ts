import type { Matrix } from "../frame/frame.ts";

/** Parameters by the library's own names. */
export type Params = { readonly [name: string]: number | string | boolean };

/** Rows with their true values. */
export interface Labelled {
  /** The rows. */
  readonly rows: Matrix;
  /** One true value a row. */
  readonly label: Float32Array;
}

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

/**
 * Stops wrong lengths before they become reads beyond the end of memory.
 *
 * @throws {RangeError} If the numbers of values, rows, columns or names do not fit.
 */
export function checkShape(matrix: Matrix, features: number): void {
  const expected = matrix.rows * matrix.features;
  if (matrix.values.length !== expected) {
    throw new RangeError(
      `Cannot read matrix: it has ${matrix.values.length} values, ` +
        `expected ${matrix.rows} rows × ${matrix.features} features = ${expected}`,
    );
  }
  if (matrix.features !== features) {
    throw new RangeError(
      `Cannot read matrix: it has ${matrix.features} features, expected ${features}`,
    );
  }
}

/** Stops wrong lengths of rows and labels. See {@link checkShape}. */
export function checkLabelled({ rows, label }: Labelled, features: number): void {
  checkShape(rows, features);
  if (label.length !== rows.rows) {
    throw new RangeError(`Cannot read labels: there are ${label.length} for ${rows.rows} rows`);
  }
}
