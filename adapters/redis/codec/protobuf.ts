/** Protocol buffers' wire format, as far as Feast's values use it. @module */

/** Writes one message into a buffer that grows and can be used again. */
export class ProtobufWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Begins a new message in the same buffer. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  /** What was written; valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Field number and wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  tag(field: number, wire: 0 | 1 | 2 | 5): this {
    return this.varint(field << 3 | wire);
  }

  /** A signed integer as protobuf's int64: ten bytes when negative. */
  varint(value: number | bigint): this {
    if (typeof value === "number" && value >= 0 && value < 2 ** 31) return this.#small(value);
    let rest = BigInt.asUintN(64, BigInt(value));
    this.#reserve(10);
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  #small(value: number): this {
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** Eight bytes, little-endian. */
  float64(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  /** Four bytes, little-endian. */
  float32(value: number): this {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** A length-delimited field. */
  bytes(field: number, value: Uint8Array): this {
    this.tag(field, 2).varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.written);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads one message. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether all was read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A signed integer; a `bigint` only where a number would not be exact. */
  varint(): number | bigint {
    const first = this.#byte();
    if (first < 128) return first;
    let value = BigInt(first & 127);
    for (let shift = 7n;; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    const signed = BigInt.asIntN(64, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.#short();
    return byte;
  }

  /** Field number and wire type. */
  tag(): { readonly field: number; readonly wire: number } {
    const tag = Number(this.varint());
    return { field: tag >>> 3, wire: tag & 7 };
  }

  /** Eight bytes, little-endian. */
  float64(): number {
    return this.#fixed(8).getFloat64(this.#at - 8, true);
  }

  /** Four bytes, little-endian. */
  float32(): number {
    return this.#fixed(4).getFloat32(this.#at - 4, true);
  }

  #fixed(length: number): DataView {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw this.#short();
    return this.#view;
  }

  /** The content of a length-delimited field; shares memory with the message. */
  bytes(): Uint8Array {
    const length = Number(this.varint());
    this.#fixed(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #short(): RangeError {
    return new RangeError(`Cannot read message: ${this.#bytes.length} bytes are too few`);
  }
}
