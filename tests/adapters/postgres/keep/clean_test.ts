import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { connect, type Sql } from "../../../../adapters/postgres/connect.ts";
import { clean, cleanOnce } from "../../../../adapters/postgres/keep/clean.ts";
import { keepFromEnv } from "../../../../adapters/postgres/keep/rules.ts";
import { testLedger } from "../../../services/ledger.ts";
import { from, made, RULES, runOf } from "./history.ts";

async function opened() {
  const made = await testLedger();
  const sql = connect(made.url, { max: 4 });
  const worker = await made.ledger.join({ host: "h", pid: 1, queues: ["default"], slots: 9 });
  return {
    ...made,
    sql,
    worker,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 1 });
      await made[Symbol.asyncDispose]();
    },
  };
}

/** Makes a month of the past, with lines and facts in it. */
async function pastMonth(sql: Sql, month: string, rows: number): Promise<void> {
  await sql`select engine.ensure_months(${month}::timestamptz)`;
  await sql`insert into engine.fact (at, kind, name) select ${month}::timestamptz + n * interval '1 s', 'worker', 'w'
    from generate_series(1, ${rows}::int) n`;
  await sql`insert into engine.log (at, run, level, message) select ${month}::timestamptz, 1, 'info', 'x'
    from generate_series(1, ${rows}::int) n`;
}

const tables = async (sql: Sql) =>
  (await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'engine'::regnamespace
      and relname ~ '^(fact|log)_2020' and relkind = 'r' order by 1`).map((r) => r.name);

const options = { rules: RULES, readers: [], dryRun: false };

Deno.test("clean() drops months of facts and logs while claims and results go on", async () => {
  await using db = await opened();
  const { sql, ledger, worker } = db;
  for (const month of ["2020-01-01", "2020-03-01"]) await pastMonth(sql, month, 500);
  // A month that lost its table in a crash between parting and dropping.
  await sql`alter table engine.fact detach partition engine.fact_2020_02`;
  const said = await clean(sql, { ...options, dryRun: true });
  const told = said.filter((g) => g.rows > 0).map((g) => [g.kind, g.rows, g.bytes > 0]);
  assertEquals(told, [["logs", 1_000, true], ["facts", 1_000, true]]);
  assertEquals(said[1]!.oldest?.toISOString(), "2020-01-01T00:00:01.000Z");
  assertEquals((await tables(sql)).length, 8, "a dry run changes nothing");

  // A long report has the facts open: months wait for it, nobody waits for the months.
  const report = connect(db.url, { name: "report", max: 1 });
  const isHeld = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const reporting = report.begin(async (tx) => {
    await tx`select count(*) from engine.fact`;
    isHeld.resolve();
    await goOn.promise;
  });
  await isHeld.promise;
  const waits: string[] = [];
  const cleaning = clean(sql, { ...options, onWait: (s) => waits.push(s) });
  let longest = 0;
  let steps = 0;
  let isOver = false;
  const working = (async () => {
    for (; !isOver; steps++) {
      const began = performance.now();
      await made(ledger, worker, "a");
      longest = Math.max(longest, performance.now() - began);
      if (waits.length >= 3) goOn.resolve();
    }
  })();
  const gone = await cleaning;
  isOver = true;
  await working;
  await reporting;
  await report.end();
  assertEquals(gone.filter((g) => g.rows > 0).map((g) => [g.kind, g.rows]), [["logs", 1_000], [
    "facts",
    1_000,
  ]]);
  assertEquals(await tables(sql), []);
  assert(steps > 3 && longest < 3_000, `${steps} steps, the longest of ${longest} ms`);
  assertStringIncludes(waits[0]!, '"report"');
  assert(await ledger.newestFact() !== "");
});

Deno.test("clean() keeps months that a reader has not passed, and says who", async () => {
  await using db = await opened();
  const { sql, ledger } = db;
  await pastMonth(sql, "2020-01-01", 10);
  const [fifth] = (await ledger.facts("", 1_000)).filter((f) => f.name === "w").slice(4);
  const cursor = (name: string, seq: string) =>
    ledger.advance({
      name,
      revision: 0,
      value: seq,
      result: "",
      outcome: "skipped",
      submissions: [],
    });
  await cursor("sensor:slow", fifth!.seq);
  await cursor("sensor:gone from the project", fifth!.seq);
  const readers = ["sensor:slow", "sensor:new"];
  const held = await clean(sql, { ...options, readers });
  assertStringIncludes(
    held.find((g) => g.kind === "facts")!.kept!,
    "sensor:slow has not read all of it",
  );
  assertEquals((await ledger.facts(fifth!.seq, 1_000)).filter((f) => f.name === "w").length, 5);
  await sql`update engine.cursor set value = to_jsonb(lpad((select max(seq) from engine.fact)::text, 19, '0'))
    where name = 'sensor:slow'`;
  await clean(sql, { ...options, readers });
  assertEquals(await tables(sql), []);
});

Deno.test("clean() removes superseded versions, but none that a visible one was made from", async () => {
  await using db = await opened();
  const { sql, ledger, worker } = db;
  const check = {
    check: "c",
    severity: "error",
    blocking: false,
    passed: true,
    reason: null,
    metadata: {},
  } as const;
  const make = (asset: string, inputs: ReturnType<typeof from>[] = []) =>
    made(ledger, worker, asset, { inputs, checks: [check] });
  const x1 = await make("x");
  const x2 = await make("x");
  const x3 = await make("x");
  const m1 = await make("m", [from("x", x1.version)]);
  const m2 = await make("m", [from("x", x2.version)]);
  await make("m", [from("x", x3.version)]);
  const out1 = await make("out", [from("m", m1.version)]);
  // It reads its own last version: that one is used, those before are not.
  const out2 = await make("out", [from("m", m2.version), from("out", out1.version)]);
  const out3 = await make("out", [from("m", m2.version), from("out", out2.version)]);
  await sql`update engine.materialization set at = at - interval '100 days'`;
  const gone = await clean(sql, { ...options, rules: { ...RULES, runs: Infinity } });
  assertEquals(gone.find((g) => g.kind === "versions")?.rows, 3);
  const left = async (asset: string) =>
    (await ledger.history(asset, { limit: 9 })).map((m) => String(m.version));
  assertEquals(await left("out"), [out3.version, out2.version]);
  // out2, which out3 was made from, was made from m2, and that from x2.
  assertEquals((await left("m")).slice(1), [m2.version]);
  assertEquals((await left("x")).slice(1), [x2.version]);
  assertEquals((await ledger.checks()).length, 3);
  const again = await clean(sql, { ...options, rules: { ...RULES, runs: Infinity } });
  assertEquals(again.filter((g) => g.rows > 0), []);
});

Deno.test("clean() removes ended runs, sent events and alerts that are over, and nothing that goes on", async () => {
  await using db = await opened();
  const { sql, ledger, worker } = db;
  const event = { topic: "t", key: "k", payload: 1 };
  const over = await made(ledger, worker, "a", { events: [event, event] });
  const kept = await made(ledger, worker, "b");
  const open = (await ledger.submit(runOf([{ asset: "c" }]))).run;
  await sql`insert into engine.backfill (key, once, title, trigger, reason, definition, slices, total, runs, reverse,
    concurrency, state, done) values ('k', false, 't', 'cli', 'r', '{}', '{}', 1, 1, false, 1, 'running', '{}')`;
  await sql`insert into engine.backfill_run (backfill, place, run) select id, 0, ${kept.run}::bigint from engine.backfill`;
  for (const episode of ["over", "open"]) {
    await ledger.open({
      episode,
      kind: "other",
      severity: "error",
      asset: null,
      run: null,
      title: "t",
      message: "m",
    });
  }
  await ledger.resolve("over");
  const old = sql`clock_timestamp() - interval '1 year'`;
  await sql`update engine.run set created_at = ${old}, ended_at = case when ended_at is not null then ${old} end`;
  await sql`update engine.alert set opened_at = ${old}, resolved_at = case when resolved_at is not null then ${old} end`;
  await sql`update engine.outbox set created_at = ${old}, sent_at = case when id = (select min(id) from engine.outbox) then ${old} end`;
  await sql`update engine.fact set at = at - interval '40 days' where kind = 'tick'`;
  const dry = await clean(sql, { ...options, dryRun: true });
  const gone = await clean(sql, options);
  assertEquals(gone, dry);
  assertEquals(gone.filter((g) => g.rows > 0).map((g) => [g.kind, g.rows]), [
    ["runs", 1],
    ["events", 1],
    ["alerts", 1],
  ]);
  assertEquals(await ledger.run(over.run), undefined);
  assertEquals(
    (await ledger.visible([{ asset: "a", partition: "" }])).length,
    1,
    "what it made is still seen",
  );
  for (const run of [kept.run, open]) assert(await ledger.run(run));
  assertEquals((await ledger.events({ limit: 9 })).map((e) => e.sentAt), [null]);
  assertEquals((await ledger.alerts(9)).map((a) => a.episode), ["open"]);
  for (const table of ["step", "edge", "attempt", "run_asset"]) {
    const left = await sql`select 1 from engine.${sql(table)} where run = ${over.run}`;
    assertEquals(left.length, 0, `what belongs to the run goes with it: ${table}`);
  }
});

Deno.test("clean() removes ticks before other facts", async () => {
  await using db = await opened();
  const { sql, ledger } = db;
  const tick = {
    name: "schedule:x",
    value: 1,
    result: "r",
    outcome: "failed",
    submissions: [],
  } as const;
  for (let revision = 0; revision < 3; revision++) await ledger.advance({ ...tick, revision });
  const [first] = await sql<
    { seq: bigint }[]
  >`select min(seq) as seq from engine.fact where kind = 'tick'`;
  await sql`select engine.ensure_months(now() - interval '40 days')`;
  await sql`update engine.fact set at = at - interval '40 days' where seq = ${first!.seq}`;
  const gone = await clean(sql, options);
  assertEquals(gone.filter((g) => g.rows > 0).map((g) => [g.kind, g.rows]), [["ticks", 1]]);
  assertEquals((await ledger.ticks("schedule:x", { limit: 9 })).length, 2);
});

Deno.test("cleanOnce() of two servers at once cleans once a day", async () => {
  await using db = await opened();
  const both = () =>
    Promise.all([1, 2].map(() => cleanOnce(db.sql, { ...options, everyMs: 86_400_000 })));
  assertEquals((await both()).filter((gone) => gone !== undefined).length, 1);
  assertEquals(await both(), [undefined, undefined]);
  await db
    .sql`update engine.cursor set at = at - interval '25 h' where name = 'housekeeping:clean'`;
  assertEquals((await both()).filter((gone) => gone !== undefined).length, 1);
});

Deno.test("keepFromEnv() refuses to remove artefacts that a step may not have told of yet", () => {
  const of = (text: string) =>
    keepFromEnv((name) => name === "AURORA_KEEP_OBJECTS" ? text : undefined).objects;
  assertEquals([of(""), of("1h"), of("never")], [7 * 86_400_000, 3_600_000, Infinity]);
  assertThrows(
    () => of("59m"),
    RangeError,
    'Cannot read AURORA_KEEP_OBJECTS: it is shorter than "1h"',
  );
});

Deno.test("keepFromEnv() reads times and refuses what is none", () => {
  const of = (text: string) =>
    keepFromEnv((name) => name === "AURORA_KEEP_LOGS" ? text : undefined).logs;
  assertEquals([of(""), of("36h"), of("never")], [30 * 86_400_000, 36 * 3_600_000, Infinity]);
  for (const bad of ["30", "0d", "-1d", "a month"]) {
    assertThrows(
      () => of(bad),
      SyntaxError,
      `Cannot read AURORA_KEEP_LOGS: "${bad}" is not like "30d"`,
    );
  }
});
