/** What the environment says of a Kafka. @module */
import type { KafkaMechanism, KafkaSasl, KafkaTls } from "./address.ts";
import type { KafkaOptions } from "./options.ts";
import type { TopicOptions } from "./topics.ts";

type Env = (name: string) => string;

/**
 * Reads `KAFKA_BROKERS` and what goes with it; `undefined` if there are no brokers.
 *
 * @param env Gives "" for what is not set.
 * @param read Reads the PEM files that `KAFKA_SSL_CA`, `KAFKA_SSL_CERT` and `KAFKA_SSL_KEY` name.
 * @throws {RangeError} If a value is none of those that there are.
 */
export function kafkaFromEnv(
  env: Env,
  read: (path: string) => string = Deno.readTextFileSync,
): KafkaOptions | undefined {
  const brokers = words(env("KAFKA_BROKERS"));
  if (brokers.length === 0) return undefined;
  const tls = tlsOf(env, read);
  const sasl = saslOf(env);
  return {
    brokers,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    ...usageOf(env),
  };
}

/**
 * Reads client and topics, for brokers that a connection names.
 *
 * @throws {RangeError} If a value is none of those that there are, or says what the connection says.
 */
export function topicsFromEnv(env: Env, connection: string): Omit<KafkaOptions, "brokers"> {
  const of = SECURITY.find((name) => env(name) !== "");
  if (of === undefined) return usageOf(env);
  throw new RangeError(
    `Cannot use ${of}: without KAFKA_BROKERS the connection "${connection}" says how Kafka is entered; set both or none`,
  );
}

const SECURITY = [
  "KAFKA_SSL",
  "KAFKA_SSL_CA",
  "KAFKA_SSL_CERT",
  "KAFKA_SSL_KEY",
  "KAFKA_SASL_MECHANISM",
  "KAFKA_SASL_USERNAME",
  "KAFKA_SASL_PASSWORD",
];

function usageOf(env: Env): Omit<KafkaOptions, "brokers"> {
  const partitions = countOf(env, "KAFKA_PARTITIONS");
  const replication = countOf(env, "KAFKA_REPLICATION");
  return {
    client: oneOf(env, "KAFKA_CLIENT", ["kafkajs", "platformatic"]) ?? "kafkajs",
    prefix: env("KAFKA_TOPIC_PREFIX"),
    topics: words(env("KAFKA_TOPICS")).map(topicOf),
    ...(partitions === undefined ? {} : { partitions }),
    ...(replication === undefined ? {} : { replication }),
  };
}

const words = (text: string) => text.split(",").map((word) => word.trim()).filter(Boolean);

function oneOf<const T extends string>(env: Env, name: string, all: readonly T[]): T | undefined {
  const text = env(name).toLowerCase();
  if (text === "") return undefined;
  const found = all.find((one) => one === text);
  if (found !== undefined) return found;
  throw new RangeError(`Cannot read ${name}: "${env(name)}" is none of ${all.join(", ")}`);
}

function countOf(env: Env, name: string): number | undefined {
  return env(name) === "" ? undefined : count(env(name), `${name}: "${env(name)}"`);
}

function count(text: string, what: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new RangeError(`Cannot read ${what} is not a whole number from 1 on`);
}

/** `aurora.features.updated=12` or `aurora.features.updated=12:3`. */
function topicOf(word: string): TopicOptions {
  const [, name, partitions, replication] = /^([^=:]+)=([^:]+)(?::(.+))?$/.exec(word) ?? [];
  const what = `KAFKA_TOPICS: "${word}"`;
  if (name === undefined || partitions === undefined) {
    throw new RangeError(`Cannot read ${what} is not like "topic=12" or "topic=12:3"`);
  }
  return {
    name,
    partitions: count(partitions, what),
    ...(replication === undefined ? {} : { replication: count(replication, what) }),
  };
}

function tlsOf(env: Env, read: (path: string) => string): KafkaTls | true | undefined {
  const files = { ca: "KAFKA_SSL_CA", cert: "KAFKA_SSL_CERT", key: "KAFKA_SSL_KEY" } as const;
  const named = Object.entries(files).filter(([, name]) => env(name) !== "");
  const asked = oneOf(env, "KAFKA_SSL", ["true", "false"]);
  if (asked !== "true") {
    if (named.length === 0) return undefined;
    throw new RangeError(
      `Cannot read ${named[0]![1]}: KAFKA_SSL is not "true", so it means nothing`,
    );
  }
  if ((env("KAFKA_SSL_CERT") === "") !== (env("KAFKA_SSL_KEY") === "")) {
    throw new RangeError(
      "Cannot read KAFKA_SSL_CERT and KAFKA_SSL_KEY: one is set without the other",
    );
  }
  return named.length === 0
    ? true
    : Object.fromEntries(named.map(([part, name]) => [part, read(env(name))]));
}

const MECHANISMS: readonly KafkaMechanism[] = ["plain", "scram-sha-256", "scram-sha-512"];

function saslOf(env: Env): KafkaSasl | undefined {
  const [username, password] = [env("KAFKA_SASL_USERNAME"), env("KAFKA_SASL_PASSWORD")];
  const mechanism = oneOf(env, "KAFKA_SASL_MECHANISM", MECHANISMS);
  if (username === "" && password === "" && mechanism === undefined) return undefined;
  if (username !== "" && password !== "") {
    return { mechanism: mechanism ?? "plain", username, password };
  }
  throw new RangeError(
    "Cannot read KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: both are needed to log in",
  );
}
