import { assertEquals } from "@std/assert";
import { awayFromBoundary, demoDatabase, digests, JOBS } from "../e2e/demo.ts";
import { attemptsOf, ended, trigger, workersOf } from "../e2e/processes.ts";
import { serve, until } from "../e2e/program.ts";
import { startPgbouncer } from "../services/pgbouncer.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("all jobs of the demo through PgBouncer, killed in each, give what they gave without it", async () => {
  await awayFromBoundary(180_000);
  await using db = await demoDatabase();
  const direct = await digests(db.sql);
  await using pooler = await startPgbouncer(db.url, { size: 10 });
  const env = { ...db.env, DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: db.url };
  await using server = await serve({ env, words: ["--no-schedules", "--workers", "2"] });
  await until(() => workersOf(server).length === 2, { what: "both workers" });
  for (const job of JOBS) {
    const run = await trigger(server, job);
    await wait(job === "ml_training_pipeline" ? 900 : 200);
    await pooler.kill();
    await wait(300);
    await pooler.start();
    await until(async () => {
      const rows = await db
        .sql`select 1 from engine.run where id = ${run} and ended_at is not null`;
      return rows.length === 1;
    }, { what: `run ${run} of ${job} to end`, timeoutMs: 90_000 });
    const view = await ended(server, run);
    assertEquals(view.run.status, "success", JSON.stringify(view.steps));
    const attempts = await attemptsOf(db.sql, run);
    // A claim whose answer the killed pooler took along is given back: nobody had begun it.
    const dead = attempts.filter((a) => a.state === "lost" && !a.why.includes("never arrived"));
    assertEquals(dead, [], "no worker counts as dead");
    const successes = attempts.filter((a) => a.state === "success").map((a) => a.asset);
    assertEquals(successes.sort(), view.steps.map((s) => s.asset).sort());
  }
  assertEquals(await digests(db.sql), direct);
});
