import type { Matrix } from "./frame.ts";

/** Rows with their true values. */
export interface Labelled {
  /** The rows. */
  readonly rows: Matrix;
  /** One true value a row. */
  readonly label: Float32Array;
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
