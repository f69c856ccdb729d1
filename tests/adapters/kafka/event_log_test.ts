import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { EventsRefusedError, type OutboxEvent, relay, ServiceUnavailableError } from "engine";
import { eventLogContract } from "engine/testing";
import { kafkaEventLog } from "../../../adapters/kafka/event_log.ts";
import { sendAgain } from "../../../adapters/postgres/ledger/facts.ts";
import { postgresOutbox } from "../../../adapters/postgres/outbox.ts";
import { testKafka } from "../../services/kafka.ts";
import { administer, consume, type Seen } from "./consume.ts";
import { relayUnderKills } from "./kills.ts";
import { kafkaSubject } from "./subject.ts";
import { outboxDatabase, tell } from "../postgres/outbox_database.ts";

const shared = await testKafka();
Deno.test.afterAll(async () => await shared[Symbol.asyncDispose]());

const CLIENTS = ["kafkajs", "platformatic"] as const;

// Both leave timers of their connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

function event(topic: string, place: number, key = "u1"): OutboxEvent {
  const createdAt = new Date("2025-01-27T06:00:00Z");
  const eventId = crypto.randomUUID();
  const payload = { place };
  return { id: BigInt(place), topic, key, eventId, schemaVersion: 2, run: "7", payload, createdAt };
}

for (const client of CLIENTS) {
  eventLogContract(`of Kafka by ${client}`, kafkaSubject(shared.brokers, client));

  Deno.test(`${client} makes the topic as told and sends key and headers`, options, async () => {
    const topic = crypto.randomUUID();
    const other = crypto.randomUUID();
    const topics = [{ name: topic, partitions: 5 }];
    const brokers = shared.brokers;
    await using log = kafkaEventLog({ brokers, client, topics, partitions: 2, prefix: "test." });
    const sent = event(topic, 0, "grüß");
    await log.publish([sent, event(other, 0)]);
    const [seen] = await consume(brokers, `test.${topic}`, (all) => all.length === 1);
    assertEquals(seen?.key, "grüß");
    assertEquals(seen?.headers, { "event-id": sent.eventId, "schema-version": "2", run: "7" });
    const made = await administer(
      brokers,
      async (admin) =>
        (await admin.fetchTopicMetadata({ topics: [`test.${topic}`, `test.${other}`] })).topics,
    );
    const parts = Object.fromEntries(made.map((t) => [t.name, t.partitions.length]));
    assertEquals(parts, { [`test.${topic}`]: 5, [`test.${other}`]: 2 });
  });

  Deno.test(`${client} tells a name that no topic may have, and goes on`, options, async () => {
    await using log = kafkaEventLog({ brokers: shared.brokers, client });
    const error = await assertRejects(
      () => log.publish([event("no topic/at all", 0)]),
      EventsRefusedError,
    );
    assertMatch(error.reason, /^INVALID_TOPIC_EXCEPTION: /);
    await log.publish([event(crypto.randomUUID(), 0)]);
  });

  Deno.test(`${client} tells a replication that there are no brokers for`, options, async () => {
    await using log = kafkaEventLog({ brokers: shared.brokers, client, replication: 3 });
    const error = await assertRejects(
      () => log.publish([event(crypto.randomUUID(), 0)]),
      ServiceUnavailableError,
    );
    assertMatch(error.message, /replication/i);
  });

  Deno.test(`${client} says which broker does not answer`, options, async () => {
    await using log = kafkaEventLog({ brokers: ["127.0.0.1:9"], client });
    const error = await assertRejects(() => log.publish([event("t", 0)]), ServiceUnavailableError);
    assert(error.message.includes('Kafka at "127.0.0.1:9"'), error.message);
  });
}

for (const client of CLIENTS) {
  Deno.test(
    `${client}: what a broker refuses stands aside, the others go on in order`,
    options,
    async () => {
      await using db = await outboxDatabase();
      const topic = crypto.randomUUID();
      await administer(shared.brokers, (admin) =>
        admin.createTopics({
          topics: [{
            topic,
            numPartitions: 2,
            replicationFactor: 1,
            // Less than what one request carries, so that events are refused together.
            configEntries: [{ name: "max.message.bytes", value: "20000" }],
          }],
        }));
      await tell(db.sql, topic, Array.from({ length: 200 }, (_, i) => `u${i % 5}`));
      const large = async () =>
        (await db.sql<{ place: number }[]>`
        select (payload->>'place')::int as place from engine.outbox
        where refused_at is not null order by id`).map((row) => row.place);
      await db.sql`
      update engine.outbox set payload = payload || jsonb_build_object('large', repeat('x', 30000))
      where (payload->>'place')::int in (0, 77, 78, 199)`;
      const stop = new AbortController();
      const outbox = postgresOutbox(db.sql);
      await using log = kafkaEventLog({ brokers: shared.brokers, client });
      const running = relay({ outbox, log, signal: stop.signal, pollMs: 20 });
      try {
        await until(async () => (await outbox.lag()).pending === 0);
        assertEquals(await large(), [0, 77, 78, 199]);
        assertEquals((await outbox.lag()).refused, 4);
        // The owner of the topic lets it take more.
        await administer(shared.brokers, (admin) =>
          admin.alterConfigs({
            validateOnly: false,
            resources: [{
              type: 2, // a topic
              name: topic,
              configEntries: [{ name: "max.message.bytes", value: "1000000" }],
            }],
          }));
        assertEquals(await sendAgain(db.sql, undefined), 4);
        await until(async () => (await outbox.lag()).pending === 0);
        assertEquals(await large(), []);
      } finally {
        stop.abort();
        await running;
      }
      const distinct = (all: readonly Seen[]) => new Set(all.map((one) => one.value.event_id)).size;
      const seen = await consume(shared.brokers, topic, (all) => distinct(all) === 200);
      assertInOrder(seen.filter((one) => ![0, 77, 78, 199].includes(one.value.payload.place)));
    },
  );
}

Deno.test("both clients put a key into the same part of a topic", options, async () => {
  const topic = crypto.randomUUID();
  const keys = Array.from({ length: 100 }, (_, i) => `grüß ${i}`);
  for (const client of CLIENTS) {
    await using log = kafkaEventLog({ brokers: shared.brokers, client, partitions: 7 });
    await log.publish(keys.map((key, i) => event(topic, i, key)));
  }
  const seen = await consume(shared.brokers, topic, (all) => all.length === 200);
  for (const [key, both] of Map.groupBy(seen, (one) => one.key)) {
    assertEquals(both[0]!.partition, both[1]!.partition, key);
  }
  assertEquals(new Set(seen.map((one) => one.partition)).size, 7);
});

for (const client of CLIENTS) {
  Deno.test(
    `${client}: a broker that is killed, and answers that are cut, delay events, lose and turn none`,
    options,
    async () => {
      const { lost, outOfOrder, duplicates, kills, cuts } = await relayUnderKills({
        client,
        events: 4_000,
        kills: 1,
        cuts: 3,
      });
      assertEquals({ kills, lost, outOfOrder }, { kills: 1, lost: 0, outOfOrder: 0 });
      assert(cuts >= 2, `${cuts} cuts`);
      // What was sent at a fault may be there twice: a batch of the relay.
      assert(duplicates <= 400, `${duplicates} duplicates`);
    },
  );
}

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

/** Asserts the order of each key among the first ones of each event id. */
function assertInOrder(seen: readonly Seen[]): void {
  const first = new Map(seen.toReversed().map((one) => [one.value.event_id, one]));
  const firsts = seen.filter((one) => first.get(one.value.event_id) === one);
  for (const [key, all] of Map.groupBy(firsts, (one) => one.key)) {
    const places = all.map((one) => one.value.payload.place);
    assertEquals(places, places.toSorted((a, b) => a - b), `order of ${key}`);
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error("it did not come to be within 45 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
