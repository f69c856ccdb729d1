import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect, withLimit } from "../../adapters/postgres/connect.ts";
import { unprepared } from "../../adapters/postgres/pooler.ts";
import { cookiesOf, PASSWORD } from "../access/site.ts";
import { cluster } from "../chaos/cluster.ts";
import { look, lookAtEnd } from "../chaos/laws.ts";
import { load, rest } from "../chaos/load.ts";
import { folder } from "../e2e/demo.ts";
import { run, serve, until } from "../e2e/program.ts";
import { startPgbouncer } from "../services/pgbouncer.ts";
import { testDatabase } from "../services/postgres.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("through PgBouncer by the transaction, killed twice under load: nothing is lost or done twice", async () => {
  await using c = await cluster({ server: 0, worker: 0, relay: 0 });
  await using pooler = await startPgbouncer(c.url, { size: 12 });
  const env = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: c.url };
  for (const kind of ["server", "server", "worker", "worker"] as const) c.add(kind, env);
  c.add("relay", { DATABASE_URL: unprepared(pooler.url) });
  await c.ready();
  const loading = load(c);
  const visible = async () => {
    const rows = await c.sql`select 1 from engine.visible where asset in ('after', 'd')`;
    return rows.length === 7;
  };
  await until(visible, { what: "work of all kinds", timeoutMs: 60_000 });
  for (const ms of [300, 2_500]) {
    await pooler.kill();
    await wait(ms);
    await pooler.start();
    await wait(1_500);
    await look(c.sql, "after PgBouncer was killed");
  }
  await loading.stop();
  await rest(c);
  await lookAtEnd(c, "after PgBouncer was killed twice");
  const [dead] = await c.sql<[{ n: number }]>`
    select count(*)::int as n from engine.worker where gone_at is not null`;
  assertEquals(dead.n, 0, "the locks of workers do not go through the pooler");
  const names = await c.sql<{ name: string; n: number }[]>`
    select application_name as name, count(*)::int as n from pg_stat_activity
    where application_name in ('aurora worker', 'aurora listen') group by 1`;
  assert(names.find((r) => r.name === "aurora worker")?.n === 2, JSON.stringify(names));
});

Deno.test("an empty database is migrated through PgBouncer, and commands work", async () => {
  await using db = await testDatabase();
  await using here = await folder();
  await using pooler = await startPgbouncer(db.url, { size: 4 });
  const env = { ...here.env, DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: db.url };
  const pools = await run(["cli.ts", "pools"], { env });
  assertEquals(pools.code, 0, pools.err);
  const [made] = await db.sql<[{ there: boolean }]>`
    select to_regclass('engine.step') is not null as there`;
  assert(made.there);
  const again = await run(["cli.ts", "workers"], { env });
  assertEquals(again.code, 0, again.err);
});

Deno.test("people make their account and sign in through PgBouncer, also after it was killed", async () => {
  await using db = await testDatabase();
  await using here = await folder();
  await using pooler = await startPgbouncer(db.url, { size: 4 });
  const env = {
    ...here.env,
    DATABASE_URL: pooler.url,
    DATABASE_DIRECT_URL: db.url,
    AURORA_AUTH: "required",
  };
  await using server = await serve({ env, words: ["--workers", "0", "--no-schedules"] });
  const [, token] = await server.said(/\/welcome#([\w-]{43})/);
  const post = (path: string, body: unknown) =>
    fetch(server.url + path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        "content-type": "application/json",
        origin: server.url,
        "sec-fetch-site": "same-origin",
      },
    });
  const me = { email: "ada@example.org", password: PASSWORD };
  const welcome = await post("/api/v1/access/welcome", { ...me, token, name: "Ada" });
  assertEquals([welcome.status, await welcome.json() !== null], [201, true]);
  const signedIn = async () => {
    const answer = await post("/api/auth/sign-in/email", me);
    await answer.body?.cancel();
    const listed = await fetch(`${server.url}/api/v1/assets`, {
      headers: { cookie: cookiesOf(answer) },
    });
    await listed.body?.cancel();
    return [answer.status, listed.status];
  };
  assertEquals(await signedIn(), [200, 200]);
  await pooler.kill();
  await pooler.start();
  assertEquals(await signedIn(), [200, 200]);
});

Deno.test("what waits for a connection of PgBouncer, or keeps the only one, is not taken for lost", async () => {
  await using db = await testDatabase();
  await using pooler = await startPgbouncer(db.url, { size: 1 });
  const sql = connect(unprepared(pooler.url), { max: 3, silentMs: 200 });
  const long = sql`select pg_sleep(3), 1 as n`;
  const waiting = [2, 3].map((n) => sql<{ n: number }[]>`select ${n}::int as n`);
  const rows = await withLimit(Promise.all([long, ...waiting]), 20_000, "be answered");
  assertEquals(rows.map(([row]) => row!["n"]), [1, 2, 3]);
  await sql.end({ timeout: 1 });
});

Deno.test("a worker behind PgBouncer by the transaction says that DATABASE_DIRECT_URL is missing", async () => {
  await using db = await testDatabase();
  await using here = await folder();
  await using pooler = await startPgbouncer(db.url);
  const { code, err } = await run(["worker.ts"], {
    env: { ...here.env, DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: "" },
  });
  assertEquals(code, 1);
  assertMatch(err, /leads to a pooler .* set DATABASE_DIRECT_URL to the PostgreSQL server behind/);
});
