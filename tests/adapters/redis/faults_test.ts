/** A network that fails between the program and Redis. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type FeatureView, ServiceUnavailableError } from "engine";
import { redisCache } from "../../../adapters/redis/cache.ts";
import { connectRedis } from "../../../adapters/redis/link.ts";
import { redisOnlineStore } from "../../../adapters/redis/online_store.ts";
import { type FaultProxy, faultProxy } from "../../services/fault_proxy.ts";
import { startRedis } from "../../services/redis.ts";

const redis = await startRedis();
Deno.test.afterAll(() => redis.stop());

const SIX = new Date("2025-01-27T06:00:00Z");
const view: FeatureView = {
  name: "user_social",
  entity: "user_id",
  fields: [{ name: "friend_count", type: "INT64" }],
  ttl: 0,
};
const rowsOf = (value: number) => [{
  entity: "u1",
  eventTime: new Date(SIX.getTime() + value),
  values: { friend_count: value },
}];

/** Every way in which the program speaks to Redis, with the limit that docs/guide/redis.md gives. */
function paths(url: string) {
  const store = redisOnlineStore(url);
  const cache = redisCache(url);
  let n = 0;
  return {
    calls: {
      "read features": [1000, () => store.read("p", [view], ["u1"], { now: SIX })],
      "write features": [5000, () => store.write("p", view, rowsOf(++n))],
      "remove features": [5000, () => store.remove("p", "user_id", ["none"])],
      "read the cache": [1000, () => cache.get(["a"])],
      "write the cache": [
        1000,
        () => cache.put([{ key: "a", value: new Uint8Array([1]) }], { ttlMs: 60_000 }),
      ],
      "delete from the cache": [1000, () => cache.delete(["none"])],
    } satisfies Record<string, readonly [number, () => Promise<unknown>]>,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

/** Room for a busy machine: what is tested is that it ends; docs/guide/redis.md has the figures. */
const MARGIN_MS = 5_000;

const FAULTS: Readonly<Record<string, (proxy: FaultProxy) => void>> = {
  "takes no connections": (proxy) => {
    proxy.refuse();
    proxy.cut();
  },
  "hears nothing": (proxy) => proxy.blackHole("requests"),
  "answers nothing": (proxy) => proxy.blackHole("answers"),
  "breaks off every answer": (proxy) => proxy.cutAfter({ bytes: 0, of: "answers" }),
};

for (const [name, break_] of Object.entries(FAULTS)) {
  for (const isConnected of [true, false]) {
    const when = isConnected ? "from now on" : "from the start on";
    Deno.test(`of a Redis that ${name} ${when}, every path tells within its limit`, async () => {
      await using proxy = await faultProxy(redis.port);
      if (!isConnected) break_(proxy);
      await using all = paths(`redis://127.0.0.1:${proxy.port}`);
      if (isConnected) {
        for (const [, call] of Object.values(all.calls)) await call();
        break_(proxy);
      }
      await Promise.all(
        Object.entries(all.calls).map(async ([path, [limitMs, call]]) => {
          const began = performance.now();
          const { message } = await assertRejects(call, ServiceUnavailableError);
          const took = performance.now() - began;
          assert(took < limitMs + MARGIN_MS, `${path}: ${took} ms`);
          assertStringIncludes(message, `Redis at "127.0.0.1:${proxy.port}" answers "`);
        }),
      );
      await proxy.heal();
      // The connection is tried again at most every second.
      const end = performance.now() + 15_000;
      for (const [path, [, call]] of Object.entries(all.calls)) {
        while (!(await call().then(() => true, () => false))) {
          assert(performance.now() < end, `${path} is still broken`);
        }
      }
    });
  }
}

Deno.test("latency and a slow line delay, and lose nothing", async () => {
  await using proxy = await faultProxy(redis.port);
  await using store = redisOnlineStore(`redis://127.0.0.1:${proxy.port}`);
  proxy.latency(100);
  proxy.slow(200_000);
  const users = Array.from({ length: 2000 }, (_, i) => `slow${i}`);
  const rows = users.map((entity, i) => ({ entity, eventTime: SIX, values: { friend_count: i } }));
  assertEquals((await store.write("p", view, rows)).written, 2000);
  const some = users.slice(0, 100);
  const answers = await store.read("p", [view], some, { now: SIX });
  const values = answers.map((a) => a.features.get("user_social:friend_count")?.value);
  assertEquals(values, some.map((_, i) => i));
});

Deno.test("a write whose answer was lost is written once it is repeated, and never older over newer", async () => {
  await using proxy = await faultProxy(redis.port);
  await using store = redisOnlineStore(`redis://127.0.0.1:${proxy.port}`);
  await store.write("lost", view, rowsOf(1));
  proxy.cutAfter({ bytes: 0, of: "answers", times: 1 });
  // ioredis sends it again by itself; the script finds what it wrote before.
  await store.write("lost", view, rowsOf(2)).catch(() => {});
  await proxy.heal();
  await store.write("lost", view, rowsOf(2));
  assertEquals(await store.write("lost", view, rowsOf(1)), { written: 0, skipped: 1 });
  const [answer] = await store.read("lost", [view], ["u1"], { now: SIX });
  assertEquals(answer?.features.get("user_social:friend_count")?.value, 2);
});

Deno.test("calls beyond those that may wait are refused at once", async () => {
  await using proxy = await faultProxy(redis.port);
  proxy.blackHole();
  const link = connectRedis(`redis://127.0.0.1:${proxy.port}`, { mostWaiting: 20 });
  const ping = () => link.do({ doing: "ask", limitMs: 500 }, (client) => client.ping());
  const began = performance.now();
  const waiting = Array.from({ length: 20 }, ping);
  await assertRejects(ping, ServiceUnavailableError, "20 calls wait for it already");
  assert(performance.now() - began < 5_000, "at once");
  const ended = await Promise.allSettled(waiting);
  assert(ended.every(({ status }) => status === "rejected"));
  await proxy.heal();
  assertEquals(await ping(), "PONG", "who gave up makes room");
  await link.close();
});
