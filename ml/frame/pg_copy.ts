import type { Frame } from "./frame.ts";

/** Types of PostgreSQL whose binary form is understood. */
export type CopyType = "float4" | "float8" | "int4" | "int8" | "timestamptz" | "bool" | "text";

/** The microseconds of PostgreSQL count from 2000-01-01 UTC. */
const EPOCH_MS = 946_684_800_000;
const HEADER_BYTES = 19;

/** The first letters of the signature. */
const PGCO = 0x5047434f;

type Values = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/**
 * Reads the bytes of `COPY … TO STDOUT (FORMAT binary)` into typed columns, chunk by chunk.
 *
 * `float4` and `bool` become float32, `int4` int32, `float8`, `int8` and `timestamptz` (ms since
 * 1970, UTC) float64, `text` strings. NULL is `NaN` in the float columns and refused in the others.
 * Chunks may be cut anywhere.
 *
 * @example
 * ```ts ignore
 * const parser = new CopyBinaryParser({ user_id: "text", steps: "float4" });
 * for await (const chunk of copyStream) parser.push(chunk);
 * const frame = parser.finish();
 * ```
 */
export class CopyBinaryParser {
  readonly #names: readonly string[];
  readonly #types: readonly CopyType[];
  readonly #columns: (Values | string[])[];
  readonly #decoder = new TextDecoder();
  #capacity: number;
  #rows = 0;
  #rest = new Uint8Array(0);
  #state: "header" | "rows" | "end" = "header";

  /** `columns` in the order of the query; `capacity` is the expected number of rows. */
  constructor(columns: { readonly [name: string]: CopyType }, capacity = 4096) {
    this.#names = Object.keys(columns);
    this.#types = Object.values(columns);
    this.#capacity = Math.max(1, capacity);
    this.#columns = this.#types.map((type) => allocate(type, this.#capacity));
  }

  /** Number of complete rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes the next bytes. O(bytes); an incomplete row is kept for the next call. */
  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = this.#state === "header" ? this.#header(view) : 0;
    while (this.#state === "rows") {
      const next = this.#row(view, bytes, at);
      if (next === undefined) break;
      at = next;
    }
    this.#rest = bytes.slice(at);
  }

  /**
   * Gives the columns; call it once, after the last chunk.
   *
   * @throws {RangeError} If the stream did not come to its end mark.
   */
  finish(): Frame {
    if (this.#state !== "end") {
      throw new RangeError(`Cannot read COPY stream: it ends within row ${this.#rows + 1}`);
    }
    const columns: { [name: string]: Values | readonly string[] } = {};
    this.#names.forEach((name, index) => {
      const column = this.#columns[index]!;
      columns[name] = Array.isArray(column) ? column : column.subarray(0, this.#rows);
    });
    return { rows: this.#rows, columns };
  }

  /** Skips the signature and the header extension; gives the offset of the first row. */
  #header(view: DataView): number {
    if (view.byteLength >= 4 && view.getUint32(0) !== PGCO) {
      throw new TypeError(`Cannot read COPY stream: it does not begin with "PGCOPY"`);
    }
    if (view.byteLength < HEADER_BYTES) return 0;
    const end = HEADER_BYTES + view.getUint32(15);
    if (view.byteLength < end) return 0;
    this.#state = "rows";
    return end;
  }

  /** Reads one row from `at`; gives the offset behind it, or undefined if it is not complete. */
  #row(view: DataView, bytes: Uint8Array, at: number): number | undefined {
    if (at + 2 > bytes.length) return undefined;
    const fields = view.getInt16(at);
    if (fields === -1) {
      this.#state = "end";
      return at + 2;
    }
    if (fields !== this.#types.length) {
      throw new RangeError(
        `Cannot read COPY row ${this.#rows + 1}: ${fields} fields, expected ${this.#types.length}`,
      );
    }
    const end = rowEnd(view, at + 2, fields);
    if (end === undefined) return undefined;
    if (this.#rows === this.#capacity) this.#grow();
    this.#fields(view, bytes, at + 2);
    this.#rows++;
    return end;
  }

  #fields(view: DataView, bytes: Uint8Array, start: number): void {
    let at = start;
    for (let index = 0; index < this.#types.length; index++) {
      const length = view.getInt32(at);
      at += 4;
      const column = this.#columns[index]!;
      const type = this.#types[index]!;
      if (Array.isArray(column)) {
        if (length === -1) throw this.#missing(index);
        column.push(this.#decoder.decode(bytes.subarray(at, at + length)));
      } else if (length === -1) {
        if (column instanceof Int32Array) throw this.#missing(index);
        column[this.#rows] = NaN;
      } else {
        if (length !== WIDTH[type]) throw this.#width(index, length);
        column[this.#rows] = number(view, at, type);
      }
      at += Math.max(0, length);
    }
  }

  #missing(index: number): TypeError {
    return new TypeError(
      `Cannot read column "${this.#names[index]}" of COPY row ${this.#rows + 1}: ` +
        `NULL has no form in ${this.#types[index]}`,
    );
  }

  #width(index: number, length: number): TypeError {
    const type = this.#types[index]!;
    return new TypeError(
      `Cannot read column "${this.#names[index]}" of COPY row ${this.#rows + 1}: ` +
        `${length} bytes, ${type} has ${WIDTH[type]}`,
    );
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns.forEach((column, index) => {
      if (Array.isArray(column)) return;
      const larger = allocate(this.#types[index]!, this.#capacity) as Values;
      larger.set(column);
      this.#columns[index] = larger;
    });
  }
}

const WIDTH: { readonly [type in CopyType]: number } = {
  float4: 4,
  float8: 8,
  int4: 4,
  int8: 8,
  timestamptz: 8,
  bool: 1,
  text: -1,
};

function allocate(type: CopyType, capacity: number): Values | string[] {
  if (type === "text") return [];
  if (type === "float4" || type === "bool") return new Float32Array(capacity);
  return type === "int4" ? new Int32Array(capacity) : new Float64Array(capacity);
}

function number(view: DataView, at: number, type: CopyType): number {
  switch (type) {
    case "float4":
      return view.getFloat32(at);
    case "float8":
      return view.getFloat64(at);
    case "int4":
      return view.getInt32(at);
    case "int8":
      return int64(view, at);
    case "timestamptz":
      return int64(view, at) / 1000 + EPOCH_MS;
    default:
      return view.getUint8(at);
  }
}

/** Exact up to 2^53; a BigInt per value would cost ten times as much. */
function int64(view: DataView, at: number): number {
  return view.getInt32(at) * 4294967296 + view.getUint32(at + 4);
}

function rowEnd(view: DataView, start: number, fields: number): number | undefined {
  let at = start;
  for (let field = 0; field < fields; field++) {
    if (at + 4 > view.byteLength) return undefined;
    at += 4 + Math.max(0, view.getInt32(at));
  }
  return at > view.byteLength ? undefined : at;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
