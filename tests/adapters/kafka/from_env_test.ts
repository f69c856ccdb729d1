import { assertEquals, assertThrows } from "@std/assert";
import { kafkaFromEnv } from "../../../adapters/kafka/from_env.ts";

const read = (path: string) => `PEM of ${path}`;
const of = (env: Record<string, string>) => kafkaFromEnv((name) => env[name] ?? "", read);
const KAFKA_BROKERS = "a:9092, b:9092,";

Deno.test("kafkaFromEnv() gives nothing without brokers", () => {
  assertEquals(of({ KAFKA_BROKERS: " ", KAFKA_SSL: "true" }), undefined);
});

Deno.test("kafkaFromEnv() gives brokers, kafkajs and no more unless told", () => {
  const brokers = ["a:9092", "b:9092"];
  assertEquals(of({ KAFKA_BROKERS }), { brokers, client: "kafkajs", prefix: "", topics: [] });
});

Deno.test("kafkaFromEnv() reads client, topics, TLS and password", () => {
  const found = of({
    KAFKA_BROKERS,
    KAFKA_CLIENT: "platformatic",
    KAFKA_TOPIC_PREFIX: "live.",
    KAFKA_PARTITIONS: "6",
    KAFKA_REPLICATION: "3",
    KAFKA_TOPICS: "aurora.features.updated=12:2, aurora.quality.reported=1",
    KAFKA_SSL: "true",
    KAFKA_SSL_CA: "/ca.pem",
    KAFKA_SSL_CERT: "/me.pem",
    KAFKA_SSL_KEY: "/me.key",
    KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
    KAFKA_SASL_USERNAME: "aurora",
    KAFKA_SASL_PASSWORD: "pw",
  });
  assertEquals(found, {
    brokers: ["a:9092", "b:9092"],
    client: "platformatic",
    prefix: "live.",
    partitions: 6,
    replication: 3,
    topics: [
      { name: "aurora.features.updated", partitions: 12, replication: 2 },
      { name: "aurora.quality.reported", partitions: 1 },
    ],
    tls: { ca: "PEM of /ca.pem", cert: "PEM of /me.pem", key: "PEM of /me.key" },
    sasl: { mechanism: "scram-sha-512", username: "aurora", password: "pw" },
  });
  assertEquals(of({ KAFKA_BROKERS, KAFKA_SSL: "true" })?.tls, true);
});

for (
  const [sentence, env] of [
    ['Cannot read KAFKA_CLIENT: "java" is none of kafkajs, platformatic', { KAFKA_CLIENT: "java" }],
    ['KAFKA_PARTITIONS: "0" is not a whole number from 1 on', { KAFKA_PARTITIONS: "0" }],
    ['KAFKA_TOPICS: "a=b:3" is not a whole number', { KAFKA_TOPICS: "a=b:3" }],
    ['KAFKA_TOPICS: "a" is not like "topic=12"', { KAFKA_TOPICS: "a" }],
    ['KAFKA_SSL is not "true"', { KAFKA_SSL_CA: "/ca.pem" }],
    ["one is set without the other", { KAFKA_SSL: "true", KAFKA_SSL_CERT: "/me.pem" }],
    ["both are needed", { KAFKA_SASL_USERNAME: "aurora" }],
    ["is none of plain, scram", { KAFKA_SASL_MECHANISM: "gssapi" }],
  ] as const
) {
  Deno.test(`kafkaFromEnv() refuses: ${sentence}`, () => {
    assertThrows(() => of({ KAFKA_BROKERS, ...env }), RangeError, sentence);
  });
}
