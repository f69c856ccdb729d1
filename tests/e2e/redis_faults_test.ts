/** The jobs while Redis is silent. @module */
import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { faultProxy } from "../services/fault_proxy.ts";
import { startRedis } from "../services/redis.ts";
import { demoDatabase, JOBS } from "./demo.ts";
import { run, start, until } from "./program.ts";

interface Ended {
  readonly asset: string;
  readonly state: string;
  readonly error: { readonly message: string } | null;
}

Deno.test("while Redis is silent, only steps that write to it fail, in time; a retry makes up for it", async () => {
  await using db = await demoDatabase();
  await using redis = await startRedis();
  await using proxy = await faultProxy(redis.port);
  const env = { ...db.env, REDIS_URL: `redis://127.0.0.1:${proxy.port}` };
  const [{ last }] = await db.sql<[{ last: string }]>`select max(id) as last from engine.run`;
  proxy.blackHole();
  await using worker = start(["worker.ts"], { env });
  await until(
    async () => (await db.sql`select 1 from engine.worker where gone_at is null`).length > 0,
    {
      what: () => `the worker to join, it said: ${worker.err()}`,
    },
  );
  const ended = await Promise.all(
    JOBS.map((job) => run(["cli.ts", "trigger", job, "--wait"], { env })),
  );
  assertEquals(ended.map(({ code }) => code), [1, 1, 1, 0], ended.map((e) => e.err).join("\n"));
  const steps = await db.sql<Ended[]>`
    select asset, state, error from engine.step where run > ${last} order by asset`;
  const failed = steps.filter(({ state }) => state !== "success");
  assertEquals(failed.map(({ asset, state }) => `${asset} ${state}`), [
    "features/online failed",
    "predictions/cached failed",
    "training/cached failed",
  ]);
  for (const { asset, error } of failed) {
    assert(error?.message.includes(`Redis at "127.0.0.1:${proxy.port}" answers "no answer`), asset);
  }
  const attempts = await db.sql<{ asset: string; seconds: number }[]>`
    select s.asset, extract(epoch from a.ended_at - a.started_at)::float8 as seconds
    from engine.attempt a join engine.step s using (run, step)
    where s.run > ${last} and s.asset = any(${failed.map(({ asset }) => asset)})`;
  assert(attempts.length >= 6, `${attempts.length} attempts`);
  // The limit of one write, and what the step does before it.
  const limits: Readonly<Record<string, number>> = { "features/online": 5 };
  for (const { asset, seconds } of attempts) {
    assert(seconds < (limits[asset] ?? 1) + 5, `${asset} took ${seconds} s`);
  }

  await proxy.heal();
  const again = await run(["cli.ts", "retry", "--state", "failed", "--yes"], { env });
  assertEquals(again.code, 0, again.err);
  const made = async () =>
    (await db.sql<{ asset: string }[]>`
      select distinct asset from engine.step
      where run > ${last} and state = 'success' and asset = any(${failed.map((f) => f.asset)})`)
      .length;
  await until(async () => await made() === failed.length, {
    what: "the retried steps to succeed",
    timeoutMs: 60_000,
  });
  const client = new Redis(redis.url);
  const keys = await client.keys("*");
  client.disconnect();
  assert(keys.some((key) => key.endsWith("aurora")), "features");
  assert(keys.includes("aurora:model:mood:onnx"), "models");
  assert(keys.some((key) => key.startsWith("aurora:predictions:")), "predictions");
});
