import { assert, assertEquals, assertMatch } from "@std/assert";
import { unprepared } from "../../adapters/postgres/pooler.ts";
import { cluster } from "../chaos/cluster.ts";
import { look, lookAtEnd } from "../chaos/laws.ts";
import { load, rest } from "../chaos/load.ts";
import { folder } from "../e2e/demo.ts";
import { run, until } from "../e2e/program.ts";
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
