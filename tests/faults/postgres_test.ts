import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, open, type Sql, withLimit } from "../../adapters/postgres/connect.ts";
import { copyIn } from "../../adapters/postgres/copy.ts";
import { ConnectError } from "../../adapters/postgres/explain.ts";
import { SilentError } from "../../adapters/postgres/silence.ts";
import { crossing, place, through } from "./place.ts";
import { testDatabase } from "../services/postgres.ts";

const SILENT_MS = 600;

const since = (from: number) => Math.round(performance.now() - from);
const codeOf = (asking: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(asking).then(() => "answered", (error: { code?: string }) => `${error.code}`);
const one = async (sql: Sql) => (await sql<[{ n: number }]>`select 1 as n`)[0].n;

Deno.test("PostgreSQL 50 ms away: all is right, and a round trip is all that a query costs more", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 2 });
  await one(sql);
  p.proxy.latency(50);
  const from = performance.now();
  for (let i = 0; i < 5; i++) assertEquals(await one(sql), 1);
  const ms = since(from);
  assert(ms >= 500, `${ms} ms`);
  const kept = await sql.begin(async (tx) => {
    await tx`create table fruit (name text)`;
    await tx`insert into fruit select 'fruit ' || n from generate_series(1, 10000) n`;
    return await tx`select * from fruit`;
  });
  assertEquals(kept.length, 10_000);
  await sql.end({ timeout: 1 });
});

Deno.test("PostgreSQL cut in the middle of a statement: it fails at once, and the next one is answered", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 2 });
  await one(sql);
  const asking = codeOf(sql`select pg_sleep(30)`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  p.proxy.cut();
  assert(/ECONNRESET|CONNECTION_CLOSED/.test(await withLimit(asking, 5_000, "fail")));
  assertEquals(await withLimit(one(sql), 5_000, "ask again"), 1);
  await sql.end({ timeout: 1 });
});

Deno.test("PostgreSQL cut in the middle of an answer: no half of it is given", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 1 });
  await one(sql);
  p.proxy.cutAfter({ bytes: 100_000, of: "answers", times: 1 });
  const many = () => sql`select n, repeat('x', 100) from generate_series(1, 20000) n`;
  assert(/ECONNRESET|CONNECTION_CLOSED/.test(await withLimit(codeOf(many()), 5_000, "fail")));
  // Asked at once: the connection is reset and not yet closed.
  assertEquals(await withLimit(one(sql), 5_000, "ask again"), 1);
  assertEquals((await withLimit(many(), 10_000, "ask again")).length, 20_000);
  assertEquals(p.proxy.counts.cut, 1);
  await sql.end({ timeout: 1 });
});

Deno.test("PostgreSQL on a slow line: an answer comes whole though it takes longer than silence may", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 1, silentMs: SILENT_MS });
  await one(sql);
  p.proxy.slow(100_000);
  const from = performance.now();
  const rows = await sql`select repeat('x', 1000) from generate_series(1, 200) n`;
  assertEquals(rows.length, 200);
  assert(since(from) > 2 * SILENT_MS, `${since(from)} ms`);
  await sql.end({ timeout: 1 });
});

Deno.test("PostgreSQL in a black hole: a query fails after the silence, and all is well after it", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 2, silentMs: SILENT_MS, connectSeconds: 1 });
  await one(sql);
  p.proxy.blackHole();
  const from = performance.now();
  const silent = await assertRejects(() => withLimit(one(sql), 20_000, "fail"), SilentError);
  assert(/nothing came for 0.6 s, and the server cannot be reached/.test(silent.message));
  assert(!silent.message.includes(new URL(p.url).password), "the password is not told");
  assert(since(from) >= SILENT_MS / 2, `${since(from)} ms`);
  assertEquals(await withLimit(codeOf(one(sql)), 20_000, "fail"), "CONNECT_TIMEOUT");
  const opening = await assertRejects(() => open(p.url, { connectSeconds: 1 }), ConnectError);
  assert(opening.message.includes("does not answer, check network and firewall"), opening.message);
  await p.proxy.heal();
  assertEquals(await withLimit(one(sql), 5_000, "ask again"), 1);
  await sql.end({ timeout: 1 });
});

Deno.test("connections that a firewall forgot: their queries fail soon, new ones are opened", async () => {
  await using p = await place();
  await using ways = crossing(p.proxy.port);
  const sql = connect(through(p.url, ways.port), { max: 3, silentMs: SILENT_MS });
  await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.1)`));
  // Nobody is told that the old way is gone; whoever connects anew takes another one.
  p.proxy.blackHole();
  ways.lead(Number(new URL(p.db.url).port));
  const codes = await withLimit(
    Promise.all([1, 2, 3].map(() => codeOf(sql`select 1`))),
    20_000,
    "fail",
  );
  assertEquals(codes, ["CONNECTION_SILENT", "CONNECTION_SILENT", "CONNECTION_SILENT"]);
  assertEquals(await withLimit(one(sql), 5_000, "ask again"), 1);
  await sql.end({ timeout: 1 });
  p.proxy.cut();
});

Deno.test("PostgreSQL that refused connections for a while is asked again within a second", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 4 });
  await one(sql);
  p.proxy.refuse();
  p.proxy.cut();
  const end = performance.now() + 2_500;
  const ask = async () => {
    while (performance.now() < end) {
      await codeOf(one(sql));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all([1, 2, 3, 4].map(ask));
  await p.proxy.heal();
  const from = performance.now();
  assertEquals(await Promise.all([1, 2, 3, 4].map(() => one(sql))), [1, 1, 1, 1]);
  // The driver's own pauses grow to 20 s, longer than a worker may be silent.
  assert(since(from) < 15_000, `${since(from)} ms`);
  await sql.end({ timeout: 1 });
});

Deno.test("rows that are read or written slowly by us are no silence", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, silentMs: 200 });
  await sql`create table fruit (n int)`;
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1_200));
  const rows = async function* () {
    for (let n = 0; n < 3; n++) {
      yield `${n}\n`;
      if (n < 2) await pause();
    }
  };
  await copyIn(sql, "copy fruit from stdin", rows());
  const read: number[] = [];
  for await (const batch of sql<{ n: number }[]>`select n from fruit order by n`.cursor(1)) {
    read.push(batch[0]!.n);
    if (read.length < 3) await pause();
  }
  assertEquals(read, [0, 1, 2]);
  await sql.end({ timeout: 1 });
});

Deno.test("a query that takes long is left alone while the server works on it", async () => {
  await using p = await place();
  const sql = connect(p.url, { max: 1, silentMs: 200 });
  assertEquals((await sql`select pg_sleep(2.5), 1 as n`)[0]!["n"], 1);
  const held = sql.begin(async (tx) => {
    await tx`select 1`;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return (await tx<[{ n: number }]>`select 2 as n`)[0].n;
  });
  assertEquals(await held, 2);
  await sql.end({ timeout: 1 });
});
