/** What a connection says of a Kafka. @module */
import type { Connection, Json } from "engine";

/** What TLS needs beyond the certificates that the system trusts; PEM texts. */
export interface KafkaCertificates {
  /** Of the authority that signed the certificates of the brokers. */
  readonly ca?: string;
  /** Our own, and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/** The brokers of Kafka, and how one logs in to them. */
export interface KafkaPlace {
  /** Like `["10.0.0.5:9092"]`. */
  readonly brokers: readonly string[];
  /** Whether TLS is spoken, and by which certificates if not by those of the system. */
  readonly tls: boolean | KafkaCertificates;
  /** How one logs in. */
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
}

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;
const PROTOCOLS = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

/** Certificates, by the names that librdkafka and thus Airflow has: of a file, and of the text itself. */
const CERTIFICATES = { ca: "ssl.ca", cert: "ssl.certificate", key: "ssl.key" } as const;

/** Extras that we follow. Others of security would be ignored, and are refused for that. */
const KNOWN: ReadonlySet<string> = new Set([
  "security.protocol",
  "ssl",
  "sasl.mechanism",
  "sasl.mechanisms",
  "sasl.username",
  "sasl.password",
  ...Object.values(CERTIFICATES).flatMap((name) => [`${name}.location`, `${name}.pem`]),
]);
const OF_SECURITY = /^(ssl|sasl|security|enable\.ssl)/;

const refusal = (c: Connection, why: string) =>
  new TypeError(`Cannot use connection "${c.name}" (${c.kind}): ${why}`);

const textOf = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value);

function extraOf(c: Connection, name: string): string | null {
  const value = c.extra[name];
  return value === undefined ? null : textOf(value);
}

/**
 * The brokers: `bootstrap.servers` of the extras as Airflow has them, or host and port (9092 unless told).
 *
 * @throws {TypeError} If there is none.
 */
export function brokersOf(c: Connection): readonly string[] {
  const hosts = extraOf(c, "bootstrap.servers") ?? c.host;
  const port = c.port ?? 9092;
  const brokers = (hosts ?? "").split(",").map((h) => h.trim()).filter(Boolean)
    .map((h) => /:\d+$/.test(h) ? h : `${h}:${port}`);
  if (brokers.length > 0) return brokers;
  throw refusal(c, 'it has neither a host nor "bootstrap.servers"');
}

/**
 * Where a Kafka is and how one enters it: {@linkcode brokersOf}, `security.protocol`, `sasl.mechanism`, `sasl.username` and
 * `sasl.password` (or login and password), `ssl.ca.location`, `ssl.certificate.location` and `ssl.key.location` (or their
 * texts as `ssl.ca.pem` and so on).
 *
 * @param read Reads the PEM files.
 * @throws {TypeError} If there is no broker, a setting is none of ours, or one is given by half.
 */
export function kafkaOf(
  c: Connection,
  read: (path: string) => string = Deno.readTextFileSync,
): KafkaPlace {
  const strange = Object.keys(c.extra).find((n) => OF_SECURITY.test(n) && !KNOWN.has(n));
  if (strange !== undefined) throw refusal(c, `its extra "${strange}" has no meaning here`);
  const brokers = brokersOf(c);
  const tls = tlsOf(c, read);
  const sasl = saslOf(c);
  return { brokers, tls, ...(sasl ? { sasl } : {}) };
}

function tlsOf(c: Connection, read: (path: string) => string): KafkaPlace["tls"] {
  const protocol = (extraOf(c, "security.protocol") ?? "PLAINTEXT").toUpperCase();
  if (!PROTOCOLS.includes(protocol)) {
    throw refusal(c, `its security.protocol is "${protocol}", known are ${PROTOCOLS.join(", ")}`);
  }
  const isTls = protocol.endsWith("SSL") || /^(true|1|yes)$/i.test(extraOf(c, "ssl") ?? "");
  const found = Object.entries(CERTIFICATES).flatMap(([part, name]) => {
    const file = extraOf(c, `${name}.location`);
    const pem = extraOf(c, `${name}.pem`) ?? (file === null ? null : read(file));
    return pem === null ? [] : [[part, pem] as const];
  });
  if (found.length === 0) return isTls;
  if (!isTls) throw refusal(c, "it has certificates, but its security.protocol speaks no TLS");
  const certificates: KafkaCertificates = Object.fromEntries(found);
  if ((certificates.cert === undefined) !== (certificates.key === undefined)) {
    throw refusal(c, "it has a certificate of ours without its key, or the key alone");
  }
  return certificates;
}

function saslOf(c: Connection): KafkaPlace["sasl"] {
  const username = extraOf(c, "sasl.username") ?? c.login;
  const password = extraOf(c, "sasl.password") ?? c.password;
  const asked = extraOf(c, "sasl.mechanism") ?? extraOf(c, "sasl.mechanisms");
  if (username === null && password === null && asked === null) return undefined;
  if (username === null || password === null) {
    throw refusal(c, "both a login and a password are needed to log in");
  }
  const named = (asked ?? "plain").toLowerCase();
  const mechanism = MECHANISMS.find((m) => m === named);
  if (mechanism !== undefined) return { mechanism, username, password };
  throw refusal(c, `its sasl.mechanism is "${named}", known are ${MECHANISMS.join(", ")}`);
}
