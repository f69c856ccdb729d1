/** Plain JSON by a real Kafka. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ServiceUnavailableError } from "engine";
import { jsonSender } from "../../../adapters/kafka/json_sender.ts";
import { testKafka } from "../../services/kafka.ts";
import { administer, consume } from "./consume.ts";

const shared = await testKafka();
Deno.test.afterAll(async () => await shared[Symbol.asyncDispose]());

// Drivers leave timers of their connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

for (const client of ["kafkajs", "platformatic"] as const) {
  Deno.test(
    `jsonSender() by ${client} sends plain JSON under its key, in order`,
    options,
    async () => {
      const topic = crypto.randomUUID();
      {
        const made = { partitions: 2, prefix: "test." };
        await using sender = jsonSender({ brokers: shared.brokers, client, topic, ...made });
        assertEquals(sender.topic, `test.${topic}`);
        for (const n of [1, 2, 3]) await sender.send("shop/totals", { eventType: "START", n });
      }
      const seen = await consume(shared.brokers, `test.${topic}`, (all) => all.length === 3);
      assertEquals(
        seen.map((one) => [one.key, one.value as unknown]),
        [1, 2, 3].map((n) => ["shop/totals", { eventType: "START", n }]),
      );
      const { topics } = await administer(
        shared.brokers,
        (admin) => admin.fetchTopicMetadata({ topics: [`test.${topic}`] }),
      );
      assertEquals(topics[0]!.partitions.length, 2);
    },
  );

  Deno.test(`jsonSender() by ${client} says that Kafka is away`, options, async () => {
    await using sender = jsonSender({ brokers: ["127.0.0.1:1"], client, topic: "any" });
    await assertRejects(() => sender.send("k", {}), ServiceUnavailableError, "127.0.0.1:1");
  });
}
