/** Connections as addresses, as we write them and as Airflow does. @module */
import type { Connection, ConnectionExtra } from "engine";
import { kindOf, knownName, portOf, textOr } from "./parts.ts";

/** The parameter under which Airflow puts extras that a query cannot hold. */
const EXTRA = "__extra__";

/**
 * Reads an address: `postgres://user:password@host:5432/name?sslmode=require`, `redis://:password@host/0`,
 * `kafka://b1:9092,b2:9092`, `aws://KEY:SECRET@/?region_name=eu-central-1`, `http://https://host/path`. Escapes
 * (`%2F`) are decoded; extras are the query, or JSON in `__extra__`.
 *
 * @throws {SyntaxError} Says which part cannot be read, and never what is in it.
 */
export function parseUri(name: string, uri: string): Connection {
  knownName(name);
  const refuse = (why: string) => new SyntaxError(`Cannot read connection "${name}": ${why}`);
  const scheme = /^([A-Za-z][A-Za-z0-9+._-]*):\/\//.exec(uri)?.[1];
  if (scheme === undefined) {
    throw refuse(
      'it does not begin like "postgres://", what is right is "kind://user:password@host:port/schema"',
    );
  }
  if (uri.includes("#")) throw refuse('a "#" must be written as "%23"');
  const [place = "", ...queries] = uri.slice(scheme.length + 3).split("?");
  const { protocol, rest } = ownProtocol(place, refuse);
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "" : rest.slice(slash + 1);
  const at = authority.lastIndexOf("@");
  const [login = "", ...password] = authority.slice(0, Math.max(at, 0)).split(":");
  const { host, port } = hostOf(authority.slice(at + 1), refuse);
  const decoded = (text: string, part: string) => textOr(unescape(text, part, refuse));
  const named = decoded(host, "host");
  return {
    name,
    kind: kindOf(scheme),
    host: protocol === undefined ? named : `${protocol}://${named ?? ""}`,
    port: port === "" ? null : portOf(name, port),
    login: decoded(login, "login"),
    password: decoded(password.join(":"), "password"),
    schema: decoded(path, "schema"),
    extra: extraOf(queries.join("?"), refuse),
  };
}

type Refuse = (why: string) => SyntaxError;

/** `http://https://host`: the host has a protocol of its own. */
function ownProtocol(
  place: string,
  refuse: Refuse,
): { protocol: string | undefined; rest: string } {
  const parts = place.split("://");
  if (parts.length === 1) return { protocol: undefined, rest: place };
  const [protocol, rest] = parts as [string, string];
  if (parts.length > 2 || !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(protocol)) {
    throw refuse(
      '"://" stands where it has no meaning, in a password it must be written as "%3A%2F%2F"',
    );
  }
  return { protocol, rest };
}

function hostOf(text: string, refuse: Refuse): { readonly host: string; readonly port: string } {
  // Several brokers of Kafka: each has a port of its own.
  if (text.includes(",")) return { host: text, port: "" };
  const inBrackets = /^\[([^\]]+)\](?::(.*))?$/.exec(text);
  if (inBrackets) return { host: inBrackets[1]!, port: inBrackets[2] ?? "" };
  const [host = "", port = "", ...more] = text.split(":");
  if (more.length > 0) {
    throw refuse('the host has several ":", an address of IPv6 is written in brackets');
  }
  // Names are the same in capitals; paths of sockets are not.
  return { host: /%2f/i.test(host) ? host : host.toLowerCase(), port };
}

function unescape(text: string, part: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse(`the ${part} has a "%" that begins no escape, it must be written as "%25"`);
  }
}

function extraOf(query: string, refuse: Refuse): ConnectionExtra {
  const given = Object.fromEntries(new URLSearchParams(query));
  const json = given[EXTRA];
  if (json === undefined) return given;
  const extra = objectIn(json);
  if (extra === undefined) throw refuse(`its ${EXTRA} is not a JSON object`);
  return extra;
}

/** The object that a text of JSON holds. */
export function objectIn(text: string): ConnectionExtra | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as ConnectionExtra : undefined;
  } catch {
    return undefined;
  }
}

const quoted = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * A connection as an address that {@linkcode parseUri} reads, and Airflow too. It holds its secrets.
 */
export function printUri(c: Connection): string {
  const [, protocol, host = ""] = /^(?:([^/]+):\/\/)?(.*)$/s.exec(c.host ?? "")!;
  const login = quoted(c.login ?? "") + (c.password === null ? "" : `:${quoted(c.password)}`);
  const port = c.port === null ? "" : `:${c.port}`;
  const authority = (login === "" ? "" : `${login}@`) +
    // A port alone would be read as a part of the scheme.
    (login === "" && host === "" && port !== "" ? "@" : "") + quoted(host) + port;
  const scheme = c.kind.replaceAll("_", "-");
  const path = c.schema === null ? "" : `/${quoted(c.schema)}`;
  const query = queryOf(c.extra);
  return `${scheme}://${protocol === undefined ? "" : `${protocol}://`}${authority}${path}` +
    (query === "" ? "" : `${c.schema === null ? "/" : ""}?${query}`);
}

function queryOf(extra: ConnectionExtra): string {
  const entries = Object.entries(extra);
  if (entries.length === 0) return "";
  const isPlain = !(EXTRA in extra) && entries.every(([, v]) => typeof v === "string");
  return new URLSearchParams(
    isPlain ? entries as [string, string][] : { [EXTRA]: JSON.stringify(extra) },
  ).toString();
}
