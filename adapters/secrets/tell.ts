/** What of a connection nobody may read in a log. @module */
import { type Connection, type Json, secretsFromEnv } from "engine";
import { objectIn, printUri } from "./uri.ts";

/**
 * Makes the secrets of a connection known to the masking: its password, and extras whose names say so, however deep;
 * gives the connection back.
 *
 * A password that is the login, the host or the database keeps nothing secret: outside of addresses it is only a word.
 *
 * @throws {RangeError} If one is shorter than four characters: it could not be told from other text.
 */
export function told(c: Connection): Connection {
  const isWord = c.password !== null && [c.login, c.host, c.schema].includes(c.password);
  const secrets = {
    ...(c.password === null || isWord ? {} : { password: c.password }),
    ...(c.password === null || isWord ? {} : { uri: printUri({ ...c, extra: {} }) }),
    ...Object.fromEntries(texts(c.extra, [])),
  };
  const [short] = secretsFromEnv(secrets);
  if (short === undefined) return c;
  throw new RangeError(
    `Cannot use connection "${c.name}": its ${short} is shorter than four characters, so it cannot be masked in logs`,
  );
}

/** Every text in a value, under a name made of all names above it; those in JSON that is kept as text too. */
function texts(value: Json, path: readonly string[]): readonly (readonly [string, string])[] {
  const name = path.join("_").replaceAll(/[^A-Za-z0-9]+/g, "_");
  if (typeof value === "string") {
    const inside = objectIn(value);
    return [[name, value], ...(inside ? texts(inside, path) : [])];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => texts(part as Json, [...path, key]));
}
