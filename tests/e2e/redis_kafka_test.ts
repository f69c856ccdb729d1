import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import kafkajs from "kafkajs";
import { z } from "zod";
import type { Queries } from "../../adapters/postgres/connect.ts";
import { redisCache } from "../../adapters/redis/cache.ts";
import { redisOnlineStore } from "../../adapters/redis/online_store.ts";
import {
  featureProject,
  userActivity,
  userExercise,
  userSleep,
  userSocial,
} from "../../assets/features/views.ts";
import type { About, HealthView, OnlineAnswer, RunView } from "../../engine/mod.ts";
import { emitters } from "../schemas/emitters.ts";
import { startKafka } from "../services/kafka.ts";
import { type TestDatabase, testDatabase } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { demo, folder } from "./demo.ts";
import { serve, until } from "./program.ts";

// Of their own: the programs use the topics and keys that everybody knows.
const kafka = await startKafka();
const redis = await startRedis();
Deno.test.afterAll(async () => {
  await kafka[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});
// The drivers leave timers of their connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

/** What the sources emit: the demo runs all of it. */
const TOPICS = [...new Set(emitters().map((e) => e.topic))].sort();

interface Message {
  readonly event_id: string;
  readonly topic: string;
  readonly key: string;
}

/** Every message of the topics of now, in the order within each partition. */
async function consume(): Promise<readonly Message[]> {
  const { brokers } = kafka;
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  assertEquals((await admin.listTopics()).filter((t) => t.startsWith("aurora.")).sort(), TOPICS);
  let expected = 0;
  for (const topic of TOPICS) {
    for (const { low, high } of await admin.fetchTopicOffsets(topic)) {
      expected += Number(high) - Number(low);
    }
  }
  await admin.disconnect();
  const consumer = client.consumer({ groupId: crypto.randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  const seen: Message[] = [];
  await consumer.run({
    eachMessage: ({ message }) => Promise.resolve(void seen.push(JSON.parse(`${message.value}`))),
  });
  await until(() => seen.length >= expected, { what: () => `${expected}, got ${seen.length}` });
  await consumer.disconnect();
  return seen;
}

async function assertEventsOnce(sql: Queries): Promise<void> {
  const outbox = await sql<{ event_id: string; topic: string; key: string; sent: boolean }[]>`
    select event_id, topic, key, sent_at is not null as sent from engine.outbox order by id`;
  assert(
    outbox.length > 0 && outbox.every((event) => event.sent),
    "the outbox is empty at the end",
  );
  const messages = await consume();
  assertEquals(new Set(messages.map((m) => m.event_id)).size, messages.length, "each once");
  assertEquals([...new Set(messages.map((m) => m.topic))].sort(), TOPICS);
  const byKey = (events: readonly Message[]) => {
    const groups = Map.groupBy(events, (e) => `${e.topic} ${e.key}`);
    return Object.fromEntries([...groups].map(([k, g]) => [k, g.map((e) => e.event_id)]));
  };
  assertEquals(byKey(messages), byKey(outbox), "in order within each key");
  for (const topic of TOPICS) {
    const file = new URL(`../../schemas/${topic}.json`, import.meta.url);
    const schema = z.fromJSONSchema(JSON.parse(await Deno.readTextFile(file)));
    messages.filter((m) => m.topic === topic).forEach((m) => schema.parse(m));
  }
}

const VIEWS = [userActivity, userSleep, userExercise, userSocial];

async function assertFeatures(sql: Queries): Promise<void> {
  await using store = redisOnlineStore(redis.url);
  const [at] = await sql<{ as_of: Date; users: string[] }[]>`
    select as_of, array_agg(user_id::text order by user_id) as users
    from features.user_activity group by as_of`;
  const { as_of, users } = at!;
  const answers = await store.read(featureProject, VIEWS, users, { now: as_of });
  for (const view of VIEWS) {
    const rows = await sql<{ user_id: string; [feature: string]: unknown }[]>`
      select * from ${sql(`features.${view.name}`)} order by user_id`;
    for (const row of rows) {
      const answer = answers.find((a) => a.entity === row.user_id)!;
      for (const { name } of view.fields) {
        assertFeature(answer, `${view.name}:${name}`, row[name], as_of);
      }
    }
  }
}

function assertFeature(answer: OnlineAnswer, name: string, expected: unknown, at: Date): void {
  const found = answer.features.get(name)!;
  // A count is bigint in one and a number in the other.
  const value = (v: unknown) => v === null ? null : Number(v);
  assertEquals(value(found.value), value(expected), `${name} of ${answer.entity}`);
  assertEquals(found.status, expected === null ? "NULL_VALUE" : "PRESENT");
  assertEquals(found.eventTime, at);
}

const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));

async function assertCache(sql: Queries): Promise<void> {
  await using cache = redisCache(redis.url);
  const models = await sql<{ name: string; onnx: Uint8Array; manifest: unknown }[]>`
    select name, onnx, manifest from ml.model`;
  assertEquals(models.length, 3);
  for (const { name, onnx, manifest } of models) {
    const [about, bytes] = await cache.get([`model:${name}`, `model:${name}:onnx`]);
    assertEquals(json(about), manifest);
    assertEquals(new Uint8Array(bytes!), new Uint8Array(onnx));
  }
  const users = await sql<{ user_id: string; partition: string; energy: number[]; mood: number }[]>`
    select user_id::text, partition,
      array_agg(value order by target_at) filter (where kind = 'energy') as energy,
      max(value) filter (where kind = 'mood') as mood
    from predictions.prediction group by user_id, partition`;
  assert(users.length > 0);
  const cached = await cache.get(users.map((u) => `predictions:${u.user_id}`));
  users.forEach(({ partition, energy, mood }, i) => {
    const found = json(cached[i]);
    assertEquals(found.partition, partition);
    assertEquals(found.energy.map((p: { value: number }) => p.value), energy);
    assertEquals(found.mood.value, mood);
  });
}

/** Asserts that no transaction of the relay is open while there is nothing to send. */
async function assertRelayRests(db: TestDatabase): Promise<void> {
  for (let look = 0; look < 15; look++) {
    const open = await db.sql`
      select state, query from pg_stat_activity
      where datname = current_database() and application_name = 'aurora relay'
        and xact_start < clock_timestamp() - interval '200 milliseconds'`;
    assertEquals(open.length, 0, JSON.stringify(open));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const idle = await db.sql`
    select 1 from pg_stat_activity
    where datname = current_database() and application_name = 'aurora relay'`;
  assert(idle.length > 0, "a relay is there");
}

/** What was in Redis alone is there again after one run; nothing else was lost with it. */
async function assertFlushHeals(url: string, sql: Queries): Promise<void> {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  const started = await fetch(`${url}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ assets: ["features/online"] }),
  });
  const { run } = await started.json() as { run: string };
  let status = "";
  await until(async () => {
    const answer = await fetch(`${url}/api/v1/runs/${run}`);
    status = (await answer.json() as RunView).run.status;
    return status === "success" || status === "failed";
  }, { what: () => `run ${run} to end, it is ${status}` });
  assertEquals(status, "success");
  await assertFeatures(sql);
}

Deno.test(
  "the demo with Redis and Kafka: features, models, predictions, events",
  options,
  async () => {
    await using db = await testDatabase();
    await using here = await folder();
    const env = {
      ...here.env,
      DATABASE_URL: db.url,
      REDIS_URL: redis.url,
      KAFKA_BROKERS: kafka.brokers.join(","),
    };
    const summary = await demo(env);
    assert(summary.predictions.mood > 0);
    await assertFeatures(db.sql);
    await assertCache(db.sql);
    await assertEventsOnce(db.sql);
    const [left] = await db.sql<{ online: number; cached: number }[]>`
    select (select count(*)::int from features.online) as online,
      (select count(*)::int from engine.cache) as cached`;
    assertEquals(left, { online: 0, cached: 0 }, "nothing went to PostgreSQL instead");

    const connected = {
      ...env,
      KAFKA_BROKERS: "",
      AURORA_CONN_AURORA_KAFKA: `kafka://${kafka.brokers.join(",")}`,
    };
    await using server = await serve({ env: connected, words: ["--no-schedules"] });
    const about = await server.ask<About>("/api/v1/about");
    assertEquals(about.adapters, {
      postgres: "external",
      online: "redis",
      events: "kafka",
      objects: "file",
    });
    assert(/online features: redis, events: kafka/.test(server.out()), server.out());
    const health = await server.ask<HealthView>("/health");
    const ok = Object.fromEntries(health.dependencies.map((d) => [d.name, d.ok]));
    assertEquals([ok["postgres"], ok["redis"], ok["kafka"]], [true, true, true]);
    await assertRelayRests(db);
    await assertFlushHeals(server.url, db.sql);

    await kafka.kill();
    await redis.kill();
    const sick = await (await fetch(`${server.url}/health`)).json() as HealthView;
    const named = Object.fromEntries(sick.dependencies.map((d) => [d.name, d.ok]));
    assertEquals([named["postgres"], named["redis"], named["kafka"]], [true, false, false]);
  },
);
