import { assert, assertEquals, assertRejects } from "@std/assert";
import { type FeatureView, ServiceUnavailableError } from "engine";
import { redisCache } from "../../../adapters/redis/cache.ts";
import { entityKey, fieldKey, timeField } from "../../../adapters/redis/codec/keys.ts";
import { encodeTimestamp } from "../../../adapters/redis/codec/timestamp.ts";
import { encodeValue } from "../../../adapters/redis/codec/value.ts";
import { redisOnlineStore } from "../../../adapters/redis/online_store.ts";
import { cacheContract, onlineStoreContract } from "engine/testing";
import { startRedis, testRedis } from "../../services/redis.ts";
import { Buffer } from "node:buffer";
import { Redis } from "ioredis";

const server = await testRedis();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

onlineStoreContract("redis", () => Promise.resolve(redisOnlineStore(server.url)));

cacheContract("redis", () => {
  const prefix = `${crypto.randomUUID()}:`;
  const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return Promise.resolve({ cache: redisCache(server.url, { prefix }), pass });
});

const SIX = new Date("2025-01-27T06:00:00Z");
const view: FeatureView = {
  name: "user_social",
  entity: "user_id",
  fields: [{ name: "friend_count", type: "INT64" }],
  ttl: 60_000,
};
const row = (eventTime: Date, friend_count: number) => [{
  entity: "u1",
  eventTime,
  values: { friend_count },
}];

/** A plain client, and the name of the hash of "u1" in a project of the test's own. */
async function withHash(test: (redis: Redis, key: Buffer, project: string) => Promise<void>) {
  const project = crypto.randomUUID();
  const redis = new Redis(server.url);
  const key = Buffer.from(entityKey({ user_id: { type: "STRING", value: "u1" } }, project));
  try {
    await test(redis, key, project);
  } finally {
    await redis.quit();
  }
}

Deno.test("write() makes exactly the hash that Feast would", () =>
  withHash(async (redis, key, project) => {
    await using store = redisOnlineStore(server.url);
    await store.write(project, view, row(SIX, 7));
    const hash = await redis.hgetallBuffer(key) as Record<string, Buffer>;
    assertEquals(Object.keys(hash).length, 2);
    const time = await redis.hgetBuffer(key, Buffer.from(timeField("user_social")));
    const value = await redis.hgetBuffer(key, Buffer.from(fieldKey("user_social", "friend_count")));
    assertEquals(time?.toString("hex"), encodeTimestamp(SIX).toHex());
    assertEquals(value?.toString("hex"), encodeValue("INT64", 7).toHex());
  }));

Deno.test("write() replaces a row of before 1970 that Feast wrote", () =>
  withHash(async (redis, key, project) => {
    await using store = redisOnlineStore(server.url);
    const old = encodeTimestamp(new Date("1969-12-31T23:59:59.5Z"));
    await redis.hset(key, Buffer.from(timeField("user_social")), Buffer.from(old));
    assertEquals((await store.write(project, view, row(SIX, 7))).written, 1);
  }));

Deno.test("the hash lives as long as the longest-lived of its views", () =>
  withHash(async (redis, key, project) => {
    await using store = redisOnlineStore(server.url);
    const left = () => redis.pttl(key);
    await store.write(project, view, row(SIX, 1));
    const first = await left();
    assert(first > 60_000 && first <= 66_000, `${first}`);
    await store.write(project, { ...view, name: "longer", ttl: 600_000 }, row(SIX, 1));
    assert(await left() > 600_000);
    await store.write(project, { ...view, name: "shorter", ttl: 1000 }, row(SIX, 1));
    assert(await left() > 600_000);
    await store.write(project, { ...view, name: "endless", ttl: 0 }, row(SIX, 1));
    assertEquals(await left(), -1);
    await store.write(project, view, row(new Date(SIX.getTime() + 1), 1));
    assertEquals(await left(), -1);
  }));

Deno.test("write() goes on after Redis lost its scripts", () =>
  withHash(async (redis, _key, project) => {
    await using store = redisOnlineStore(server.url);
    await store.write(project, view, row(SIX, 1));
    await redis.script("FLUSH");
    const later = new Date(SIX.getTime() + 1);
    assertEquals((await store.write(project, view, row(later, 2))).written, 1);
  }));

Deno.test("a dead Redis is an error within a second, and works again when it is back", async () => {
  await using redis = await startRedis();
  await using store = redisOnlineStore(redis.url);
  await using cache = redisCache(redis.url);
  await store.write("p", view, row(SIX, 1));
  await redis.kill();
  const start = performance.now();
  const errors = await Promise.all([
    assertRejects(() => store.read("p", [view], ["u1"], { now: SIX }), ServiceUnavailableError),
    assertRejects(() => store.write("p", view, row(SIX, 1)), ServiceUnavailableError),
    assertRejects(() => cache.get(["a"]), ServiceUnavailableError),
  ]);
  assert(performance.now() - start < 10_000, `${performance.now() - start} ms`);
  assert(errors.every(({ message }) => message.includes(`127.0.0.1:${redis.port}`)));
  await redis.start();
  // The connection is tried again at most every second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assertEquals((await store.write("p", view, row(SIX, 1))).written, 1);
});

Deno.test("a frozen Redis is an error within the limit, and works again when it thaws", async () => {
  await using redis = await startRedis();
  await using store = redisOnlineStore(redis.url, { readLimitMs: 300 });
  await store.write("p", view, row(SIX, 1));
  redis.signal("SIGSTOP");
  const start = performance.now();
  const read = () => store.read("p", [view], ["u1"], { now: SIX });
  const error = await assertRejects(read, ServiceUnavailableError);
  assert(performance.now() - start < 10_000);
  assert(error.message.includes("no answer within 300 ms"), error.message);
  redis.signal("SIGCONT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals((await read())[0]?.features.get("user_social:friend_count")?.value, 1);
});

Deno.test("a wrong password is told, and not repeated", async () => {
  await using redis = await startRedis("--requirepass", "right");
  const port = redis.port;
  await using store = redisOnlineStore(`redis://:secret-wrong@127.0.0.1:${port}`);
  const read = () => store.read("p", [view], ["u1"], { now: SIX });
  const error = await assertRejects(read, ServiceUnavailableError);
  assert(/NOAUTH|WRONGPASS/.test(error.message), error.message);
  assert(!Deno.inspect(error).includes("secret-wrong"), Deno.inspect(error));
});
