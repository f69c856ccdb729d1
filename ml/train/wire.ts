import type { Trained, TrainRequest } from "./request.ts";

/** Typed arrays that may stand in a message. */
const KINDS = { Float32Array, Uint8Array } as const;

/** Stands in the JSON for a typed array that follows. */
interface Placeholder {
  readonly $array: keyof typeof KINDS;
  readonly at: number;
  readonly length: number;
}

/** What the child is told beside the request. */
export interface ChildTask {
  /** What to train. */
  readonly request: TrainRequest;
  /** The file of the library. */
  readonly library: string;
  /** Its version, where the library cannot tell it itself. */
  readonly version?: string;
}

/** What the child says, one JSON a line on its standard output. */
export type ChildEvent =
  | { readonly event: "round"; readonly round: number; readonly value: number }
  | { readonly event: "done" }
  | { readonly event: "error"; readonly error: ChildError };

/** An error on its way out of the child: its name and the fields of its class. */
export interface ChildError {
  /** Name of the class. */
  readonly name: string;
  /** What it said. */
  readonly message: string;
  /** Its own fields. */
  readonly fields: { readonly [name: string]: unknown };
}

/**
 * Writes a message as JSON (infinite numbers and NaN kept); typed arrays lie on multiples of 8
 * behind the JSON.
 */
export function pack(value: ChildTask | Trained): Uint8Array {
  const arrays: Uint8Array[] = [];
  let size = 0;
  const json = JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === "number" && !Number.isFinite(item)) return { $number: String(item) };
    if (!(item instanceof Float32Array || item instanceof Uint8Array)) return item;
    const at = size;
    arrays.push(new Uint8Array(item.buffer, item.byteOffset, item.byteLength));
    size = aligned(size + item.byteLength);
    const $array = item instanceof Float32Array ? "Float32Array" : "Uint8Array";
    return { $array, at, length: item.length } satisfies Placeholder;
  });
  const head = new TextEncoder().encode(json);
  const begin = aligned(8 + head.length);
  const bytes = new Uint8Array(begin + size);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 8);
  let at = begin;
  for (const array of arrays) {
    bytes.set(array, at);
    at = aligned(at + array.length);
  }
  return bytes;
}

/**
 * Reads what {@link pack} wrote; numbers are views of `bytes`, which must begin at a multiple of 4.
 */
export function unpack<T extends ChildTask | Trained>(bytes: Uint8Array): T {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const begin = bytes.byteOffset + aligned(8 + size);
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + size));
  return JSON.parse(json, (_, item: unknown) => {
    if (typeof item !== "object" || item === null) return item;
    if ("$number" in item) return Number(item.$number);
    if (!("$array" in item)) return item;
    const { $array, at, length } = item as Placeholder;
    const array = new KINDS[$array](bytes.buffer as ArrayBuffer, begin + at, length);
    return array instanceof Uint8Array ? array.slice() : array; // models go their own ways
  }) as T;
}

function aligned(size: number): number {
  return Math.ceil(size / 8) * 8;
}
