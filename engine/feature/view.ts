/** What an online feature store holds: typed views of one entity. @module */

/** The kinds of value that a feature can have, by the names that Feast gives them. */
export type FeatureType =
  | "BYTES"
  | "STRING"
  | "INT32"
  | "INT64"
  | "DOUBLE"
  | "FLOAT"
  | "BOOL"
  | "UNIX_TIMESTAMP"
  | "BYTES_LIST"
  | "STRING_LIST"
  | "INT32_LIST"
  | "INT64_LIST"
  | "DOUBLE_LIST"
  | "FLOAT_LIST"
  | "BOOL_LIST"
  | "UNIX_TIMESTAMP_LIST";

/** One feature of a view. */
export interface FeatureField {
  readonly name: string;
  readonly type: FeatureType;
}

/** A named set of features of one entity that share one event time. */
export interface FeatureView {
  readonly name: string;
  /** Join key of the entity, for example `user_id`; its value is a string. */
  readonly entity: string;
  readonly fields: readonly FeatureField[];
  /** How old a value may be when it is read, in milliseconds; 0 is without limit. */
  readonly ttl: number;
}

/** A value of a feature; `null` is "known to be empty". Whole numbers past 2^53 are `bigint`. */
export type FeatureValue =
  | null
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | Date
  | readonly (number | bigint | string | boolean | Uint8Array | Date)[];

/** The values of one row by the names of the view's fields; a field left out is null. */
export type FeatureValues = { readonly [field: string]: FeatureValue | undefined };

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Checks the names of a view.
 * @throws {RangeError} If a name is not like `user_activity`, or a field is there twice.
 */
export function checkView(view: FeatureView): void {
  const seen = new Set<string>();
  for (const name of [view.name, view.entity, ...view.fields.map((field) => field.name)]) {
    if (!NAME.test(name)) {
      throw new RangeError(`Cannot declare view "${view.name}": "${name}" is not like "user_id"`);
    }
  }
  for (const { name } of view.fields) {
    if (seen.has(name)) {
      throw new RangeError(`Cannot declare view "${view.name}": field "${name}" is there twice`);
    }
    seen.add(name);
  }
  if (!(view.ttl >= 0)) {
    throw new RangeError(
      `Cannot declare view "${view.name}": ttl ${view.ttl} is not milliseconds of 0 or more`,
    );
  }
}

/**
 * Refuses a value that the field's type cannot hold.
 * @throws {TypeError} If it cannot.
 */
export function checkValue(view: FeatureView, field: FeatureField, value: FeatureValue): void {
  if (value === null) return;
  const list = field.type.endsWith("_LIST");
  const kind = list ? field.type.slice(0, -5) : field.type;
  const fits = list
    ? Array.isArray(value) && value.every((item) => fitsScalar(kind, item))
    : fitsScalar(kind, value);
  if (fits) return;
  throw new TypeError(
    `Cannot write feature "${view.name}:${field.name}": ${describe(value)} is not ${field.type}`,
  );
}

function describe(value: FeatureValue): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return value instanceof Date ? `date ${value.getTime()}` : `${typeof value} "${value}"`;
}

function fitsScalar(kind: string, value: unknown): boolean {
  switch (kind) {
    case "STRING":
      return typeof value === "string";
    case "BYTES":
      return value instanceof Uint8Array;
    case "BOOL":
      return typeof value === "boolean";
    case "DOUBLE":
    case "FLOAT":
      return typeof value === "number";
    case "UNIX_TIMESTAMP":
      return value instanceof Date && !Number.isNaN(value.getTime());
    default:
      return fitsInteger(kind === "INT32" ? 32 : 64, value);
  }
}

function fitsInteger(bits: number, value: unknown): boolean {
  if (typeof value === "bigint") return BigInt.asIntN(bits, value) === value;
  if (!Number.isSafeInteger(value)) return false;
  return bits === 64 || (value as number) === ((value as number) | 0);
}
