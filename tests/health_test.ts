import { assert, assertEquals, assertMatch } from "@std/assert";
import { healthOf } from "../health.ts";
import { faultProxy } from "./services/fault_proxy.ts";
import { startRedis } from "./services/redis.ts";
import { outboxDatabase, tell } from "./adapters/postgres/outbox_database.ts";

Deno.test("health tells how many events wait, since when, and how many were refused", async () => {
  await using db = await outboxDatabase();
  using broker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const brokers = `127.0.0.1:${broker.addr.port}`;
  const health = healthOf({
    sql: db.sql,
    ledger: { workers: () => Promise.resolve([]) },
    env: (name) => name === "KAFKA_BROKERS" ? brokers : "",
    kind: "external",
  });
  const detail = async () =>
    (await health.ask()).dependencies.find((one) => one.name === "kafka")?.detail ?? "";
  assertEquals(await detail(), `events go to ${brokers}`);
  await tell(db.sql, "t", ["u1", "u2", "u3"]);
  await db.sql`
    update engine.outbox set refused_at = now(), refused_reason = 'TOO_LARGE' where key = 'u1'`;
  assertMatch(await detail(), /; 2 wait, since 20.+Z; 1 refused, see "events --refused"$/);
  await health.close();
});

Deno.test("health tells of a Redis that is silent, in time, and that the rest is well", async () => {
  await using db = await outboxDatabase();
  await using redis = await startRedis();
  await using proxy = await faultProxy(redis.port);
  const health = healthOf({
    sql: db.sql,
    ledger: { workers: () => Promise.resolve([]) },
    env: (name) => name === "REDIS_URL" ? `redis://127.0.0.1:${proxy.port}` : "",
    kind: "external",
  });
  const ask = async () => {
    const { ok, dependencies } = await health.ask();
    return { ok, redis: dependencies.find((one) => one.name === "redis")! };
  };
  assertEquals((await ask()).redis.ok, true);
  proxy.blackHole();
  const began = performance.now();
  const silent = await ask();
  assert(performance.now() - began < 10_000, `${performance.now() - began} ms`);
  assertEquals([silent.ok, silent.redis.ok], [true, false]);
  assertMatch(silent.redis.detail, /^Cannot ask Redis: Redis at "127.+no answer within 1500 ms/);
  await proxy.heal();
  assertEquals((await ask()).redis.ok, true, "the next one who asks has a connection of its own");
  await health.close();
});
