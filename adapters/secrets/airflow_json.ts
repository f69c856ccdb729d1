/** Connections as JSON, in the form in which Airflow exports them. @module */
import type { Connection, ConnectionExtra } from "engine";
import { kindOf, knownName, portOf, textOr } from "./parts.ts";
import { objectIn, parseUri } from "./uri.ts";

/** A connection as Airflow exports it. */
export type AirflowConnection = {
  readonly conn_type: string;
  readonly description?: string | null;
  readonly login: string | null;
  readonly password: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly schema: string | null;
  readonly extra: ConnectionExtra;
};

/** Fields that are understood; `extra_dejson` is an older name, `conn_id` and the like say nothing new. */
const FIELDS = [
  "conn_type",
  "description",
  "login",
  "password",
  "host",
  "port",
  "schema",
  "extra",
  "extra_dejson",
  "conn_id",
  "is_encrypted",
  "is_extra_encrypted",
];

/**
 * Reads what a file holds under a name: an address, JSON as text, or an object with `conn_type`, `host`, `login`,
 * `password`, `port`, `schema` and `extra` (an object, or one as text).
 *
 * @throws {SyntaxError} Says which field cannot be read, and never what is in it.
 */
export function parseConnection(name: string, given: unknown): Connection {
  knownName(name);
  if (typeof given === "string") {
    const text = given.trim();
    if (!text.startsWith("{")) return parseUri(name, text);
    const value = objectIn(text);
    if (value === undefined) throw refusal(name, "it begins like JSON and is none");
    return fromObject(name, value);
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return fromObject(name, given as { readonly [field: string]: unknown });
  }
  throw refusal(name, "it is neither an address nor an object");
}

const refusal = (name: string, why: string) =>
  new SyntaxError(`Cannot read connection "${name}": ${why}`);

type Fields = { readonly [field: string]: unknown };

function fromObject(name: string, given: Fields): Connection {
  const strange = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (strange !== undefined) {
    throw refusal(name, `it has a field "${strange}", known are ${FIELDS.slice(0, 8).join(", ")}`);
  }
  const kind = text(name, given, "conn_type");
  if (kind === null) throw refusal(name, 'it has no "conn_type", such as "postgres"');
  if (!/^[A-Za-z][A-Za-z0-9+._-]*$/.test(kind)) {
    throw refusal(name, 'its "conn_type" is not a word such as "postgres"');
  }
  return {
    name,
    kind: kindOf(kind),
    host: text(name, given, "host"),
    port: port(name, given["port"]),
    login: text(name, given, "login"),
    password: text(name, given, "password"),
    schema: text(name, given, "schema"),
    extra: extra(name, given["extra"] || given["extra_dejson"]),
  };
}

function text(name: string, given: Fields, field: string): string | null {
  const value = given[field] ?? "";
  if (typeof value === "string") return textOr(value);
  throw refusal(name, `its "${field}" is ${nounOf(value)} where a text is due`);
}

const nounOf = (value: unknown) => Array.isArray(value) ? "a list" : `a ${typeof value}`;

function port(name: string, value: unknown): number | null {
  if (value === null || value === undefined || value === "" || value === 0) return null;
  if (typeof value === "number" || typeof value === "string") return portOf(name, value);
  throw refusal(name, `its "port" is ${nounOf(value)} where a number is due`);
}

function extra(name: string, value: unknown): ConnectionExtra {
  if (value === null || value === undefined || value === "") return {};
  const object = typeof value === "string"
    ? objectIn(value)
    : typeof value === "object" && !Array.isArray(value)
    ? value as ConnectionExtra
    : undefined;
  if (object === undefined) throw refusal(name, 'its "extra" is not a JSON object');
  return object;
}

/** A connection as Airflow exports it, and as {@linkcode parseConnection} reads it. It holds its secrets. */
export function printConnection(c: Connection): AirflowConnection {
  const { login, password, host, port, schema, extra } = c;
  return { conn_type: c.kind, login, password, host, port, schema, extra };
}
