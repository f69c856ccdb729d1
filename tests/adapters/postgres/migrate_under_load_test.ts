import { assert, assertEquals } from "@std/assert";
import { asset, define, lender, work } from "engine";
import { check } from "../../../adapters/postgres/check/check.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
import { migrate, type Migration } from "../../../adapters/postgres/migrate.ts";
import { until } from "../../e2e/program.ts";
import { testLedger } from "../../services/ledger.ts";
import { runOf } from "./keep/history.ts";

/** Each needs a table that a worker writes to all the time. */
const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "0001_columns.sql",
    text:
      "alter table engine.step add column note text;\nalter table engine.run add column note text;\n" +
      "alter table engine.fact add column note text;",
  },
  {
    id: 2,
    name: "0002_index.sql",
    text:
      "-- concurrently\ncreate index concurrently if not exists attempt_ended on engine.attempt (ended_at);\n" +
      "create index concurrently if not exists step_ended on engine.step (ended_at);\n",
  },
  { id: 3, name: "0003_undo.sql", text: "alter table engine.step drop column note;" },
];

Deno.test("a worker goes on computing while what it works on is migrated", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const sql = connect(made.url, { max: 3 });
  const stop = new AbortController();
  const troubles: unknown[] = [];
  const names = Array.from({ length: 8 }, (_, n) => `a${n}`);
  const assets = Object.fromEntries(
    names.map((name) => [name, asset({ name, materialize: () => 1 })]),
  );
  const working = work({
    definitions: define(assets),
    ledger,
    lender: lender(() => ""),
    hello: { host: "h", pid: 1, queues: ["default"], slots: 4 },
    signal: stop.signal,
    onTrouble: (error) => troubles.push(error),
  });
  const runs: string[] = [];
  let isOver = false;
  let longest = 0;
  const asking = (async () => {
    while (!isOver) {
      const began = performance.now();
      const { run } = await ledger.submit(runOf(names.map((asset) => ({ asset }))));
      await until(async () => (await ledger.run(run))!.run.endedAt !== null, {
        what: `run ${run}`,
      });
      longest = Math.max(longest, performance.now() - began);
      runs.push(run);
    }
  })();
  await until(() => runs.length >= 2, { what: "runs before" });
  for (let n = 1; n <= MIGRATIONS.length; n++) {
    const before = runs.length;
    const done = await migrate(sql, "load", MIGRATIONS.slice(0, n), { lockMs: 100 });
    assertEquals(done.map((m) => m.id), [n]);
    await until(() => runs.length >= before + 2, { what: "runs after the migration" });
  }
  isOver = true;
  await asking;
  stop.abort();
  await working;
  for (const run of runs) assertEquals((await ledger.run(run))!.run.state, "success");
  // A plan that was made for the old columns may be refused once, and is made anew.
  assert(troubles.length <= 8, troubles.map(String).join("\n"));
  assert(longest < 10_000, `a run took ${longest} ms`);
  assertEquals((await check(sql)).flatMap((c) => c.violations), []);
  await sql.end({ timeout: 1 });
});
