/** What is estimated, beside what a real Redis takes. @module */
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import type { FeatureView, OnlineRow } from "engine";
import { redisCache } from "../../../adapters/redis/cache.ts";
import {
  allocated,
  entityMemory,
  stringBytes,
  tableBytes,
} from "../../../adapters/redis/memory.ts";
import { redisOnlineStore } from "../../../adapters/redis/online_store.ts";
import { featureViews, userSleep } from "../../../assets/features/views.ts";
import { startRedis } from "../../services/redis.ts";

const ENTITIES = 20_000;
/** By which share the estimate may be wrong: docs/guide/redis.md says so. */
const BOUND = 0.1;

Deno.test("allocated() rounds as jemalloc does", () => {
  const sizes = [1, 8, 9, 16, 17, 80, 113, 128, 129, 160, 161, 257, 321, 1025, 2305];
  const taken = [8, 8, 16, 16, 32, 80, 128, 128, 160, 160, 192, 320, 384, 1280, 2560];
  assertEquals(sizes.map(allocated), taken);
});

/** Bytes that a Redis of its own has more after `write`, whose connections are closed by then. */
async function taken(write: (url: string) => Promise<void>): Promise<number> {
  await using redis = await startRedis();
  const client = new Redis(redis.url);
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))![1]);
  try {
    const before = await used();
    await write(redis.url);
    const settled = Date.now() + 1000;
    while (Date.now() < settled) await client.ping();
    return await used() - before;
  } finally {
    client.disconnect();
  }
}

function assertNear(estimated: number, real: number): void {
  const off = Math.abs(estimated - real) / real;
  assert(off < BOUND, `estimated ${estimated}, Redis takes ${real}`);
}

const AT = new Date("2026-11-22T12:00:00Z");
const users = Array.from({ length: ENTITIES }, () => crypto.randomUUID());

function rowsOf(
  view: FeatureView,
  value: (type: string, i: number) => OnlineRow["values"][string],
): OnlineRow[] {
  return users.map((entity, i) => ({
    entity,
    eventTime: AT,
    values: Object.fromEntries(view.fields.map((f) => [f.name, value(f.type, i)])),
  }));
}

async function assertEstimate(rows: ReadonlyMap<FeatureView, readonly OnlineRow[]>) {
  const real = await taken(async (url) => {
    await using store = redisOnlineStore(url);
    for (const [view, some] of rows) await store.write("aurora", view, some);
  });
  const { bytes } = entityMemory("aurora", rows);
  assertNear(bytes * ENTITIES + 2 * tableBytes(ENTITIES), real);
  return bytes;
}

Deno.test("the estimate of our features is within 10 % of what Redis takes", async () => {
  const value = (type: string, i: number) =>
    type === "INT64" ? i % 300 : i % 10 === 0 ? null : (i * 7919 % 1000) / 7;
  const bytes = await assertEstimate(new Map(featureViews.map((v) => [v, rowsOf(v, value)])));
  assert(bytes > 450 && bytes < 550, `docs/guide/redis.md says 500 bytes a user, not ${bytes}`);
});

Deno.test("so it is of features that are too long for a compact hash", async () => {
  const view: FeatureView = {
    name: "user_text",
    entity: "user_id",
    ttl: 60_000,
    fields: [{ name: "about", type: "STRING" }, { name: "vector", type: "DOUBLE_LIST" }],
  };
  const value = (type: string, i: number) =>
    type === "STRING" ? "x".repeat(100 + i % 50) : Array.from({ length: 16 }, (_, k) => k / 3);
  await assertEstimate(new Map([[view, rowsOf(view, value)]]));
});

Deno.test("so it is of predictions", async () => {
  const value = new Uint8Array(2_300);
  const real = await taken(async (url) => {
    await using cache = redisCache(url);
    await cache.put(users.slice(0, 5_000).map((user) => ({ key: `predictions:${user}`, value })), {
      ttlMs: 60_000,
    });
  });
  assertNear(
    5_000 * stringBytes("aurora:predictions:".length + 36, 2_300) + 2 * tableBytes(5_000),
    real,
  );
});

Deno.test("MEMORY USAGE finds in a key what is estimated for one", async () => {
  await using redis = await startRedis();
  const rows = rowsOf(userSleep, (_, i) => i / 7).slice(0, 200);
  await using store = redisOnlineStore(redis.url);
  await store.write("aurora", userSleep, rows);
  const client = new Redis(redis.url);
  try {
    const keys = await client.keysBuffer("*");
    const sizes = await Promise.all(keys.map((key) => client.memory("USAGE", key)));
    const mean = sizes.reduce<number>((sum, size) => sum + Number(size), 0) / keys.length;
    // It leaves out the entry of the expiry, and what jemalloc rounds that of the key by.
    const expiry = 40;
    assertNear(entityMemory("aurora", new Map([[userSleep, rows]])).bytes, mean + expiry);
  } finally {
    client.disconnect();
  }
});
