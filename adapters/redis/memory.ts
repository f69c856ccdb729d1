/** How much memory Redis needs for what is served from it. @module */
import type { FeatureView, OnlineRow } from "engine";
import { entityKeys, timeField } from "./codec/keys.ts";
import { ProtobufWriter } from "./codec/protobuf.ts";
import { encodeTimestamp } from "./codec/timestamp.ts";
import { writeValue } from "./codec/value.ts";

/** A field of a hash: how long its name and its value are, in bytes. */
export interface FieldLength {
  readonly name: number;
  readonly value: number;
}

/** Hashes of more fields, or with a longer value, are tables of their own: Redis' settings `hash-max-listpack-…`. */
const MOST_COMPACT = { fields: 128, bytes: 64 } as const;
/** An entry of a table of keys or of fields: three pointers. */
const ENTRY = 24;
/** What Redis has before each value. */
const OBJECT = 16;

/**
 * What jemalloc takes for so many bytes: 8, multiples of 16 up to 128, then four sizes between a power of two and the
 * next.
 */
export function allocated(bytes: number): number {
  if (bytes <= 8) return 8;
  if (bytes <= 128) return Math.ceil(bytes / 16) * 16;
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}

/** A string of Redis with its header. */
function text(length: number): number {
  return allocated(length + 1 + (length < 32 ? 1 : length < 256 ? 3 : length < 65_536 ? 5 : 9));
}

/** A key that expires: its name, its object, and an entry among the keys and among those that expire. */
const keyBytes = (length: number): number => text(length) + 2 * allocated(ENTRY);

/** Bytes of a string under a key that expires. */
export function stringBytes(key: number, value: number): number {
  // A short value lies in one piece with its object.
  return keyBytes(key) +
    (value <= 44 ? allocated(OBJECT + 4 + value) : allocated(OBJECT) + text(value));
}

/** Bytes of a compact field: two entries, each with two bytes besides what it holds. */
const compactBytes = ({ name, value }: FieldLength): number => name + value + 4;

/** Bytes of a hash under a key that expires. */
export function hashBytes(key: number, fields: readonly FieldLength[]): number {
  const isCompact = fields.length <= MOST_COMPACT.fields &&
    fields.every((field) => Math.max(field.name, field.value) <= MOST_COMPACT.bytes);
  const inside = isCompact
    ? allocated(7 + fields.reduce((sum, field) => sum + compactBytes(field), 0))
    : tableBytes(fields.length) + 64 + fields.reduce(
      (sum, { name, value }) => sum + allocated(ENTRY) + text(name) + text(value),
      0,
    );
  return keyBytes(key) + allocated(OBJECT) + inside;
}

/** Bytes of the table of pointers to so many entries: a power of two of them. */
export const tableBytes = (entries: number): number =>
  8 * 2 ** Math.ceil(Math.log2(Math.max(4, entries)));

/** What one entity needs on average. */
export interface EntityMemory {
  /** Of all, with what is not a view's: key, expiry, rounding. */
  readonly bytes: number;
  /** Names and values of each view, for an entity that has it. */
  readonly byView: ReadonlyMap<string, number>;
}

/** Measures rows as they would be written; `rows` has at most one an entity in each view. */
export function entityMemory(
  project: string,
  rows: ReadonlyMap<FeatureView, readonly OnlineRow[]>,
): EntityMemory {
  const entities = new Map<string, FieldLength[]>();
  const byView = new Map<string, number>();
  for (const [view, some] of rows) {
    const keyOf = entityKeys(view.entity, project);
    let sum = 0;
    for (const row of some) {
      const key = keyOf(row.entity).toHex();
      const fields = fieldLengths(view, row);
      sum += fields.reduce((bytes, field) => bytes + compactBytes(field), 0);
      entities.set(key, [...entities.get(key) ?? [], ...fields]);
    }
    byView.set(view.name, some.length === 0 ? 0 : sum / some.length);
  }
  let bytes = 0;
  for (const [key, fields] of entities) bytes += hashBytes(key.length / 2, fields);
  return { bytes: entities.size === 0 ? 0 : bytes / entities.size, byView };
}

function fieldLengths(view: FeatureView, row: OnlineRow): FieldLength[] {
  const scratch = new ProtobufWriter();
  const time = {
    name: timeField(view.name).length,
    value: encodeTimestamp(row.eventTime).length,
  };
  return [
    time,
    ...view.fields.map((field) => {
      scratch.clear();
      writeValue(scratch, field.type, row.values[field.name] ?? null);
      return { name: 4, value: scratch.written.length };
    }),
  ];
}
