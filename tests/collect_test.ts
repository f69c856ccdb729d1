/** Collecting garbage by servers: real PostgreSQL, artefacts in a folder. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { markUser, USER_LIFE_MS } from "engine";
import { cleanOnce } from "../adapters/postgres/keep/clean.ts";
import { databaseId } from "../adapters/postgres/keep/store_use.ts";
import { connect, type Sql } from "../adapters/postgres/connect.ts";
import { collect, collectOnce } from "../collect.ts";
import { plan, step, worker } from "../engine/ledger/contract/subject.ts";
import { RULES } from "./adapters/postgres/keep/history.ts";
import { store } from "./artefact_store.ts";
import { testLedger } from "./services/ledger.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Lets an artefact be referred to. */
const refer = async (sql: Sql, version: number, digest: string) => {
  await sql`
    insert into engine.materialization (version, asset, partition, run, step, duration_ms, code, config,
      data_version, inputs, metadata, value, published)
    values (${version}, 'a', ${`${version}`}, 1, 1, 1, 'c', 'c', 'd', '[]', '{}', ${
    sql.json({ digest })
  }, false)`;
};

/** A ledger that refers to "used" of a store that has "garbage" too. */
async function opened() {
  const ledger = await testLedger();
  const sql = connect(ledger.url, { max: 4 });
  const kept = await store("used", "garbage");
  await refer(sql, 1, kept.digests["used"]!);
  const of = { sql, objects: kept.kept.objects, graceMs: HOUR_MS, dryRun: false };
  return {
    ...ledger,
    sql,
    kept,
    of,
    async [Symbol.asyncDispose]() {
      await kept[Symbol.asyncDispose]();
      await sql.end({ timeout: 1 });
      await ledger[Symbol.asyncDispose]();
    },
  };
}

Deno.test("collectOnce() of two servers at once collects once a day, the first time a day after the start", async () => {
  await using db = await opened();
  const both = () => Promise.all([1, 2].map(() => collectOnce({ ...db.of, everyMs: DAY_MS })));
  assertEquals(await both(), [undefined, undefined]);
  assertEquals(await db.kept.has("garbage"), true);
  await db.sql`
    update engine.cursor set at = at - interval '25 h' where name = 'housekeeping:objects'`;
  const done = (await both()).filter((c) => c !== undefined);
  assertEquals(done.map((c) => [c.artefacts, c.removed]), [[2, 1]]);
  assertEquals([await db.kept.has("used"), await db.kept.has("garbage")], [true, false]);
  assertEquals(await both(), [undefined, undefined]);
});

Deno.test("collect() leaves what was written since the oldest running step began, however long ago", async () => {
  await using db = await opened();
  const hand = await worker(db.ledger);
  await db.ledger.submit(plan([step("slow")]));
  await hand.one();
  await db.sql`update engine.step set started_at = started_at - interval '40 days'`;
  const held = await collect(db.of);
  assertEquals(
    [held.young, held.removed],
    [1, 0],
    "it was written a month ago, by that step perhaps",
  );
  await db.sql`update engine.step set started_at = started_at + interval '20 days'`;
  assertEquals((await collect(db.of)).removed, 1);
  await db.ledger.leave(hand.id);
});

Deno.test("collect() refuses a store that another database uses, until its mark is too old or removed", async () => {
  await using db = await opened();
  await using other = await opened();
  const objects = db.of.objects;
  const id = await databaseId(other.sql);
  assertEquals(await markUser(objects, id), []);
  await assertRejects(
    () => collect(db.of),
    RangeError,
    `another database uses it too ("users/${id}")`,
  );
  assertEquals(await db.kept.has("garbage"), true);
  const then = new Date(Date.now() - USER_LIFE_MS - 60_000);
  await objects.delete(`users/${id}`);
  assertEquals((await collect({ ...db.of, dryRun: true })).removed, 1);
  await markUser(objects, id);
  for await (const entry of agedMarks(db.kept.path, id)) await Deno.utime(entry, then, then);
  assertEquals((await collect(db.of)).removed, 1);
});

/** The files by which a mark is kept: a note, and what it names. */
async function* agedMarks(folder: string, id: string): AsyncIterable<string> {
  const note = `${folder}/users/${id}`;
  yield note;
  yield `${folder}/.content/${(await Deno.readTextFile(note)).trim().split(" ").at(-1)}`;
}

Deno.test("databaseId() needs no rights, and is another one for each database", async () => {
  await using one = await testLedger();
  await using two = await testLedger();
  const [a, b] = [connect(one.url, { max: 1 }), connect(two.url, { max: 1 })];
  const role = `r${crypto.randomUUID().replaceAll("-", "")}`;
  await a.unsafe(`create role ${role}`);
  await a.unsafe(`set role ${role}`);
  const ids = [await databaseId(a), await databaseId(b)];
  await a.unsafe(`reset role`);
  await a.unsafe(`drop role ${role}`);
  assertEquals(new Set(ids).size, 2);
  await Promise.all([a.end(), b.end()]);
});

Deno.test("silences go with the alerts, those of the last day stay", async () => {
  await using db = await opened();
  const of = { matcher: { asset: "*" }, reason: "upgrade", by: "Ann" };
  for (const days of [400, 200, 100, 0.5]) {
    const { id } = await db.ledger.silence({ ...of, until: new Date(Date.now() + HOUR_MS) });
    await db.sql`
      update engine.silence set until = now() - ${days}::float8 * interval '1 day' where id = ${id}::bigint`;
  }
  await db.ledger.silence({ ...of, until: new Date(Date.now() + HOUR_MS) });
  const gone = async (alerts: number) => {
    await db.sql`delete from engine.cursor where name = 'housekeeping:clean'`;
    const all = await cleanOnce(db.sql, {
      rules: { ...RULES, alerts },
      readers: [],
      dryRun: false,
      everyMs: 1,
    });
    return all!.find((g) => g.kind === "silences")?.rows;
  };
  assertEquals(await gone(RULES.alerts), 2);
  assertEquals(await gone(60_000), 1, "one that ended today still decides what is told");
  assertEquals((await db.ledger.silences()).length, 2);
});
