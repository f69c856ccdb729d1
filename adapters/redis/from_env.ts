/** What the environment says of a Redis. @module */
import { secretsFromEnv } from "engine";
import { parseRedisAddress, type RedisAddress } from "./address.ts";

type Env = (name: string) => string;

/** What TLS needs beyond the certificates that the system trusts; PEM texts. */
export interface RedisTls {
  /** Certificates of the authority that signed those of the servers. */
  readonly ca?: string;
  /** Our own certificate and its key, where servers ask for one. */
  readonly cert?: string;
  readonly key?: string;
  /** The name in the servers' certificates, where it is not the host of the address. */
  readonly servername?: string;
}

/** A Redis, and what of it is ours. */
export interface RedisPlace extends Omit<RedisAddress, "isTls" | "settings"> {
  readonly tls?: RedisTls;
  /** Parts environments that share a Redis: `staging`. Empty without one. */
  readonly namespace: string;
}

/** Names of variables that stand for parameters of the address, and give way to them. */
const VARIABLES = {
  ca: "AURORA_REDIS_CA",
  cert: "AURORA_REDIS_CERT",
  key: "AURORA_REDIS_KEY",
  servername: "AURORA_REDIS_SERVERNAME",
  namespace: "AURORA_REDIS_NAMESPACE",
} as const;

type Setting = keyof typeof VARIABLES;

/**
 * Reads `REDIS_URL` and what goes with it; `undefined` if it is empty.
 *
 * @param env Gives "" for what is not set.
 * @param read Reads the PEM files.
 * @throws {TypeError} If the address cannot be read.
 * @throws {RangeError} If a setting is none of those that there are, or its file is not there.
 */
export function redisFromEnv(
  env: Env,
  read: (path: string) => string = Deno.readTextFileSync,
): RedisPlace | undefined {
  return env("REDIS_URL") === "" ? undefined : redisPlace(env("REDIS_URL"), env, read);
}

/** The Redis of an address; see {@linkcode redisFromEnv}. */
export function redisPlace(
  address: string,
  env: Env = () => "",
  read: (path: string) => string = Deno.readTextFileSync,
): RedisPlace {
  const { isTls, settings, ...place } = parseRedisAddress(address);
  // Several hosts make an address that the masking cannot take apart.
  secretsFromEnv({
    REDIS_PASSWORD: place.password ?? "",
    SENTINEL_PASSWORD: place.sentinel?.password ?? "",
  });
  const settingOf = (name: Setting) => settings[name] ?? env(VARIABLES[name]);
  const tls = tlsOf(isTls, settings, env, read);
  return { ...place, ...(tls ? { tls } : {}), namespace: namespaceOf(settingOf("namespace")) };
}

/** Letters as Feast's projects have them, of which it becomes a part. */
function namespaceOf(text: string): string {
  if (text === "" || /^[A-Za-z0-9][A-Za-z0-9_]{0,63}$/.test(text)) return text;
  throw new RangeError(
    `Cannot read AURORA_REDIS_NAMESPACE: "${text}" is not like "staging", of letters, digits and "_" only`,
  );
}

function tlsOf(
  isTls: boolean,
  settings: RedisAddress["settings"],
  env: Env,
  read: (path: string) => string,
): RedisTls | undefined {
  const names = ["ca", "cert", "key", "servername"] as const;
  const given = names.flatMap((name) => {
    const own = settings[name];
    const value = own ?? env(VARIABLES[name]);
    return value === ""
      ? []
      : [{ name, value, from: own ? `"${name}" of REDIS_URL` : VARIABLES[name] }];
  });
  if (!isTls) {
    if (given.length === 0) return undefined;
    throw new RangeError(
      `Cannot read ${given[0]!.from}: the address is not one of rediss://, so it means nothing`,
    );
  }
  const has = (name: string) => given.some((one) => one.name === name);
  if (has("cert") !== has("key")) {
    throw new RangeError(
      "Cannot read AURORA_REDIS_CERT and AURORA_REDIS_KEY: one is without the other",
    );
  }
  return Object.fromEntries(
    given.map((
      { name, value, from },
    ) => [name, name === "servername" ? value : pem(value, from, read)]),
  );
}

function pem(path: string, from: string, read: (path: string) => string): string {
  let text: string;
  try {
    text = read(path);
  } catch (error) {
    throw new RangeError(`Cannot read ${from}: file "${path}" is not there or not for us`, {
      cause: error,
    });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new RangeError(`Cannot read ${from}: file "${path}" is not PEM, which has "-----BEGIN"`);
}
