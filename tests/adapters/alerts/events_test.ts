import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EventLog, OutboxEvent } from "engine";
import kafkajs from "kafkajs";
import { z } from "zod";
import { eventChannel } from "../../../adapters/alerts/events.ts";
import { kafkaEventLog } from "../../../adapters/kafka/event_log.ts";
import { testKafka } from "../../services/kafka.ts";
import { alert, resolved } from "./alert.ts";

const baseUrl = "https://aurora.example.com";
// kafkajs leaves timers of its connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

/** Values of a topic from its beginning on, as text. */
async function read(brokers: readonly string[], topic: string, count: number): Promise<string[]> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: crypto.randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found: string[] = [];
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => done.reject(new Error(`only ${found.length} events`)), 20_000);
  await consumer.run({
    eachMessage: ({ message }) => {
      found.push(String(message.value));
      if (found.length >= count) done.resolve();
      return Promise.resolve();
    },
  });
  await done.promise.finally(async () => {
    clearTimeout(timer);
    await consumer.disconnect();
  });
  return found;
}

Deno.test(
  "eventChannel() writes alerts to Kafka as the schema says, the same twice under one id",
  options,
  async () => {
    await using kafka = await testKafka();
    const topic = `alerts-${crypto.randomUUID()}`;
    const open = () => kafkaEventLog({ brokers: kafka.brokers });
    const channel = eventChannel({ open, topic, baseUrl });
    await channel.send(alert(), "open");
    await channel.send(alert(), "open");
    await channel.send(alert({ title: "2 alerts" }), "resolved", [
      resolved(),
      resolved({ id: "8", episode: "failed:b", kind: "failed" }),
    ]);
    await channel.close!();
    const texts = await read(kafka.brokers, topic, 4);
    const schema = await Deno.readTextFile(
      new URL("../../../schemas/aurora.alerts.json", import.meta.url),
    );
    const validator = z.fromJSONSchema(JSON.parse(schema));
    const found = texts.map((text) =>
      validator.parse({ ...JSON.parse(text), topic: "aurora.alerts" })
    ) as {
      event_id: string;
      key: string;
      payload: { phase: string; runbook: string };
    }[];
    const late = found.filter((e) => e.key === "late:features/activity");
    assertEquals(late.map((e) => e.payload.phase), ["open", "open", "resolved"]);
    assertEquals(late[0]!.event_id, late[1]!.event_id);
    assert(late[1]!.event_id !== late[2]!.event_id);
    assertEquals(
      found.find((e) => e.key === "failed:b")?.payload.runbook,
      `${baseUrl}/runbook#failed`,
    );
  },
);

/** A log that fails as often as it is told. */
function failing(times: number) {
  let left = times;
  const opened: string[] = [];
  const sent: OutboxEvent[] = [];
  const open = (): EventLog => {
    opened.push("open");
    return {
      name: "memory",
      publish: (events) => {
        if (left-- > 0) return Promise.reject(new Error("no broker"));
        sent.push(...events);
        return Promise.resolve();
      },
      close: () => (opened.push("close"), Promise.resolve()),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { open, opened, sent };
}

Deno.test("eventChannel() opens the log again after a failure", async () => {
  const log = failing(1);
  const channel = eventChannel({ open: log.open, baseUrl });
  await assertRejects(
    () => channel.send(alert(), "open"),
    Error,
    'topic "aurora.alerts": no broker',
  );
  await channel.send(alert(), "open");
  await channel.close!();
  assertEquals(log.opened, ["open", "close", "open", "close"]);
  assertEquals(log.sent.map((e) => e.key), ["late:features/activity"]);
});

Deno.test("eventChannel() gives up a log that does not answer", async () => {
  const silent = { ...failing(0).open(), publish: () => new Promise<void>(() => {}) };
  const channel = eventChannel({ open: () => silent, baseUrl, limitMs: 50 });
  await assertRejects(() => channel.send(alert(), "open"), Error, "no answer within 50 ms");
});
