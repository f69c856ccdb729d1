/** The oldest Kafka that is promised keeps the contract too. @module */
import { assertEquals } from "@std/assert";
import { eventLogContract } from "engine/testing";
import { kafkaEventLog } from "../../../adapters/kafka/event_log.ts";
import { kafkaTopics } from "../../../adapters/kafka/topic_reader.ts";
import { startOldestKafka } from "../../services/kafka.ts";
import { kafkaSubject } from "./subject.ts";

const kafka = await startOldestKafka();
Deno.test.afterAll(async () => await kafka.stop());

for (const client of ["kafkajs", "platformatic"] as const) {
  eventLogContract(`of Kafka 3.9 by ${client}`, kafkaSubject(kafka.brokers, client));
}

// The driver leaves timers of its connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("a sensor reads a topic of Kafka 3.9", options, async () => {
  const topic = crypto.randomUUID();
  await using log = kafkaEventLog({ brokers: kafka.brokers });
  const common = { topic, key: "k", schemaVersion: 1, run: null, createdAt: new Date(0) };
  const ids = [1, 2].map(() => crypto.randomUUID());
  await log.publish(
    ids.map((eventId, i) => ({ ...common, eventId, id: BigInt(i), payload: i })),
  );
  const stop = new AbortController();
  const seen: (string | undefined)[] = [];
  await kafkaTopics({ brokers: kafka.brokers })({
    topic,
    group: topic,
    isFullName: false,
    signal: stop.signal,
    offsets: () => Promise.resolve({}),
    take(messages) {
      seen.push(...messages.map((m) => m.headers["event-id"]));
      if (seen.length === 2) stop.abort();
      return Promise.resolve();
    },
  });
  assertEquals(seen, ids);
});
