/** A server of its own process, whose one sensor reads a topic: `sensor_process.ts URL BROKER TOPIC`. @module */
import { asset, define, lender, reading, request, topicSensor } from "engine";
import { kafkaTopics } from "../../../adapters/kafka/topic_reader.ts";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";

const [url, broker, topic] = Deno.args as [string, string, string];
const orders = asset({ name: "orders", materialize: () => 1 });
const orderTopic = topicSensor({
  name: "order_topic",
  topic,
  group: topic,
  async *on({ value }) {
    await new Promise((r) => setTimeout(r, 5)); // time to be killed in
    // A key of its own each time: a message that is acted upon twice is two runs.
    yield request(orders, { key: crypto.randomUUID(), reason: `order ${value}` });
  },
});
await using ledger = await openLedger(url);
const sensor = {
  ...orderTopic,
  source: { of: "topic" as const, topic, group: topic, isFullName: false },
};
const definitions = define({ orders, orderTopic });
const o = {
  definitions,
  ledger,
  lender: lender(() => ""),
  readTopic: kafkaTopics({ brokers: [broker] }),
};
for (;;) {
  const { waitMs } = await reading(o, sensor, new AbortController().signal);
  await new Promise((r) => setTimeout(r, Math.min(waitMs, 200)));
}
