/** Feature values as `feast.types.Value`. @module */
import type { FeatureType, FeatureValue } from "engine";
import { ProtobufReader, ProtobufWriter } from "./protobuf.ts";

/** Number of a type in Feast's `ValueType.Enum`, and of its field in `feast.types.Value`. */
export const TYPE_NUMBER: Readonly<Record<FeatureType, number>> = {
  BYTES: 1,
  STRING: 2,
  INT32: 3,
  INT64: 4,
  DOUBLE: 5,
  FLOAT: 6,
  BOOL: 7,
  UNIX_TIMESTAMP: 8,
  BYTES_LIST: 11,
  STRING_LIST: 12,
  INT32_LIST: 13,
  INT64_LIST: 14,
  DOUBLE_LIST: 15,
  FLOAT_LIST: 16,
  BOOL_LIST: 17,
  UNIX_TIMESTAMP_LIST: 18,
};

const TYPE_OF = new Map<number, FeatureType>(
  Object.entries(TYPE_NUMBER).map(([type, number]) => [number, type as FeatureType]),
);

type Scalar = number | bigint | string | boolean | Uint8Array | Date;
type ScalarType = Exclude<FeatureType, `${string}_LIST`>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a value; null is an empty message. The value must fit the type. */
export function writeValue(to: ProtobufWriter, type: FeatureType, value: FeatureValue): void {
  if (value === null) return;
  const number = TYPE_NUMBER[type];
  if (Array.isArray(value)) to.bytes(number, listMessage(scalarOf(type), value).written);
  else writeField(to, number, type as ScalarType, value as Scalar);
}

/** A value as bytes of its own. */
export function encodeValue(type: FeatureType, value: FeatureValue): Uint8Array {
  const to = new ProtobufWriter(16);
  writeValue(to, type, value);
  return to.copy();
}

function scalarOf(type: FeatureType): ScalarType {
  return type.replace(/_LIST$/, "") as ScalarType;
}

function writeField(to: ProtobufWriter, field: number, type: ScalarType, value: Scalar): void {
  if (type === "STRING") to.bytes(field, encoder.encode(value as string));
  else if (type === "BYTES") to.bytes(field, value as Uint8Array);
  else {
    to.tag(field, type === "DOUBLE" ? 1 : type === "FLOAT" ? 5 : 0);
    writePacked(to, type, value);
  }
}

function writePacked(to: ProtobufWriter, type: ScalarType, value: Scalar): void {
  if (type === "DOUBLE") to.float64(value as number);
  else if (type === "FLOAT") to.float32(value as number);
  else if (type === "BOOL") to.varint(value ? 1 : 0);
  else if (value instanceof Date) to.varint(Math.floor(value.getTime() / 1000));
  else to.varint(value as number | bigint);
}

/** A list is the repeated field 1 of a message, numbers packed. */
function listMessage(type: ScalarType, items: readonly Scalar[]): ProtobufWriter {
  const message = new ProtobufWriter();
  if (type === "STRING" || type === "BYTES") {
    for (const item of items) writeField(message, 1, type, item);
  } else if (items.length > 0) {
    const packed = new ProtobufWriter();
    for (const item of items) writePacked(packed, type, item);
    message.bytes(1, packed.written);
  }
  return message;
}

/**
 * Reads a value.
 * @throws {RangeError} If it is of a kind that we do not know.
 */
export function decodeValue(bytes: Uint8Array): FeatureValue {
  if (bytes.length === 0) return null;
  const reader = new ProtobufReader(bytes);
  const { field } = reader.tag();
  const type = TYPE_OF.get(field);
  if (!type) throw new RangeError(`Cannot read feature value: kind ${field} is not known`);
  if (!type.endsWith("_LIST")) return readScalar(reader, type as ScalarType);
  return readList(reader.bytes(), scalarOf(type));
}

function readScalar(reader: ProtobufReader, type: ScalarType): Scalar {
  switch (type) {
    case "STRING":
      return decoder.decode(reader.bytes());
    case "BYTES":
      return new Uint8Array(reader.bytes()); // a slice() of a Buffer shares its memory
    case "DOUBLE":
      return reader.float64();
    case "FLOAT":
      return reader.float32();
    case "BOOL":
      return reader.varint() !== 0;
    case "UNIX_TIMESTAMP":
      return new Date(Number(reader.varint()) * 1000);
    default:
      return reader.varint();
  }
}

function readList(bytes: Uint8Array, type: ScalarType): Scalar[] {
  const message = new ProtobufReader(bytes);
  const items: Scalar[] = [];
  while (!message.isAtEnd) {
    const { wire } = message.tag();
    if (wire !== 2 || type === "STRING" || type === "BYTES") {
      items.push(readScalar(message, type));
      continue;
    }
    const packed = new ProtobufReader(message.bytes());
    while (!packed.isAtEnd) items.push(readScalar(packed, type));
  }
  return items;
}
