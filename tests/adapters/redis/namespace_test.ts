/** Environments that share a Redis. @module */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Redis } from "ioredis";
import type { FeatureView } from "engine";
import { redisCache } from "../../../adapters/redis/cache.ts";
import { entityKey } from "../../../adapters/redis/codec/keys.ts";
import { redisPlace } from "../../../adapters/redis/from_env.ts";
import { redisOnlineStore } from "../../../adapters/redis/online_store.ts";
import { startRedis } from "../../services/redis.ts";

const SIX = new Date("2025-01-27T06:00:00Z");
const view: FeatureView = {
  name: "user_social",
  entity: "user_id",
  fields: [{ name: "friend_count", type: "INT64" }],
  ttl: 0,
};

Deno.test("environments on one Redis do not see each other, and Feast sees each as a project", async () => {
  await using redis = await startRedis();
  const names = ["", "staging", "qa"];
  for (const [n, namespace] of names.entries()) {
    const place = redisPlace(`${redis.url}?namespace=${namespace}`);
    await using store = redisOnlineStore(place);
    await using cache = redisCache(place);
    const row = { entity: "u1", eventTime: SIX, values: { friend_count: n } };
    await store.write("aurora", view, [row]);
    await cache.put([{ key: "model:mood", value: new Uint8Array([n]) }], { ttlMs: 60_000 });
  }
  for (const [n, namespace] of names.entries()) {
    const place = redisPlace(`${redis.url}?namespace=${namespace}`);
    await using store = redisOnlineStore(place);
    await using cache = redisCache(place);
    const [answer] = await store.read("aurora", [view], ["u1"], { now: SIX });
    assertEquals(answer?.features.get("user_social:friend_count")?.value, n);
    assertEquals(await cache.get(["model:mood"]), [new Uint8Array([n])]);
    await store.remove("aurora", "user_id", ["u1"]);
    await cache.delete(["model:mood"]);
  }
  const client = new Redis(redis.url);
  assertEquals(await client.dbsize(), 0, "each removed its own, and nothing else is there");
  await using staging = redisOnlineStore(redisPlace(`${redis.url}?namespace=staging`));
  await staging.write("aurora", view, [{ entity: "u1", eventTime: SIX, values: {} }]);
  const feast = entityKey({ user_id: { type: "STRING", value: "u1" } }, "aurora_staging");
  assertEquals(await client.exists(Buffer.from(feast)), 1);
  await client.quit();
});
