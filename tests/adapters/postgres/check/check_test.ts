import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Ledger } from "engine";
import { check } from "../../../../adapters/postgres/check/check.ts";
import { repair } from "../../../../adapters/postgres/check/repair.ts";
import { connect, type Sql } from "../../../../adapters/postgres/connect.ts";
import { testLedger } from "../../../services/ledger.ts";
import { made, resultOf, runOf } from "../keep/history.ts";

async function opened() {
  const test = await testLedger();
  const sql = connect(test.url, { max: 2 });
  const worker = await test.ledger.join({ host: "h", pid: 1, queues: ["default"], slots: 9 });
  return {
    ...test,
    sql,
    worker,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 1 });
      await test[Symbol.asyncDispose]();
    },
  };
}

/** All violations. */
const wrong = async (sql: Sql) => (await check(sql)).flatMap((c) => c.violations);

/** A run of a chain whose first step runs and whose others wait. */
async function chain(ledger: Ledger, worker: string): Promise<string> {
  await ledger.declarePools({ db: 2 });
  const { run } = await ledger.submit(runOf([
    { asset: "a", pools: { db: 1 } },
    { asset: "b", needs: [0] },
    { asset: "c", needs: [1] },
  ]));
  assertEquals((await ledger.claim({ worker, queues: ["default"], room: 1 })).length, 1);
  return run;
}

Deno.test("check() finds nothing wrong with what was run, failed, cancelled, lost and runs", async () => {
  await using db = await opened();
  const { ledger, sql, worker } = db;
  await made(ledger, worker, "x", { events: [{ topic: "t", key: "k", payload: 1 }] });
  const cancelled = await chain(ledger, worker);
  await ledger.cancel(cancelled, "somebody");
  await ledger.bury(worker, "killed");
  const other = await ledger.join({ host: "h", pid: 2, queues: ["default"], slots: 9 });
  await chain(ledger, other);
  assertEquals(await wrong(sql), []);
});

/** How each thing breaks, what is said of it, and whether it can be repaired. */
const breaks: readonly {
  readonly what: string;
  readonly sql: (sql: Sql, run: string) => PromiseLike<unknown>;
  readonly says: string;
  readonly repairs: boolean;
}[] = [
  {
    what: "a visible version without its materialization",
    sql: (sql) => sql`delete from engine.materialization where asset = 'x'`,
    says: '"x" shows version',
    repairs: false,
  },
  {
    what: "a withheld version that is visible",
    sql: (sql) => sql`update engine.materialization set published = false where asset = 'x'`,
    says: "was withheld",
    repairs: false,
  },
  {
    what: "a published version that is not visible",
    sql: (sql) => sql`delete from engine.visible where asset = 'x'`,
    says: '"x" shows version none, though',
    repairs: false,
  },
  {
    what: "a step of a worker that is gone",
    sql: (sql) => sql`update engine.worker set gone_at = clock_timestamp()`,
    says: 'it holds slots of {"db": 1}',
    repairs: true,
  },
  {
    what: "a step of a worker that nobody knows",
    sql: (sql) => sql`update engine.step set worker = 999 where state = 'running'`,
    says: "runs with worker 999, which nobody knows",
    repairs: true,
  },
  {
    what: "a pool that is gone",
    sql: (sql) => sql`delete from engine.pool`,
    says: 'takes slots of pool "db", which is not declared',
    repairs: false,
  },
  {
    what: "a step in another lane",
    sql: (sql, run) => sql`update engine.step set lane = 'nowhere' where run = ${run} and step = 1`,
    says: 'waits in the lane "nowhere"',
    repairs: true,
  },
  {
    what: "a wrong number of steps left",
    sql: (sql, run) => sql`update engine.run set steps_left = 7 where id = ${run}`,
    says: "says that 7 steps are left, but 3 are open",
    repairs: true,
  },
  {
    what: "a run of which nothing is open",
    sql: (sql, run) =>
      sql`update engine.step set state = 'failed', ended_at = now() where run = ${run}`,
    says: "says that 3 steps are left, but 0 are open",
    repairs: true,
  },
  {
    what: "an open step of a run that has ended",
    sql: (sql, run) =>
      sql`update engine.run set state = 'success', ended_at = now() where id = ${run}`,
    says: "is success, but its step 0 is running",
    repairs: false,
  },
  {
    what: "a waiting step whose needs are done",
    sql: (sql, run) =>
      sql`
      with s as (update engine.step set state = 'success', ended_at = now() where run = ${run} and step = 0)
      update engine.run set steps_left = 2 where id = ${run}`,
    says: 'step 1 of run 2, "b", waits for 1 steps, but all that it needs is done',
    repairs: true,
  },
  {
    what: "a waiting step that needs more than there is",
    sql: (sql, run) => sql`update engine.step set needs_left = 2 where run = ${run} and step = 2`,
    says: "waits for 2 steps, but 1 that it needs are open",
    repairs: true,
  },
  {
    what: "a cursor beyond the facts",
    sql: (sql) =>
      sql`insert into engine.cursor (name, value, revision)
      values ('sensor:s', to_jsonb(repeat('9', 19)), 1)`,
    says: 'cursor "sensor:s" is at fact 9999999999999999999',
    repairs: false,
  },
  {
    what: "an event that was overtaken",
    sql: (sql) =>
      sql`update engine.outbox set sent_at = now() where id = (select max(id) from engine.outbox)`,
    says: 'of topic "t", key "k" is not sent, but event',
    repairs: false,
  },
];

for (const { what, sql: breaking, says, repairs } of breaks) {
  Deno.test(`check() finds ${what}${repairs ? ", which can be repaired" : ""}`, async () => {
    await using db = await opened();
    const { ledger, sql, worker } = db;
    const event = { topic: "t", key: "k", payload: 1 };
    await made(ledger, worker, "x", { events: [event, event] });
    const run = await chain(ledger, worker);
    assertEquals(await wrong(sql), []);
    await breaking(sql, run);
    assertStringIncludes((await wrong(sql)).join("\n"), says);
    const said = await repair(sql);
    assertEquals(said.length > 0, repairs, said.join());
    assertEquals((await wrong(sql)).length === 0, repairs, (await wrong(sql)).join("\n"));
    if (!repairs) return;
    // It goes on to its end, or has come to it.
    const hand = await ledger.join({ host: "h", pid: 3, queues: ["default"], slots: 9 });
    for (const me of [hand, worker]) {
      const { run: found, steps } = (await ledger.run(run))!;
      if (found.endedAt !== null) break;
      const running = steps.filter((s) => s.state === "running").map((s) => ({
        run,
        step: s.step,
        attempt: s.attempts.length,
      }));
      const ask = { worker: me, queues: ["default"], room: 9 };
      let claimed = [...running, ...await ledger.claim(ask)];
      const result = resultOf();
      while (claimed.length > 0) {
        const outcomes = claimed.map((
          { run, step, attempt },
        ) => ({ run, step, attempt, state: "success", result } as const));
        claimed = [...(await ledger.finish(outcomes, ask)).next];
      }
    }
    assert((await ledger.run(run))!.run.endedAt !== null, "the run ends");
    assertEquals(await wrong(sql), []);
  });
}

Deno.test("check() minds no event that was refused, nor one that is sent again behind its key", async () => {
  await using db = await opened();
  const { ledger, sql, worker } = db;
  const event = { topic: "t", key: "k", payload: 1 };
  await made(ledger, worker, "x", { events: [event, event] });
  await sql`
    update engine.outbox set sent_at = now() where id = (select max(id) from engine.outbox)`;
  assertEquals((await wrong(sql)).length, 1);
  await sql`
    update engine.outbox set refused_at = now(), refused_reason = 'TOO_LARGE' where sent_at is null`;
  assertEquals(await wrong(sql), []);
  assertEquals(await ledger.sendAgain(), 1);
  assertEquals(await wrong(sql), []);
});
