/** Where a Redis is, as an address says it. @module */

/** One process: a server, a Sentinel or a node of a Cluster. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Which Sentinels know the server, and how one logs in to them. */
export interface RedisSentinel {
  /** What they call the group of the master, as in `sentinel monitor mymaster …`. */
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
}

/** What an address of Redis says. */
export interface RedisAddress {
  readonly kind: "server" | "sentinel" | "cluster";
  /** The server, or the Sentinels or nodes that are asked first. */
  readonly hosts: readonly RedisHost[];
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database. */
  readonly db: number;
  readonly sentinel?: RedisSentinel;
  /** `ca`, `cert`, `key` (paths of PEM files), `servername` and `namespace`, as far as they are given. */
  readonly settings: { readonly [name: string]: string };
}

/** What may stand behind the `?`, besides those of Sentinel. */
export const REDIS_SETTINGS = ["ca", "cert", "key", "servername", "namespace"] as const;
const OF_SENTINEL = ["name", "sentinel_user", "sentinel_password"];

const KINDS = { "": "server", "-sentinel": "sentinel", "-cluster": "cluster" } as const;
const RIGHT = {
  server: "redis://user:password@host:6379/0",
  sentinel: "redis-sentinel://user:password@host1:26379,host2:26379/0?name=mymaster",
  cluster: "redis-cluster://user:password@host1:6379,host2:6379",
} as const;

type Refuse = (why: string) => TypeError;

/**
 * Reads an address: `redis://user:password@host:6379/0`, `rediss://` with TLS,
 * `redis-sentinel://host1,host2/0?name=mymaster` (`sentinel_user` and `sentinel_password` log in to the
 * Sentinels) or `redis-cluster://host1,host2`; `rediss-sentinel://` and `rediss-cluster://` with TLS.
 *
 * @throws {TypeError} Says which part cannot be read, and never what is in it.
 */
export function parseRedisAddress(address: string): RedisAddress {
  const scheme = /^redis(s?)(-sentinel|-cluster|):\/\/(.*)$/.exec(address.trim());
  if (!scheme) throw refusal("server")("its kind is unknown");
  const [, s, suffix, rest] = scheme as unknown as [string, string, keyof typeof KINDS, string];
  const kind = KINDS[suffix];
  const refuse = refusal(kind);
  const [, place = "", path, query] = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(rest) ?? [];
  if (/[/?#].*@/.test(rest)) {
    throw refuse('in a password "/", "?" and "#" are written as "%2F", "%3F" and "%23"');
  }
  if (place === "") throw refuse("it has no host");
  const at = place.lastIndexOf("@");
  const [user = "", ...password] = place.slice(0, Math.max(at, 0)).split(":");
  const given = parametersOf(query ?? "", kind, refuse);
  return {
    kind,
    hosts: hostsOf(place.slice(at + 1), kind, refuse),
    isTls: s === "s",
    ...textOf("username", unescaped(user, "user", refuse)),
    ...textOf("password", unescaped(password.join(":"), "password", refuse)),
    db: numberOf(path ?? "", kind, refuse),
    ...(kind === "sentinel" ? { sentinel: sentinelOf(given, refuse) } : {}),
    settings: Object.fromEntries(
      REDIS_SETTINGS.flatMap((name) => given[name] ? [[name, given[name]]] : []),
    ),
  };
}

const refusal = (kind: RedisAddress["kind"]): Refuse => (why) =>
  new TypeError(`Cannot read the address of Redis: ${why}; it must be like "${RIGHT[kind]}"`);

function parametersOf(
  query: string,
  kind: RedisAddress["kind"],
  refuse: Refuse,
): { readonly [name: string]: string } {
  const known: readonly string[] = kind === "sentinel"
    ? [...OF_SENTINEL, ...REDIS_SETTINGS]
    : REDIS_SETTINGS;
  const given = [...new URLSearchParams(query)];
  const strange = given.findIndex(([name]) => !known.includes(name));
  if (strange < 0) return Object.fromEntries(given);
  // Not by its name: a password with "?" would put a part of itself there.
  throw refuse(`parameter ${strange + 1} is none of ${known.join(", ")}`);
}

function hostsOf(text: string, kind: RedisAddress["kind"], refuse: Refuse): RedisHost[] {
  const hosts = text.split(",").map((one) => hostOf(one.trim(), kind, refuse));
  if (kind !== "server" || hosts.length === 1) return hosts;
  throw refuse(
    `it has ${hosts.length} hosts, which redis-sentinel:// or redis-cluster:// may have`,
  );
}

function hostOf(text: string, kind: RedisAddress["kind"], refuse: Refuse): RedisHost {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) {
    throw refuse("a host is not like host:6379; an address of IPv6 is in brackets");
  }
  const number = port === undefined ? (kind === "sentinel" ? 26_379 : 6379) : Number(port);
  if (number >= 1 && number <= 65_535) return { host, port: number };
  throw refuse(`port ${number} is not from 1 to 65535`);
}

function numberOf(path: string, kind: RedisAddress["kind"], refuse: Refuse): number {
  if (!/^\d{0,4}$/.test(path)) {
    throw refuse("what follows the host is not the number of a database");
  }
  if (kind === "cluster" && Number(path) !== 0) {
    throw refuse(`it names database ${Number(path)}, and a Cluster has database 0 only`);
  }
  return Number(path);
}

function sentinelOf(given: { readonly [name: string]: string }, refuse: Refuse): RedisSentinel {
  const name = given["name"];
  if (!name) throw refuse("it does not name the master");
  return {
    name,
    ...textOf("username", given["sentinel_user"] ?? ""),
    ...textOf("password", given["sentinel_password"] ?? ""),
  };
}

function unescaped(text: string, part: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse(`its ${part} has a "%" that begins no escape, which is written as "%25"`);
  }
}

const textOf = <K extends string>(name: K, text: string): { [k in K]?: string } =>
  text === "" ? {} : { [name]: text } as { [k in K]?: string };
