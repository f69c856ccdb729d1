import { assert, assertEquals } from "@std/assert";
import type { Queries } from "../../adapters/postgres/connect.ts";
import { awayFromBoundary, demoDatabase, digests, JOBS } from "./demo.ts";
import { attemptsOf, ended, trainer, trigger, workersOf } from "./processes.ts";
import { isAlive, kill, serve, until } from "./program.ts";

const someTime = (most: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * most));

/** Cuts every connection of the programs, as a failover does. */
async function cut(sql: Queries): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like 'aurora%'`;
}

Deno.test("all jobs under kills and cut connections give what they gave in peace", async () => {
  await awayFromBoundary(120_000);
  await using db = await demoDatabase();
  const inPeace = await digests(db.sql);
  await using server = await serve({ env: db.env, words: ["--no-schedules", "--workers", "2"] });
  await until(() => workersOf(server).length === 2, { what: "both workers" });
  const disturb = [
    () => workersOf(server).slice(0, 1).forEach((pid) => kill(pid, "SIGKILL")),
    () => cut(db.sql),
  ];
  // At most two in a job: a step that is lost three times is given up, as it may be the killer.
  for (const job of JOBS) {
    const run = await trigger(server, job);
    for (const act of disturb) {
      await someTime(job === "ml_training_pipeline" ? 900 : 200);
      await act();
    }
    const view = await ended(server, run);
    assertEquals(view.run.status, "success", JSON.stringify(view.steps));
    const attempts = await attemptsOf(db.sql, run);
    const successes = attempts.filter((a) => a.state === "success").map((a) => a.asset);
    assertEquals(successes.length, view.steps.length);
    assertEquals(new Set(successes).size, successes.length, "each step succeeds once");
  }
  assertEquals(await digests(db.sql), inPeace);
  const [told] = await db.sql<{ twice: number }[]>`
    select count(*)::int as twice from (
      select from engine.outbox where topic = 'aurora.training.completed'
      group by run, key having count(*) > 1) t`;
  assertEquals(told!.twice, 0, "an event for each model and run");
});

Deno.test("a worker that froze and comes back cannot write over its successor", async () => {
  await using db = await demoDatabase();
  await using server = await serve({ env: db.env, words: ["--no-schedules", "--workers", "2"] });
  await until(() => workersOf(server).length === 2, { what: "both workers" });
  const run = await trigger(server, "ml_training_pipeline");
  await trainer(server);
  const [holder] = await db.sql<{ pid: number }[]>`
    select w.pid from engine.step s join engine.worker w on w.id = s.worker
    where s.run = ${run} and s.state = 'running' and s.asset like 'models/%' limit 1`;
  kill(holder!.pid, "SIGSTOP");
  const view = await ended(server, run);
  assertEquals(view.run.status, "success");
  const before = await attemptsOf(db.sql, run);
  const lost = before.filter((a) => a.state === "lost");
  assert(lost.length > 0, "something was taken from the frozen worker");
  const visible = () => db.sql`select * from engine.visible order by asset, partition`;
  const seen = [...await visible()];

  kill(holder!.pid, "SIGCONT");
  // It learns that it was given up, drops what it has, and joins again under a new name.
  await until(async () => {
    const alive = await db.sql`
      select 1 from engine.worker where pid = ${holder!.pid} and gone_at is null`;
    return alive.length === 1;
  }, { what: "the worker to join again" });
  assert(isAlive(holder!.pid));
  assertEquals([...await visible()], seen);
  assertEquals(await attemptsOf(db.sql, run), before);
  const next = await trigger(server, "feature_engineering_pipeline");
  assertEquals((await ended(server, next)).run.status, "success");
});

Deno.test("workers end by themselves when their server is killed", async () => {
  await using db = await demoDatabase();
  await using server = await serve({ env: db.env, words: ["--no-schedules", "--workers", "2"] });
  await until(() => workersOf(server).length === 2, { what: "both workers" });
  const workers = workersOf(server);
  server.signal("SIGKILL");
  await server.ended.catch(() => {});
  await until(() => !workers.some(isAlive), { what: "the workers to end" });
  await until(async () => {
    const [row] = await db.sql<{ n: number }[]>`
      select count(*)::int as n from engine.worker where gone_at is null`;
    return row!.n === 0;
  }, { what: "the workers to say goodbye" });
});
