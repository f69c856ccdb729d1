/** Names, kinds and ports of connections. @module */

/** A name that is also a word of a command line. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,199}$/;

/**
 * Lets a name through.
 *
 * @throws {SyntaxError} If it is none of a connection.
 */
export function knownName(name: string): string {
  if (NAME.test(name)) return name;
  // What stands in the place of a name may be an address, with its password.
  const shown = /[@?#]|:\/\//.test(name) ? "by an address" : `"${name.slice(0, 80)}"`;
  throw new SyntaxError(
    `Cannot name a connection ${shown}: a name has letters, digits and "_", "-", ".", ":", "/" only, at most 200 of them`,
  );
}

/** The kind that a scheme, or a type of Airflow, means: `postgresql+psycopg2` is `postgres`. */
export function kindOf(scheme: string): string {
  const kind = scheme.toLowerCase().replaceAll("-", "_");
  return /^postgres(ql)?(\+\w+)?$/.test(kind) ? "postgres" : kind;
}

/**
 * A port.
 *
 * @throws {SyntaxError} If it is none.
 */
export function portOf(name: string, port: string | number): number {
  const n = typeof port === "number" || /^\d+$/.test(port) ? Number(port) : NaN;
  if (Number.isInteger(n) && n >= 1 && n <= 65_535) return n;
  throw new SyntaxError(
    `Cannot read connection "${name}": its port is not a whole number from 1 to 65535; in a password a ":", "/", "?" or ` +
      `"@" is written as "%3A", "%2F", "%3F", "%40"`,
  );
}

/** A text, or null for an empty one. */
export const textOr = (text: string | null | undefined): string | null => text ? text : null;

/** What people are shown as the host: without the user and the path that Airflow lets stand in it. */
export function shownHost(host: string | null): string | null {
  if (host === null || host.startsWith("/")) return host;
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(host)!;
  return scheme + rest.replace(/[/?#].*$/s, "").replace(/^.*@/s, "");
}
