/** Feature values as JSON that keeps what JSON has no word for. @module */
import type { FeatureType, FeatureValue } from "engine";

type Json = null | number | string | boolean | readonly Json[];

/** Whole numbers past 2^53 and NaN or infinite ones become strings, bytes base64, times seconds. */
export function toJson(value: FeatureValue): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return value.toBase64();
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  return value as Json;
}

/** The value of a field of this type. */
export function fromJson(type: FeatureType, json: unknown): FeatureValue {
  if (json === null) return null;
  if (!type.endsWith("_LIST")) return scalar(type, json);
  const item = type.slice(0, -5) as FeatureType;
  return (json as unknown[]).map((one) => scalar(item, one));
}

function scalar(type: FeatureType, json: unknown) {
  switch (type) {
    case "BYTES":
      return Uint8Array.fromBase64(json as string);
    case "UNIX_TIMESTAMP":
      return new Date(Number(json) * 1000);
    case "DOUBLE":
      return Number(json);
    case "FLOAT":
      return Math.fround(Number(json));
    case "INT32":
    case "INT64":
      return Number.isSafeInteger(Number(json)) ? Number(json) : BigInt(json as string);
    default:
      return json as string | boolean;
  }
}
