/** A database of an older release, with everything that it remembers, under the present program. @module */
import { assert, assertEquals } from "@std/assert";
import { check } from "../../../adapters/postgres/check/check.ts";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { ensureMonths } from "../../../adapters/postgres/keep/months.ts";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { applied, migrate, readMigrations } from "../../../adapters/postgres/migrate.ts";
import {
  done,
  drain,
  failed,
  plan,
  result,
  states,
  step,
  worker,
} from "../../../engine/ledger/contract/subject.ts";
import { migrateAll, SETS } from "../../../tasks/database.ts";
import { run } from "../../e2e/program.ts";
import { testDatabase } from "../../services/postgres.ts";

/** The sets of that release: before tallies, connections, alerts of today, traces and access. */
const OLD: Readonly<Record<string, number>> = { engine: 11, online: 1, code: 1, aurora: 4 };

/** Columns of that release by table, with every row in them. */
async function remembered(sql: Sql, columns: Map<string, string[]>) {
  const rows: Record<string, readonly string[]> = {};
  for (const [table, names] of columns) {
    const cells = names.map((name) => `"${name}"`).join(", ");
    const found = await sql.unsafe<{ row: string }[]>(
      `select (${
        cells.includes(",") ? cells : `row(${cells})`
      })::text as row from ${table} order by 1`,
    );
    if (found.length > 0) rows[table] = found.map((r) => r.row);
  }
  return rows;
}

async function columnsOf(sql: Sql): Promise<Map<string, string[]>> {
  const found = await sql<{ table: string; names: string[] }[]>`
    select c.oid::regclass::text as table, array(
      select attname from pg_attribute a where a.attrelid = c.oid and attnum > 0 and not attisdropped
      order by attnum) as names
    from pg_class c where c.relnamespace = 'engine'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and c.relname <> 'migration' order by 1`;
  return new Map(found.map(({ table, names }) => [table, names]));
}

/** Runs in every state, with versions, checks, events and an error. */
async function fill(url: string): Promise<{ readonly open: string; readonly failed: string }> {
  const ledger = await openLedger(url);
  const hand = await worker(ledger);
  const value = result({
    value: { rows: 3 },
    metadata: { rows: 3 },
    events: [{ topic: "t", key: "k", schemaVersion: 1, payload: { rows: 3 } }],
  });
  for (const partition of ["2025-01-27", "2025-01-28"]) {
    await ledger.submit(plan([step("a", { partition })]));
    await hand.finish([done(await hand.one(), value)]);
  }
  const broken = await ledger.submit(plan([step("b"), step("after b", { needs: [0] })]));
  await hand.finish([failed(await hand.one(), "it broke")]);
  const open = await ledger.submit(plan([step("c"), step("after c", { needs: [0] })]));
  // What runs while the old program is ended in the middle.
  await hand.one();
  await ledger[Symbol.asyncDispose]();
  return { open: open.run, failed: broken.run };
}

Deno.test("a database of an older release is migrated with its history, and goes on", async () => {
  await using db = await testDatabase();
  for (const [set, folder] of SETS) {
    const all = await readMigrations(folder);
    if (set in OLD) await migrate(db.sql, set, all.slice(0, OLD[set]));
  }
  await ensureMonths(db.sql);
  const made = await fill(db.url);
  const columns = await columnsOf(db.sql);
  const before = await remembered(db.sql, columns);
  assert(Object.keys(before).length > 8, Object.keys(before).join());

  await migrateAll(db.sql);
  assertEquals(await remembered(db.sql, columns), before);
  const sets = new Set((await applied(db.sql)).map((m) => m.set));
  assertEquals([...sets].sort(), SETS.map(([set]) => set).sort());

  const listed = await run(["cli.ts", "runs", "--json"], { env: { DATABASE_URL: db.url } });
  assertEquals(listed.code, 0, listed.err);
  assertEquals(JSON.parse(listed.out).runs.length, 4);
  const ledger = await openLedger(db.url);
  await ledger.reap(0);
  assertEquals(await states(ledger, made.open), "queued waiting");
  assertEquals(await states(ledger, made.failed), "failed skipped");
  assertEquals(await drain(await worker(ledger)), ["c", "after c"]);
  await ledger[Symbol.asyncDispose]();
  const sql = connect(db.url, { name: "test", max: 1 });
  assertEquals((await check(sql)).flatMap((c) => c.violations), []);
  await sql.end({ timeout: 1 });
});
