import {
  type Data,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Type,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import * as arrow from "apache-arrow";
import type { Column, Frame } from "./frame.ts";
import { withOneNaN } from "./one_nan.ts";

/**
 * Writes a frame as an Arrow IPC stream, which pandas, polars and DuckDB read as well.
 *
 * The numbers are copied once, into the result. Equal frames give equal bytes: every NaN is written alike.
 *
 * @throws {RangeError} If a column is not as long as the frame.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  const data: Data[] = [];
  const fields: arrow.Field[] = [];
  for (const [name, column] of Object.entries(frame.columns)) {
    if (column.length !== frame.rows) {
      throw new RangeError(
        `Cannot encode column "${name}": ` +
          `it has ${column.length} values, the frame ${frame.rows} rows`,
      );
    }
    const values = columnData(column);
    data.push(values);
    fields.push(new arrow.Field(name, values.type, false));
  }
  const schema = new Schema(fields);
  const type = new Struct(fields);
  const batch = new RecordBatch(
    schema,
    makeData({ type, length: frame.rows, nullCount: 0, children: data }),
  );
  return tableToIPC(new Table(schema, batch), "stream");
}

/**
 * Reads an Arrow IPC stream or file; numeric columns of one batch are views of `bytes`, not copies.
 *
 * Missing float values become `NaN`. Columns may be float32, float64, int32 and utf8.
 *
 * @throws {TypeError} If a column has another type, or a missing integer or text.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  // Arrow makes typed arrays right on the buffer, which must therefore lie on a multiple of 8.
  const table = tableFromIPC(bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());
  const columns: { [name: string]: Column } = {};
  table.schema.fields.forEach((field, index) => {
    columns[field.name] = columnOf(field.name, table.getChildAt(index)!);
  });
  return { rows: table.numRows, columns };
}

function columnData(column: Column): Data {
  const length = column.length;
  if (column instanceof Float32Array) {
    return makeData({ type: new arrow.Float32(), length, nullCount: 0, data: withOneNaN(column) });
  }
  if (column instanceof Float64Array) {
    return makeData({ type: new arrow.Float64(), length, nullCount: 0, data: withOneNaN(column) });
  }
  if (column instanceof Int32Array) {
    return makeData({ type: new arrow.Int32(), length, nullCount: 0, data: column });
  }
  const vector = vectorFromArray(column, new Utf8());
  return vector.data[0] ?? makeData({ type: new Utf8(), length: 0 });
}

function columnOf(name: string, vector: Vector): Column {
  const type = vector.type;
  const isFloat = type.typeId === Type.Float && (type.precision === 1 || type.precision === 2);
  const isInt32 = type.typeId === Type.Int && type.bitWidth === 32 && type.isSigned;
  if (!isFloat && !isInt32 && type.typeId !== Type.Utf8) {
    throw new TypeError(
      `Cannot decode column "${name}" of type ${type}: not float32, float64, int32 or utf8`,
    );
  }
  if (vector.nullCount > 0 && !isFloat) {
    throw new TypeError(`Cannot decode column "${name}": ${vector.nullCount} values are missing`);
  }
  if (type.typeId === Type.Utf8) return [...vector] as string[];
  const values = vector.toArray() as Float32Array | Float64Array | Int32Array;
  return vector.nullCount === 0 ? values : withNaN(values, vector);
}

function withNaN<T extends Float32Array | Float64Array | Int32Array>(values: T, vector: Vector): T {
  const copy = values.slice() as T;
  for (let row = 0; row < copy.length; row++) if (vector.get(row) === null) copy[row] = NaN;
  return copy;
}
