import { assert, assertEquals } from "@std/assert";
import { connect, type Sql, withLimit } from "../../../adapters/postgres/connect.ts";
import { testDatabase } from "../../services/postgres.ts";

/** Ends the connections of a pool from the other side, and waits until they are gone. */
async function cut(admin: Sql, name: string): Promise<void> {
  await admin`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and application_name = ${name}`;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The message of what a promise is rejected with. */
const refusal = (promise: Promise<unknown>) =>
  promise.then(() => "", (error: Error) => error.message);

Deno.test("a transaction whose connection is cut fails; process and pool go on", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { name: "cut me", max: 2 });
  for (let round = 0; round < 5; round++) {
    const working = sql.begin(async (tx) => {
      await tx`select 1`;
      await cut(db.sql, "cut me");
      await pause(round * 3);
      await tx`select 2`;
    });
    const said = await withLimit(refusal(working), 5_000, "fail");
    assert(/CONNECTION|terminating|closed/i.test(said), said);
    const [row] = await withLimit(sql<{ n: number }[]>`select 3 as n`, 5_000, "go on");
    assertEquals(row?.n, 3);
  }
  await sql.end({ timeout: 1 });
});

Deno.test("what is left of a transaction never runs in another session", async () => {
  await using db = await testDatabase();
  await db.sql`create table fruit (name text)`;
  const sql = connect(db.url, { name: "cut me", max: 1 });
  const goOn = Promise.withResolvers<void>();
  let late = "";
  const working = sql.begin(async (tx) => {
    await tx`insert into fruit values ('lost with its session')`;
    await goOn.promise;
    late = await refusal(tx`insert into fruit values ('half a transaction')`);
  });
  const said = refusal(working);
  await pause(50);
  await cut(db.sql, "cut me");
  assert(await withLimit(said, 5_000, "fail") !== "");
  await withLimit(sql`select 1`, 5_000, "connect again");
  goOn.resolve();
  await pause(50);
  assert(late !== "", "the rest of the transaction is refused");
  assertEquals((await db.sql`select name from fruit`).length, 0);
  await sql.end({ timeout: 1 });
});

Deno.test("a cut question leaves nothing to the next one: not its error, not its rows", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { name: "cut me", max: 1 });
  const cutShort = [
    // Nothing has come, some rows have come, it is inside a transaction.
    () => sql`select pg_sleep(10)`,
    () => sql`select repeat('x', 8192), pg_sleep(0.01) from generate_series(1, 1000)`,
    () => sql.begin(async (tx) => void await tx`select pg_sleep(10)`),
  ];
  for (const ask of cutShort) {
    const said = refusal(ask());
    await pause(300);
    await cut(db.sql, "cut me");
    assert(await withLimit(said, 5_000, "fail") !== "");
    assertEquals([...await withLimit(sql`select 5 as n`, 5_000, "go on")], [{ n: 5 }]);
  }
  await sql.end({ timeout: 1 });
});

Deno.test("queries under cuts all end, and every connection of the pool serves again", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { name: "cut me", max: 4 });
  let isOver = false;
  const ask = async () => {
    while (!isOver) await refusal(sql.begin(async (tx) => void await tx`select pg_sleep(0.001)`));
  };
  const asking = Promise.all([ask(), ask(), ask(), ask(), ask(), ask()]);
  for (let round = 0; round < 15; round++) {
    await pause(Math.random() * 20);
    await cut(db.sql, "cut me");
  }
  isOver = true;
  await withLimit(asking, 10_000, "end");
  // What was asked into the last cut may still meet it; whoever asks after that is served.
  const first = Array.from({ length: 16 }, () => refusal(sql`select pg_sleep(0.01)`));
  await withLimit(Promise.all(first), 5_000, "end the first questions");
  const all = Array.from({ length: 16 }, () => sql<{ n: number }[]>`select 4 as n, pg_sleep(0.01)`);
  const rows = await withLimit(Promise.all(all), 5_000, "serve again");
  assertEquals(rows.map(([row]) => row?.n), all.map(() => 4));
  await sql.end({ timeout: 1 });
});
