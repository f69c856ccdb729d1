/** Values of one column: missing numbers are `NaN` (integers have no missing value). */
export type Column = Float32Array | Float64Array | Int32Array | readonly string[];

/** A table in memory, one typed array a column, all of length `rows`. */
export interface Frame {
  /** Length of every column. */
  readonly rows: number;
  /** The columns by name, in the order they were written. */
  readonly columns: { readonly [name: string]: Column };
}

/** Numbers for training and scoring: row-major, `rows × features`, float32, missing is `NaN`. */
export interface Matrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of values in a row. */
  readonly features: number;
  /** `rows * features` values, row after row. */
  readonly values: Float32Array;
}

/**
 * Takes columns of a frame as a matrix, in the order of `names`.
 *
 * Copies; float64 and int32 are rounded to float32. `keep` chooses rows by their index in the
 * frame.
 *
 * @throws {RangeError} If a name is no column of the frame.
 * @throws {TypeError} If a column holds text.
 */
export function matrixOf(
  frame: Frame,
  names: readonly string[],
  keep?: (row: number) => boolean,
): Matrix {
  const sources = names.map((name) => numbers(frame, name));
  const kept = keep === undefined ? undefined : chosenRows(frame.rows, keep);
  const rows = kept?.length ?? frame.rows;
  const features = names.length;
  const values = new Float32Array(rows * features);
  sources.forEach((source, feature) => {
    for (let row = 0; row < rows; row++) {
      values[row * features + feature] = source[kept === undefined ? row : kept[row]!]!;
    }
  });
  return { rows, features, values };
}

/**
 * The numbers of one column.
 *
 * @throws {RangeError} If the frame has no such column, or it is not as long as the frame.
 * @throws {TypeError} If the column holds text.
 */
export function numbers(frame: Frame, name: string): Float32Array | Float64Array | Int32Array {
  const column = columnOf(frame, name);
  if (!ArrayBuffer.isView(column)) {
    throw new TypeError(`Cannot read numbers of column "${name}": it holds text`);
  }
  return column;
}

/**
 * The texts of one column.
 *
 * @throws {RangeError} If the frame has no such column, or it is not as long as the frame.
 * @throws {TypeError} If the column holds numbers.
 */
export function texts(frame: Frame, name: string): readonly string[] {
  const column = columnOf(frame, name);
  if (ArrayBuffer.isView(column)) {
    throw new TypeError(`Cannot read texts of column "${name}": it holds numbers`);
  }
  return column;
}

function columnOf(frame: Frame, name: string): Column {
  const column = Object.hasOwn(frame.columns, name) ? frame.columns[name] : undefined;
  if (column === undefined) {
    const known = Object.keys(frame.columns).map((known) => `"${known}"`).join(", ");
    throw new RangeError(`Cannot read column "${name}": the frame has ${known || "no columns"}`);
  }
  if (column.length !== frame.rows) {
    throw new RangeError(
      `Cannot read column "${name}": it has ${column.length} values, the frame ${frame.rows} rows`,
    );
  }
  return column;
}

function chosenRows(rows: number, keep: (row: number) => boolean): Uint32Array {
  const kept = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (keep(row)) kept[count++] = row;
  return kept.subarray(0, count);
}
