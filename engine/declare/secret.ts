/**
 * Values that nobody may read in a log: passwords, tokens, keys.
 *
 * @module
 */
import { secretsOfEnv } from "./secret_env.ts";

/** What stands where a secret stood. */
export const MASK = "***";

/** A secret that is shorter would be found in the middle of words. */
const SHORTEST_SECRET = 4;
/** Secrets that are known at most; the oldest is forgotten first. Each may be written in several ways. */
const MOST_SECRETS = 1_000;

/** Every known secret, and the ways in which it may be written. */
const known = new Map<string, readonly string[]>();
/** All ways of writing, the longest first; made when it is needed. */
let spellings: readonly string[] | undefined;

/**
 * Says that a value is secret, and gives it back. From then on this process writes `***` in its place: in logs and
 * their fields, in errors with causes and stacks, in reports of checks and sensors, in alerts. Values and events of
 * assets are data and are left as they are.
 *
 * Passwords in addresses and variables with names like `…_PASSWORD`, `…_TOKEN` or `…_SECRET` are known without it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { masked, secret } from "engine";
 *
 * const token = secret("s3cr3t-t0ken");
 * assertEquals(masked(`GET /?token=${token}`), "GET /?token=***");
 * ```
 * @throws {RangeError} If it is shorter than four characters.
 */
export function secret<T extends string>(value: T): T {
  if (value.trim().length < SHORTEST_SECRET) {
    throw new RangeError(
      `Cannot keep a secret of ${value.trim().length} characters: at least ${SHORTEST_SECRET} are needed to tell it ` +
        `from other text`,
    );
  }
  // The newest stays longest, also if it was known before.
  known.delete(value);
  known.set(value, spellingsOf(value));
  if (known.size > MOST_SECRETS) known.delete(known.keys().next().value!);
  spellings = undefined;
  return value;
}

/**
 * Takes the secrets of an environment: what is named as one, passwords inside addresses, and the variables in `named`.
 * Gives the names of those that are too short to be told from other text.
 */
export function secretsFromEnv(
  env: { readonly [name: string]: string },
  named: Iterable<string> = [],
): readonly string[] {
  const short: string[] = [];
  for (const { name, value } of secretsOfEnv(env, new Set(named))) {
    if (value.trim().length < SHORTEST_SECRET) short.push(name);
    else secret(value);
  }
  return [...new Set(short)];
}

/** How a secret may be written: as it is, in JSON, in an address, in base64, line by line. */
function spellingsOf(value: string): readonly string[] {
  const lines = value.includes("\n") ? value.split(/\r?\n/).map((l) => l.trim()) : [];
  const plain = [value, value.trim(), ...lines.filter((l) => l.length >= 2 * SHORTEST_SECRET)];
  return [
    ...new Set(plain.flatMap((text) => [
      text,
      JSON.stringify(text).slice(1, -1),
      encodeURIComponent(text.toWellFormed()),
      new TextEncoder().encode(text).toBase64(),
    ])),
  ];
}

function allSpellings(): readonly string[] {
  return spellings ??= [...new Set([...known.values()].flat())]
    .sort((a, b) => b.length - a.length);
}

/** Characters of the longest way to write a secret: where a text is cut, so much of its end may be half of one. */
export const longestSecret = (): number => allSpellings()[0]?.length ?? 0;

/** The password in `scheme://user:password@host`, whatever it is. */
const IN_ADDRESS = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@'"]*:)[^\s/?#@'"]+(?=@)/gi;

/** A text without secrets; passwords inside addresses also if they are known to nobody. */
export function masked(text: string): string {
  let rest = text;
  for (const spelling of allSpellings()) {
    if (rest.includes(spelling)) rest = rest.replaceAll(spelling, MASK);
  }
  return rest.includes("://") ? rest.replace(IN_ADDRESS, withoutPassword) : rest;
}

/** The address of an example, `postgres://user:password@host`, stays what it explains. */
const withoutPassword = (found: string, before: string): string =>
  found.endsWith("://user:password") ? found : before + MASK;
