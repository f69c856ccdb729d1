/** Plain JSON messages to a real Kafka. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ServiceUnavailableError } from "engine";
import kafkajs from "kafkajs";
import { jsonSender } from "../../../adapters/kafka/json_sender.ts";
import { testKafka } from "../../services/kafka.ts";

const shared = await testKafka();
Deno.test.afterAll(async () => await shared[Symbol.asyncDispose]());

// kafkajs leaves timers of its connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };
const client = new kafkajs.Kafka({ brokers: [...shared.brokers], logLevel: 0 });

Deno.test("jsonSender() sends plain JSON under its key, in order", options, async () => {
  const topic = crypto.randomUUID();
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
  {
    await using sender = jsonSender({ brokers: shared.brokers, topic });
    for (const n of [1, 2, 3]) await sender.send("shop/totals", { eventType: "START", n });
  }
  const consumer = client.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const read: string[] = [];
  const all = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: ({ message }) => {
      read.push(`${message.key} ${message.value}`);
      if (read.length === 3) all.resolve();
      return Promise.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  assertEquals(read, [1, 2, 3].map((n) => `shop/totals {"eventType":"START","n":${n}}`));
});

Deno.test("jsonSender() says that Kafka is away", options, async () => {
  await using sender = jsonSender({ brokers: ["127.0.0.1:1"], topic: "any" });
  await assertRejects(() => sender.send("k", {}), ServiceUnavailableError, "127.0.0.1:1");
});
