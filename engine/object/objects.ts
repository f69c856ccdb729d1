/** The port to a store of objects: bytes of any size under string keys. @module */

/** What a listing tells of an object. */
export interface ObjectInfo {
  /** Its name: words between slashes. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last written, by the clock of the store. */
  readonly modified: Date;
}

/** What is known of an object without reading it. */
export interface ObjectHead extends ObjectInfo {
  /** SHA-256 of its bytes in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Bytes that may be more than memory holds. Size and digest are known before the first byte is sent, so that a store
 * refuses wrong bytes before anybody sees them; {@linkcode bodyOf} finds them by reading once.
 */
export interface ObjectBody {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
  /** Opens the bytes from their beginning; may be called again. */
  open(): ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>;
}

/** How long a call may go on. */
export interface ObjectCall {
  /** Gives the call up; what was begun is undone. */
  readonly signal?: AbortSignal;
}

/** The first byte, and the one after the last; `to` may lie beyond the end. */
export interface ByteRange {
  /** From 0. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * Keeps objects. An object is seen whole or not at all, also while it is replaced and when its writer is killed; what
 * was put is seen by the next call of anybody. Bytes are checked against their SHA-256 when they are written and when
 * they are read as a whole.
 */
export interface Objects {
  /** For messages and the UI: "file", "s3", "gcs". */
  readonly name: string;
  /** Where the objects are, for people: a folder or an address without secrets. */
  readonly place: string;
  /**
   * Keeps bytes under a key, replacing what was there.
   *
   * @throws {Deno.errors.InvalidData} If the bytes are not those that the body promised; nothing is kept.
   */
  put(key: string, body: Uint8Array | ObjectBody, call?: ObjectCall): Promise<ObjectHead>;
  /**
   * Streams an object. The stream fails at its end with `Deno.errors.InvalidData` if the bytes were damaged.
   *
   * @throws {Deno.errors.NotFound} If there is none.
   */
  get(key: string, call?: ObjectCall): Promise<ReadableStream<Uint8Array>>;
  /**
   * Reads a part, at most what there is. A part cannot be checked against the digest of the whole.
   *
   * @throws {Deno.errors.NotFound} If there is none.
   * @throws {RangeError} If the range is none.
   */
  range(key: string, range: ByteRange, call?: ObjectCall): Promise<Uint8Array>;
  /** What is known of an object; undefined if there is none. */
  head(key: string, call?: ObjectCall): Promise<ObjectHead | undefined>;
  /** All objects whose key begins with `prefix`; the order is the store's own. */
  list(prefix: string, call?: ObjectCall): AsyncIterable<ObjectInfo>;
  /** Removes an object, if it is there. */
  delete(key: string, call?: ObjectCall): Promise<void>;
  /** Removes what writers that were interrupted before `before` left behind; gives how many. */
  sweep(before: Date, call?: ObjectCall): Promise<number>;
}

/** Keys are limited to what every store, folder and address takes as it is. */
const KEY = /^(?!\.)[\w=@,.-]+(\/(?!\.)[\w=@,.-]+)*$/;
const LONGEST_KEY = 800;

/**
 * Refuses a key that not every store can keep.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkObjectKey } from "engine";
 *
 * checkObjectKey("exports/2025-01-27/energy.parquet");
 * assertThrows(() => checkObjectKey("../etc/passwd"), RangeError);
 * ```
 * @throws {RangeError} Unless it is words of letters, digits and `_ = @ , . -` between single slashes, none of which
 * begins with a dot, at most 800 characters.
 */
export function checkObjectKey(key: string): void {
  if (key.length <= LONGEST_KEY && KEY.test(key)) return;
  throw new RangeError(
    `Cannot use object key "${key}": it is not like "exports/2025-01-27/energy.parquet"`,
  );
}

/** @throws {RangeError} Unless the range holds at least one byte. */
export function checkByteRange({ from, to }: ByteRange): void {
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to) return;
  throw new RangeError(`Cannot read bytes ${from}–${to}: not whole numbers with 0 ≤ from < to`);
}

/** The error of an object that is not there. */
export function noObject(key: string, place: string): Error {
  return new Deno.errors.NotFound(
    `Cannot read object "${key}": it is not in "${place}"; do all processes see the same store (AURORA_OBJECTS)?`,
  );
}
