import { assertEquals, assertRejects } from "@std/assert";
import { connect, withLimit } from "../../../adapters/postgres/connect.ts";
import { ConnectError } from "../../../adapters/postgres/explain.ts";
import { poolingOf, unprepared, wayTo } from "../../../adapters/postgres/pooler.ts";
import { startPgbouncer } from "../../services/pgbouncer.ts";
import { testDatabase } from "../../services/postgres.ts";

Deno.test("poolingOf() tells no pooler, one by the session and one by the transaction", async () => {
  await using db = await testDatabase();
  assertEquals(await poolingOf(db.url), "none");
  for (const mode of ["session", "transaction"] as const) {
    await using pooler = await startPgbouncer(db.url, { mode });
    assertEquals(await poolingOf(pooler.url), mode);
  }
});

Deno.test("poolingOf() is not mistaken about a pooler that others use, or that has one connection", async () => {
  await using db = await testDatabase();
  for (const [mode, size] of [["transaction", 1], ["transaction", 5], ["session", 12]] as const) {
    await using pooler = await startPgbouncer(db.url, { mode, size });
    const others = connect(unprepared(pooler.url), { max: 4 });
    let isOver = false;
    const busy = Array.from({ length: 4 }, async () => {
      while (!isOver) await others`select pg_sleep(0.002)`;
    });
    for (let i = 0; i < 10; i++) assertEquals(await poolingOf(pooler.url), mode);
    isOver = true;
    await Promise.all(busy);
    await others.end();
  }
});

Deno.test("wayTo() goes past a pooler by the transaction, and prepares nothing through it", async () => {
  await using db = await testDatabase();
  await using pooler = await startPgbouncer(db.url, { size: 3 });
  const way = await wayTo(pooler.url, db.url);
  assertEquals(way, { url: `${pooler.url}?prepare=false`, direct: db.url, pooling: "transaction" });
  const sql = connect(way.url, { max: 9 });
  const asked = Array.from({ length: 300 }, async (_, i) => {
    const [row] = await sql<[{ n: number }]>`select ${i}::int + ${i % 7}::int as n`;
    return row.n === i + (i % 7);
  });
  const all = await withLimit(Promise.all(asked), 20_000, "ask 300 questions");
  assertEquals(all.filter((isRight) => isRight).length, 300);
  await sql.end();
});

Deno.test("wayTo() leaves an address alone that leads to PostgreSQL or says itself what to prepare", async () => {
  await using db = await testDatabase();
  assertEquals(await wayTo(db.url, ""), { url: db.url, direct: db.url, pooling: "none" });
  await using pooler = await startPgbouncer(db.url, { mode: "session" });
  const session = await wayTo(pooler.url, "");
  assertEquals(session, { url: pooler.url, direct: pooler.url, pooling: "session" });
  const told = "postgres://u:p@h/d?prepare=true";
  assertEquals([unprepared(told), unprepared("postgres://u:p@h/d?ssl=require")], [
    told,
    "postgres://u:p@h/d?ssl=require&prepare=false",
  ]);
});

Deno.test("wayTo() says what is missing or wrong beside a pooler by the transaction", async () => {
  await using db = await testDatabase();
  await using other = await testDatabase();
  await using pooler = await startPgbouncer(db.url);
  const refuses = (direct: string, what: string) =>
    assertRejects(() => wayTo(pooler.url, direct), ConnectError, what);
  await refuses("", "set DATABASE_DIRECT_URL to the PostgreSQL server behind it");
  await refuses(pooler.url, "set DATABASE_DIRECT_URL to the PostgreSQL server behind it");
  await refuses(`${pooler.url}?prepare=false`, "lends connections by the transaction as well");
  await refuses(other.url, "it leads to another database than DATABASE_URL");
  await refuses("postgres://127.0.0.1:9/x", "nothing listens");
});
