import { assert, assertEquals, assertRejects } from "@std/assert";
import { type OutboxEvent, relay, ServiceUnavailableError } from "engine";
import kafkajs from "kafkajs";
import { kafkaEventLog } from "../../../adapters/kafka/event_log.ts";
import { postgresOutbox } from "../../../adapters/postgres/outbox.ts";
import { startKafka, testKafka } from "../../services/kafka.ts";
import { outboxDatabase, tell } from "../postgres/outbox_database.ts";

const shared = await testKafka();
Deno.test.afterAll(async () => await shared[Symbol.asyncDispose]());

// kafkajs leaves timers of its connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

interface Seen {
  readonly key: string;
  readonly value: { readonly event_id: string; readonly payload: { readonly place: number } };
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
}

/** Reads a topic from its beginning until `enough`, in the order within each partition. */
async function consume(
  brokers: readonly string[],
  topic: string,
  enough: (seen: readonly Seen[]) => boolean,
): Promise<Seen[]> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: crypto.randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const seen: Seen[] = [];
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => done.reject(new Error(`only ${seen.length} events`)), 20_000);
  await consumer.run({
    eachMessage: ({ message, partition }) => {
      const headers = Object.entries(message.headers ?? {}).map(([k, v]) => [k, String(v)]);
      seen.push({
        key: String(message.key),
        value: JSON.parse(String(message.value)),
        headers: Object.fromEntries(headers),
        partition,
      });
      if (enough(seen)) done.resolve();
      return Promise.resolve();
    },
  });
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return seen;
}

function event(topic: string, place: number, key = "u1"): OutboxEvent {
  const createdAt = new Date("2025-01-27T06:00:00Z");
  const eventId = crypto.randomUUID();
  const payload = { place };
  return { id: BigInt(place), topic, key, eventId, schemaVersion: 2, run: "7", payload, createdAt };
}

Deno.test(
  "kafkaEventLog() makes the topic and sends key, headers and envelope",
  options,
  async () => {
    const topic = crypto.randomUUID();
    await using log = kafkaEventLog({
      brokers: shared.brokers,
      topics: [{ name: topic, partitions: 5 }],
    });
    const sent = event(topic, 0, "grüß");
    await log.publish([sent]);
    const [seen] = await consume(shared.brokers, topic, (all) => all.length === 1);
    assertEquals(seen?.key, "grüß");
    assertEquals(seen?.headers, { "event-id": sent.eventId, "schema-version": "2", run: "7" });
    assertEquals(seen?.value as unknown, {
      event_id: sent.eventId,
      schema_version: 2,
      topic,
      key: "grüß",
      run: "7",
      created_at: "2025-01-27T06:00:00.000Z",
      payload: { place: 0 },
    });
    const client = new kafkajs.Kafka({ brokers: [...shared.brokers] });
    const admin = client.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    assertEquals(topics[0]?.partitions.length, 5);
  },
);

Deno.test(
  "kafkaEventLog() keeps the order of each key, also of sends not waited for",
  options,
  async () => {
    const topic = crypto.randomUUID();
    await using log = kafkaEventLog({ brokers: shared.brokers });
    const keys = ["u1", "u2", "u3", "u4"];
    const events = Array.from({ length: 400 }, (_, i) => event(topic, i, keys[i % 4]));
    await Promise.all([0, 1, 2, 3].map((n) => log.publish(events.slice(n * 100, n * 100 + 100))));
    const seen = await consume(shared.brokers, topic, (all) => all.length === 400);
    for (const key of keys) {
      const places = seen.filter((one) => one.key === key).map((one) => one.value.payload.place);
      assertEquals(places, places.toSorted((a, b) => a - b));
      assertEquals(places.length, 100);
    }
    assert(new Set(seen.map((one) => one.partition)).size > 1);
  },
);

Deno.test(
  "kafkaEventLog() sends more at once than a broker takes in one request",
  options,
  async () => {
    const topic = crypto.randomUUID();
    await using log = kafkaEventLog({ brokers: shared.brokers, partitions: 1 });
    const large = "x".repeat(8000);
    const events = Array.from({ length: 400 }, (_, place) => ({
      ...event(topic, place),
      payload: { place, large },
    }));
    await log.publish(events);
    const seen = await consume(shared.brokers, topic, (all) => all.length === 400);
    assertEquals(seen.map((one) => one.value.payload.place), events.map((_, place) => place));
  },
);

Deno.test("kafkaEventLog() says which broker does not answer, in seconds", options, async () => {
  await using log = kafkaEventLog({ brokers: ["127.0.0.1:9"] });
  const start = performance.now();
  const error = await assertRejects(() => log.publish([event("t", 0)]), ServiceUnavailableError);
  assert(error.message.includes('Kafka at "127.0.0.1:9"'), error.message);
  assert(performance.now() - start < 10_000, `${performance.now() - start} ms`);
});

Deno.test("a broker that is killed delays events and loses none", options, async () => {
  await using kafka = await startKafka();
  await using db = await outboxDatabase();
  await using log = kafkaEventLog({ brokers: kafka.brokers });
  const outbox = postgresOutbox(db.sql);
  const stop = new AbortController();
  const failed = Promise.withResolvers<void>();
  const running = relay({
    outbox,
    log,
    signal: stop.signal,
    pollMs: 20,
    batch: 25,
    onNotice: (notice) => notice.kind === "failed" && failed.resolve(),
  });
  const keys = Array.from({ length: 200 }, (_, i) => `u${i % 7}`);
  try {
    await tell(db.sql, "killed", keys);
    await until(async () => (await outbox.lag()).pending < 200);
    await kafka.kill();
    await tell(db.sql, "killed", keys, 200);
    await failed.promise;
    assert((await outbox.lag()).pending >= 200);
    await kafka.start();
    await until(async () => (await outbox.lag()).pending === 0);
  } finally {
    stop.abort();
    await running;
  }
  const distinct = (all: readonly Seen[]) => new Set(all.map((one) => one.value.event_id)).size;
  const seen = await consume(kafka.brokers, "killed", (all) => distinct(all) === 400);
  const first = new Map(seen.toReversed().map((one) => [one.value.event_id, one]));
  const firsts = seen.filter((one) => first.get(one.value.event_id) === one);
  for (const key of new Set(keys)) {
    const places = firsts.filter((one) => one.key === key).map((one) => one.value.payload.place);
    assertEquals(places, places.toSorted((a, b) => a - b), `order of ${key}`);
  }
});

Deno.test("two relays at once send each event of an outbox once", options, async () => {
  await using db = await outboxDatabase();
  const topic = crypto.randomUUID();
  await tell(db.sql, topic, Array.from({ length: 300 }, (_, i) => `u${i % 5}`));
  const stop = new AbortController();
  await using log = kafkaEventLog({ brokers: shared.brokers });
  await using other = kafkaEventLog({ brokers: shared.brokers });
  const common = { outbox: postgresOutbox(db.sql), signal: stop.signal, batch: 10, pollMs: 5 };
  const relays = [log, other].map((log) => relay({ ...common, log }));
  try {
    await until(async () => (await common.outbox.lag()).pending === 0);
  } finally {
    stop.abort();
    await Promise.all(relays);
  }
  const end = event(topic, -1, "end");
  await log.publish([end]);
  const seen = await consume(shared.brokers, topic, (all) => all.length >= 301);
  assertEquals(seen.length, 301);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error("it did not come to be within 45 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
