/** A pointer as Deno knows it. */
export type Pointer = Deno.PointerValue;

/** Typed arrays that the libraries read. */
export type Numbers = Float32Array | Float64Array | Int32Array;

const encoder = new TextEncoder();

/** A string as C reads it: UTF-8 and a zero. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text + "\0");
}

/** The string at a pointer; empty for null. */
export function readCString(pointer: Pointer): string {
  return pointer === null ? "" : new Deno.UnsafePointerView(pointer).getCString();
}

/** The address of the first byte. The caller keeps the array alive while C may read it. */
export function address(view: ArrayBufferView): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(view as Uint8Array<ArrayBuffer>)));
}

/** The address of a handle, for arrays of handles. */
export function addressOf(pointer: Pointer): bigint {
  return BigInt(Deno.UnsafePointer.value(pointer));
}

/** A typed array as the `buffer` parameters of FFI take it: of any kind, never shared memory. */
export function buffer(numbers: Numbers): Numbers & ArrayBufferView<ArrayBuffer> {
  return numbers as Numbers & ArrayBufferView<ArrayBuffer>;
}

/** One eight-byte place that a C function writes its result to. */
export class Out {
  /** What is handed to the function. */
  readonly buffer: BigUint64Array<ArrayBuffer> = new BigUint64Array(1);

  /** The result as a number, such as a length. */
  get number(): number {
    return Number(this.buffer[0]);
  }

  /** The result as a pointer. */
  get pointer(): Pointer {
    return Deno.UnsafePointer.create(this.buffer[0]!);
  }
}

/** Strings as a `char **`; their bytes live as long as this object. */
export class CStrings {
  /** The array of pointers. */
  readonly buffer: BigUint64Array<ArrayBuffer>;
  readonly #bytes: readonly Uint8Array<ArrayBuffer>[];

  constructor(texts: readonly string[]) {
    this.#bytes = texts.map(cString);
    this.buffer = new BigUint64Array(this.#bytes.map(address));
  }
}

/**
 * A typed array as NumPy's array interface (JSON), which XGBoost reads without a copy.
 *
 * The caller keeps `numbers` alive while the library may read it.
 *
 * @see {@link https://numpy.org/doc/stable/reference/arrays.interface.html} Version 3.
 */
export function arrayInterface(numbers: Numbers, shape: readonly number[]): string {
  const kind = numbers instanceof Int32Array ? "i" : "f";
  return JSON.stringify({
    data: [Number(address(numbers)), true],
    shape,
    typestr: `<${kind}${numbers.BYTES_PER_ELEMENT}`,
    version: 3,
    strides: null,
  });
}

/** A native object, freed once: by `using`, or by the collector when its wrapper was forgotten. */
export abstract class Handle implements Disposable {
  #pointer: Pointer;
  readonly #free: (pointer: Pointer) => void;

  constructor(pointer: Pointer, free: (pointer: Pointer) => void) {
    this.#pointer = pointer;
    this.#free = free;
    // The registry holds the pointer, never the wrapper: the wrapper could not be collected.
    forgotten.register(this, () => free(pointer), this);
  }

  /** The pointer for calls. */
  get pointer(): Pointer {
    if (this.#pointer === null) {
      throw new ReferenceError(`Cannot use ${this.constructor.name}: it was disposed`);
    }
    return this.#pointer;
  }

  /** Frees the native object; a second time does nothing. */
  [Symbol.dispose](): void {
    if (this.#pointer === null) return;
    forgotten.unregister(this);
    this.#free(this.#pointer);
    this.#pointer = null;
  }
}

const forgotten = new FinalizationRegistry<() => void>((free) => free());
