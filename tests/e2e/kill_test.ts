import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect, type Queries } from "../../adapters/postgres/connect.ts";
import { startEmbedded } from "../../adapters/postgres/embedded/start.ts";
import { seed } from "../../assets/demo/seed.ts";
import { migrateAll } from "../../tasks/database.ts";
import { freePort } from "../services/service.ts";
import { demoDatabase, type Folder, folder, SMALL } from "./demo.ts";
import { attemptsOf, ended, isStepProcess, trainer, trigger, workersOf } from "./processes.ts";
import { isAlive, kill, serve, start, until } from "./program.ts";

const TRAINING = "ml_training_pipeline";

/** Waits until this step runs. */
function running(sql: Queries, asset: string): Promise<unknown> {
  return until(async () => {
    const rows = await sql`
      select 1 from engine.step where asset = ${asset} and state = 'running'`;
    return rows.length > 0;
  }, { what: `"${asset}" to run` });
}

/** Asserts that the models of a run are visible once each, in the version of its last attempts. */
async function assertVisibleOnce(sql: Queries, run: string): Promise<void> {
  const steps = await sql<{ asset: string; partition: string; version: bigint }[]>`
    select s.asset, s.partition, a.version from engine.step s
    join engine.attempt a on a.run = s.run and a.step = s.step and a.state = 'success'
    where s.run = ${run} order by s.asset`;
  const visible = await sql`
    select v.asset, v.partition, v.version from engine.visible v
    join engine.step s on s.asset = v.asset and s.partition = v.partition and s.run = ${run}
    order by v.asset`;
  assertEquals([...visible].map((v) => ({ ...v })), [...steps].map((s) => ({ ...s })));
  const models = await sql<{ asset: string; version: bigint }[]>`
    select 'models/' || name as asset, version from ml.model
    where partition = ${steps[0]!.partition} order by 1`;
  const trained = steps.filter((s) => s.asset.startsWith("models/"));
  assertEquals(
    models.map((m) => [m.asset, m.version]),
    trained.map((s) => [s.asset, s.version]),
  );
}

Deno.test("a worker killed while it trains: the step runs again, and is visible once", async () => {
  await using db = await demoDatabase();
  await using server = await serve({ env: db.env, words: ["--no-schedules"] });
  const run = await trigger(server, TRAINING);
  await running(db.sql, "models/energy");
  const training = await trainer(server);
  const [worker] = workersOf(server);
  const apart = server.descendants().filter(isStepProcess);
  assert(apart.length > 0, "models are trained in processes of their own");
  kill(worker!, "SIGKILL");

  const view = await ended(server, run);
  assertEquals(view.run.status, "success");
  const attempts = await attemptsOf(db.sql, run);
  const lost = attempts.filter((a) => a.state === "lost");
  assert(lost.some((a) => a.asset.startsWith("models/")), JSON.stringify(attempts, text));
  for (const { attempt, why } of lost) {
    assertEquals(attempt, 1);
    assertMatch(why, /killed by SIGKILL/);
  }
  const again = attempts.filter((a) => lost.some((l) => l.asset === a.asset) && a.attempt === 2);
  assertEquals(again.map((a) => a.state), lost.map(() => "success"));
  await assertVisibleOnce(db.sql, run);
  await until(() => ![training, ...apart].some(isAlive), {
    what: "the training of the dead worker to end",
  });
  const [next] = workersOf(server);
  assert(next !== undefined && next !== worker);
});

/** Kills the demo with all its processes while it trains; gives the run and the postmaster. */
async function killedTree(here: Folder, o: { readonly withPostgres: boolean }) {
  await using tree = start(["tasks/demo.ts", "--port", "0", ...SMALL], { env: here.env });
  const [, run] = await tree.said(/ml_training_pipeline \(run (\d+)\)/);
  await trainer(tree);
  const postmaster = await here.postmaster();
  const all = [tree.pid, ...tree.descendants(), ...(o.withPostgres ? [postmaster] : [])];
  all.forEach((pid) => kill(pid, "SIGKILL"));
  await tree.ended;
  return { run: run!, postmaster };
}

for (const withPostgres of [false, true]) {
  const tree = withPostgres ? "the whole tree and PostgreSQL" : "the whole tree";
  Deno.test(`${tree} killed while it trains: the next start continues`, async () => {
    await using here = await folder();
    const { run, postmaster } = await killedTree(here, { withPostgres });
    await using server = await serve({ env: here.env, words: ["--no-schedules"] });
    assertEquals((await ended(server, run)).run.status, "success");
    const now = await here.postmaster();
    assertEquals(now === postmaster, !withPostgres, "an orphan is adopted, not replaced");
    await here.look(async (sql) => {
      const lost = (await attemptsOf(sql, run)).filter((a) => a.state === "lost");
      assert(lost.length > 0);
      for (const { why } of lost) assertMatch(why, /its connection ended: the process died/);
      await assertVisibleOnce(sql, run);
    });
    server.signal("SIGTERM");
    assertEquals((await server.ended).code, 0);
    await until(() => !isAlive(now), { what: "PostgreSQL to end with its last user" });
  });
}

Deno.test("SIGTERM lets steps end; the next start continues with the rest", async () => {
  await using db = await demoDatabase();
  let run = "";
  {
    await using server = await serve({ env: db.env, words: ["--no-schedules"] });
    run = await trigger(server, TRAINING);
    await trainer(server);
    const children = server.descendants();
    server.signal("SIGTERM");
    const { code } = await server.ended;
    assertEquals(code, 0, server.out() + server.err());
    assertEquals(children.filter(isAlive), []);
  }
  const steps = await db.sql<{ state: string }[]>`
    select state from engine.step where run = ${run} and state in ('running', 'queued', 'waiting')`;
  assert(steps.length > 0 && steps.every((s) => s.state !== "running"), "something is left to do");
  await using next = await serve({ env: db.env, words: ["--no-schedules"] });
  assertEquals((await ended(next, run)).run.status, "success");
  const attempts = await attemptsOf(db.sql, run);
  assertEquals(attempts.map((a) => [a.attempt, a.state]), attempts.map(() => [1, "success"]));
  await assertVisibleOnce(db.sql, run);
});

Deno.test("PostgreSQL killed while a run goes on: server and worker recover with it", async () => {
  await using here = await folder();
  const options = { directory: here.path, port: freePort() };
  let postgres = await startEmbedded(options);
  const sql = connect(postgres.url, { name: "test", max: 2 });
  try {
    await migrateAll(sql);
    const end = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
    await seed(sql, { users: 80, days: 60, seed: 42, end });
    const objects = `${here.path}/objects`;
    const env = { ...here.env, DATABASE_URL: postgres.url, AURORA_OBJECTS: objects };
    await using server = await serve({ env, words: ["--no-schedules"] });
    const run = await trigger(server, TRAINING);
    await trainer(server);
    kill(postgres.pid, "SIGKILL");
    await until(() => !isAlive(postgres.pid), { what: "PostgreSQL to end" });
    postgres.leave();
    const sick = await until(async () => {
      const answer = await fetch(`${server.url}/health`);
      const said = await answer.text();
      return answer.ok ? undefined : said;
    }, { what: "/health to tell that PostgreSQL is away" });
    assertMatch(sick, /postgres/);

    postgres = await startEmbedded(options);
    const view = await ended(server, run);
    assertEquals(view.run.status, "success");
    await assertVisibleOnce(sql, run);
    assert((await fetch(`${server.url}/health`)).ok);
    // Another run goes through the same server and worker as if nothing had been.
    const next = await trigger(server, "feature_engineering_pipeline");
    assertEquals((await ended(server, next)).run.status, "success");
  } finally {
    await sql.end({ timeout: 1 });
    await postgres.stop();
  }
});

/** As JSON, for what an assertion says. */
function text(_: unknown, value: unknown): string {
  return typeof value === "bigint" ? String(value) : value as string;
}
