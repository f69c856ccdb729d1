import { assertEquals, assertThrows } from "@std/assert";
import { masked } from "engine";
import { brokersOf, kafkaOf } from "../../../adapters/secrets/kafka.ts";
import { told } from "../../../adapters/secrets/tell.ts";
import { parseUri } from "../../../adapters/secrets/uri.ts";

const read = (path: string) => `PEM of ${path}`;
const place = (uri: string) => kafkaOf(parseUri("k", uri), read);
const withExtras = (extras: Record<string, string>) =>
  place(`kafka://b:9093?${new URLSearchParams(extras)}`);

Deno.test("kafkaOf() takes hosts, or the settings that Airflow has", () => {
  assertEquals(place("kafka://b1:9092,b2"), { brokers: ["b1:9092", "b2:9092"], tls: false });
  const extra = new URLSearchParams({
    "bootstrap.servers": "b1:9093",
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "me",
    "sasl.password": "pass",
    "group.id": "of Airflow",
  });
  const found = {
    brokers: ["b1:9093"],
    tls: true,
    sasl: { mechanism: "scram-sha-512", username: "me", password: "pass" },
  };
  assertEquals(place(`kafka:///?${extra}`), found as ReturnType<typeof place>);
  assertEquals(brokersOf(parseUri("k", `kafka:///?${extra}`)), ["b1:9093"]);
});

Deno.test("kafkaOf() takes certificates from files or as they are", () => {
  const files = {
    "security.protocol": "SSL",
    "ssl.ca.location": "/ca.pem",
    "ssl.certificate.location": "/me.pem",
    "ssl.key.location": "/me.key",
  };
  assertEquals(withExtras(files).tls, {
    ca: "PEM of /ca.pem",
    cert: "PEM of /me.pem",
    key: "PEM of /me.key",
  });
  assertEquals(withExtras({ "security.protocol": "ssl", "ssl.ca.pem": "text" }).tls, {
    ca: "text",
  });
});

for (
  const [sentence, extras] of [
    ["gssapi", { "sasl.mechanism": "GSSAPI", "sasl.username": "u", "sasl.password": "pass" }],
    ["both a login and a password", { "sasl.username": "u" }],
    ["both a login and a password", { "sasl.mechanism": "PLAIN" }],
    ["speaks no TLS", { "ssl.ca.location": "/ca.pem" }],
    ["without its key", { ssl: "true", "ssl.certificate.location": "/me.pem" }],
    ['security.protocol is "TLS"', { "security.protocol": "tls" }],
    ["has no meaning here", { "enable.ssl.certificate.verification": "false" }],
  ] as const
) {
  Deno.test(`kafkaOf() refuses: ${sentence} of ${Object.keys(extras)}`, () => {
    assertThrows(() => withExtras(extras), TypeError, sentence);
  });
}

Deno.test("kafkaOf() refuses a connection without a broker", () => {
  assertThrows(() => place("kafka://"), TypeError, "neither a host");
});

Deno.test("the key and the password of a connection to Kafka are masked", () => {
  const extras = new URLSearchParams({
    "security.protocol": "SASL_SSL",
    "sasl.password": "planted-sasl-word",
    "ssl.key.pem": "-----BEGIN PRIVATE KEY-----\nplanted/key+material==\n-----END PRIVATE KEY-----",
    "ssl.certificate.pem": "the certificate",
  });
  told(parseUri("k", `kafka://me:planted-login-word@b?${extras}`));
  const words = "planted-sasl-word planted-login-word planted/key+material== the certificate";
  assertEquals(masked(words), "*** *** *** the certificate");
});
