/** Names of hashes and of their fields in Feast's Redis layout. @module */
import { murmur3 } from "./murmur3.ts";
import { TYPE_NUMBER } from "./value.ts";

/** A value of a join key. */
export type EntityValue =
  | { readonly type: "STRING"; readonly value: string }
  | { readonly type: "BYTES"; readonly value: Uint8Array }
  | { readonly type: "INT32"; readonly value: number }
  | { readonly type: "INT64" | "UNIX_TIMESTAMP"; readonly value: number | bigint };

const encoder = new TextEncoder();

/**
 * Name of the hash of an entity: Feast's entity key (serialization version 3: count, then names,
 * then values, each with type and length, little-endian), followed by the project.
 */
export function entityKey(
  keys: Readonly<Record<string, EntityValue>>,
  project: string,
): Uint8Array {
  const entries = Object.entries(keys).sort(([a], [b]) => a < b ? -1 : 1);
  const parts = [uint32(entries.length)];
  for (const [name] of entries) {
    const bytes = encoder.encode(name);
    parts.push(uint32(TYPE_NUMBER.STRING), uint32(bytes.length), bytes);
  }
  for (const [, value] of entries) {
    const bytes = entityBytes(value);
    parts.push(uint32(TYPE_NUMBER[value.type]), uint32(bytes.length), bytes);
  }
  return joined([...parts, encoder.encode(project)]);
}

function entityBytes({ type, value }: EntityValue): Uint8Array {
  if (type === "STRING") return encoder.encode(value);
  if (type === "BYTES") return value;
  if (type === "INT32") return uint32(value);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Makes names of hashes of one string join key quickly.
 * `keyOf("u1")` is `entityKey({ [entity]: { type: "STRING", value: "u1" } }, project)`.
 */
export function entityKeys(entity: string, project: string): (value: string) => Uint8Array {
  const empty = entityKey({ [entity]: { type: "STRING", value: "" } }, "");
  const head = empty.subarray(0, empty.length - 4);
  const tail = encoder.encode(project);
  return (value) => {
    const bytes = encoder.encode(value);
    return joined([head, uint32(bytes.length), bytes, tail]);
  };
}

/** Name of a feature's field: the little-endian murmur3 of `view:feature`. */
export function fieldKey(view: string, feature: string): Uint8Array {
  return uint32(murmur3(encoder.encode(`${view}:${feature}`)));
}

/** Name of the field that holds a view's event time. */
export function timeField(view: string): Uint8Array {
  return encoder.encode(`_ts:${view}`);
}
