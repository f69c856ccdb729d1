/**
 * The hosts that stand in the environment: whoever writes an address there wants it to be reached.
 *
 * @module
 */

/** Variables in which addresses of this program stand. */
const OURS =
  /^(DATABASE_|REDIS_|KAFKA_|AURORA_|AIRFLOW_CONN_|OPENLINEAGE_|OTEL_|AWS_\w*ENDPOINT|AWS_CONTAINER_CREDENTIALS_FULL_URI|S3_|GCS_|STORAGE_EMULATOR_)/;
/** These are addresses, but of this server, or lists of another kind. */
const NOT = new Set(["AURORA_BASE_URL", "AURORA_NET", "AURORA_RUN", "AURORA_READ", "AURORA_WRITE"]);

/** The port of a scheme; others say it themselves, or mean any. */
const PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  kafka: 9092,
  postgres: 5432,
  postgresql: 5432,
  redis: 6379,
  rediss: 6379,
  smtp: 587,
  smtps: 465,
};

/** Hosts of Google's storage and of those who tell its tokens. */
const GOOGLE = [
  "storage.googleapis.com:443",
  "oauth2.googleapis.com:443",
  "metadata.google.internal:80",
];

/**
 * Hosts, each with its port if that is known, in variables of this program and in other texts with addresses.
 *
 * @example Addresses, brokers and a bucket
 * ```ts
 * import { hostsIn } from "./reachable.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const env = { REDIS_URL: "rediss://:secret@cache.example", KAFKA_BROKERS: "k1:9093,k2" };
 * assertEquals(hostsIn(env, []), ["cache.example:6379", "k1:9093", "k2:9092"]);
 * ```
 */
export function hostsIn(
  env: Readonly<Record<string, string>>,
  texts: readonly string[],
): readonly string[] {
  const region = env["AURORA_S3_REGION"] || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] ||
    "us-east-1";
  const ours = Object.entries(env).filter(([name]) => OURS.test(name) && !NOT.has(name));
  const found = [
    ...[...ours.map(([, value]) => value), ...texts].flatMap((text) => inText(text, region)),
    // Webhooks are looked up before they are called, which is asked for without a port.
    ...inText(env["AURORA_WEBHOOK_URL"] ?? "", region).map((host) => host?.replace(/:\d+$/, "")),
    ...(env["KAFKA_BROKERS"] ?? "").split(",").map((broker) => withPort(broker.trim(), "kafka")),
    ...((env["AURORA_AWS_SECRETS_PREFIX"] ?? "") === "" ? [] : [secretsManager(region)]),
  ].filter((host) => host !== undefined);
  const keys = found.some((host) => /\.amazonaws\.com:443$/.test(host)) ? keysOfAws(region) : [];
  return [...new Set([...found, ...keys])];
}

/** Who gives keys of AWS to roles: accounts of services, single sign-on, containers and instances. */
const keysOfAws = (region: string): readonly string[] => [
  "sts.amazonaws.com:443",
  `sts.${region}.amazonaws.com:443`,
  `oidc.${region}.amazonaws.com:443`,
  `portal.sso.${region}.amazonaws.com:443`,
  "169.254.169.254:80",
  "169.254.170.2:80",
  "169.254.170.23:80",
];

const secretsManager = (region: string) => `secretsmanager.${region}.amazonaws.com:443`;

/** Addresses in a text, also where they are encoded inside of another one, or parts of JSON. */
function inText(text: string, region: string): readonly (string | undefined)[] {
  const found = [
    ...`${text} ${decoded(text)}`.matchAll(/([a-z][a-z0-9+.-]*):\/\/([^\s/?#"'\\]+)/gi),
  ];
  return [
    ...found.flatMap(([, scheme, authority]) => {
      const kind = scheme!.toLowerCase();
      if (kind === "s3") {
        return ["", `${authority}.`].map((b) => `${b}s3.${region}.amazonaws.com:443`);
      }
      if (kind === "gs") return GOOGLE;
      if (kind === "aws") return [secretsManager(region)];
      // A password may have an "@" in it; several hosts stand behind one another.
      const hosts = authority!.slice(authority!.lastIndexOf("@") + 1).split(",");
      return hosts.map((host) => withPort(host, kind));
    }),
    ...[...text.matchAll(/"host"\s*:\s*"([^"/:]+)"/g)].map(([, host]) => withPort(host!, "")),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** `host:port`, `[::1]:port`, or the host alone for any port; undefined for what is no name of a host. */
function withPort(host: string, scheme: string): string | undefined {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::(\d{1,5}))?$/i
    .exec(host) ?? [];
  if (name === undefined) return undefined;
  const known = port ?? PORTS[scheme];
  return known === undefined ? name : `${name}:${known}`;
}
