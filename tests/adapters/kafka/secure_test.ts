import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type OutboxEvent, ServiceUnavailableError } from "engine";
import { kafkaEventLog, type KafkaOptions } from "../../../adapters/kafka/event_log.ts";
import { jsonSender } from "../../../adapters/kafka/json_sender.ts";
import { kafkaTopics } from "../../../adapters/kafka/topic_reader.ts";
import { startSecureKafka } from "../../services/kafka.ts";

const kafka = await startSecureKafka();
Deno.test.afterAll(async () => await kafka.stop());

// Drivers leave timers of their connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

const { ca, username, password } = kafka;
const event = (topic: string): OutboxEvent => ({
  id: 1n,
  topic,
  key: "u1",
  eventId: crypto.randomUUID(),
  schemaVersion: 1,
  run: null,
  payload: {},
  createdAt: new Date(),
});

/** Reads the first message of a topic; a broker that has just started does not know its groups for a moment. */
async function readOne(address: KafkaOptions, topic: string): Promise<void> {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), 20_000);
  let taken = 0;
  const reading = {
    topic,
    group: topic,
    isFullName: false,
    signal: stop.signal,
    offsets: () => Promise.resolve({}),
    take: (messages: readonly unknown[]) => {
      taken += messages.length;
      return Promise.resolve(stop.abort());
    },
  };
  const read = kafkaTopics(address);
  while (!stop.signal.aborted) {
    await read(reading).catch((e) => /coordinator/.test(e.message) || Promise.reject(e));
  }
  clearTimeout(limit);
  assertEquals(taken, 1);
}

for (const client of ["kafkajs", "platformatic"] as const) {
  for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"] as const) {
    Deno.test(`${client} sends by TLS and ${mechanism}, and a sensor reads`, options, async () => {
      const topic = crypto.randomUUID();
      const sasl = { mechanism, username, password };
      const address = { brokers: kafka.brokers, tls: { ca }, sasl, client };
      await using log = kafkaEventLog(address);
      await log.publish([event(topic)]);
      if (client === "kafkajs") await readOne(address, topic);
    });

    Deno.test(`${client} sends lineage by TLS and ${mechanism}`, options, async () => {
      const topic = crypto.randomUUID();
      const sasl = { mechanism, username, password };
      const address = { brokers: kafka.brokers, tls: { ca }, sasl, client, prefix: "test." };
      await using sender = jsonSender({ ...address, topic });
      await sender.send("k", {});
      if (client === "kafkajs") await readOne(address, topic);
    });
  }

  Deno.test(`${client} tells that the certificate is not trusted`, options, async () => {
    const sasl = { mechanism: "plain", username, password } as const;
    await using log = kafkaEventLog({ brokers: kafka.brokers, tls: true, sasl, client });
    const error = await assertRejects(() => log.publish([event("t")]), ServiceUnavailableError);
    assertMatch(error.message, /certificate|UnknownIssuer/i);
  });

  Deno.test(`${client} refuses a broker of another name`, options, async () => {
    const sasl = { mechanism: "plain", username, password } as const;
    const brokers = [`127.0.0.1:${kafka.port}`];
    await using log = kafkaEventLog({ brokers, tls: { ca }, sasl, client });
    const error = await assertRejects(() => log.publish([event("t")]), ServiceUnavailableError);
    assertMatch(error.message, /certificate|NotValidForName|altname/i);
  });

  Deno.test(`${client} tells that the password is wrong, without telling it`, options, async () => {
    const sasl = { mechanism: "scram-sha-256", username, password: "wrong-password" } as const;
    await using log = kafkaEventLog({ brokers: kafka.brokers, tls: { ca }, sasl, client });
    const error = await assertRejects(() => log.publish([event("t")]), ServiceUnavailableError);
    assertMatch(error.message, /authentication|credentials/i);
    assertMatch(error.message, /^(?!.*wrong-password)/);
  });
}
