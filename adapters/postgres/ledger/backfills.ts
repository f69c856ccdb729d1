import {
  type BackfillAdvance,
  type BackfillQuery,
  type BackfillRecord,
  type BackfillRun,
  type BackfillState,
  type BackfillSubmission,
  nothingDone,
  type StepError,
  type Submitted,
  type SubmittedBackfill,
} from "engine";
import type { Sql, Transaction } from "../connect.ts";
import { endRun } from "./cancel.ts";
import { jsonText } from "./json_text.ts";
import { retried } from "./retried.ts";
import { insertRun } from "./submit.ts";

/** Remembers a backfill, or finds the one with the same key. Again if that one ended in between. */
export async function startBackfill(sql: Sql, b: BackfillSubmission): Promise<SubmittedBackfill> {
  for (;;) {
    const made = await sql.begin((tx) => insert(tx, b));
    if (made) return { id: made, created: true };
    const [known] = await sql<{ id: string }[]>`
      select id::text from engine.backfill
      where key = ${b.key} and (state in ('running', 'paused') or (once and ${b.once}))
      order by id desc limit 1`;
    if (known) return { id: known.id, created: false };
  }
}

async function insert(tx: Transaction, b: BackfillSubmission): Promise<string | undefined> {
  const [made] = await tx<{ id: string }[]>`
    insert into engine.backfill (key, once, title, trigger, by_name, reason, definition, slices, total, runs, chunk,
      reverse, concurrency, state, done)
    values (${b.key}, ${b.once}, ${b.title}, ${b.trigger}, ${b.by}, ${b.reason},
      ${jsonText(b.definition)}::text::jsonb, ${
    jsonText(b.slices)
  }::text::jsonb, ${b.total}, ${b.runs}, ${b.chunk},
      ${b.reverse}, ${b.concurrency}, 'running', ${jsonText(nothingDone)}::text::jsonb)
    on conflict do nothing
    returning id::text`;
  if (made) await tell(tx, made.id, "running");
  return made?.id;
}

/** Facts come last in a transaction. */
async function tell(tx: Transaction, id: string, state: BackfillState): Promise<void> {
  await tx`insert into engine.fact (kind, name, state) values ('backfill', ${id}, ${state})`;
  await tx`select pg_notify('aurora', 'fact')`;
}

type Row = Omit<BackfillRecord, "active"> & { readonly active: readonly ActiveRow[] | null };
type ActiveRow = Omit<BackfillRun, "startedAt" | "endedAt" | "steps"> & {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly steps: Partial<BackfillRun["steps"]> | null;
};

/** Some backfills with the runs that are active, newest first. O(active runs), whatever their number of runs is. */
export async function backfills(sql: Sql, q: BackfillQuery): Promise<readonly BackfillRecord[]> {
  const { id = null, key = null, open = false, limit } = q;
  if (id !== null && !/^\d{1,18}$/.test(id)) return [];
  const rows = await sql<Row[]>`
    select b.id::text, key, once, title, trigger, by_name as by, reason, definition, slices, total, runs, chunk, reverse,
      concurrency, state, revision, submitted, done, created_at as "createdAt", ended_at as "endedAt", error,
      (select jsonb_agg(jsonb_build_object(
          'place', a.place, 'run', a.run::text, 'state', r.state, 'startedAt', r.started_at, 'endedAt', r.ended_at,
          'steps', (select jsonb_object_agg(s.state, s.n) from (
            select state, count(*) as n from engine.step where run = a.run group by state) s)) order by a.place)
        from engine.backfill_run a join engine.run r on r.id = a.run
        where a.backfill = b.id and not a.counted) as active
    from engine.backfill b
    where (${id}::bigint is null or b.id = ${id}::bigint)
      and (${key}::text is null or b.key = ${key}) and (${!open} or b.state in ('running', 'paused'))
    order by b.id desc limit ${limit}`;
  return rows.map((row) => ({ ...row, active: (row.active ?? []).map(activeOf) }));
}

function activeOf(row: ActiveRow): BackfillRun {
  const instant = (text: string | null) => text === null ? null : new Date(text);
  return {
    ...row,
    startedAt: instant(row.startedAt),
    endedAt: instant(row.endedAt),
    steps: { ...nothingDone.steps, ...row.steps },
  };
}

/** Moves a backfill on and submits its runs, or nothing if somebody else changed it first. */
export async function advanceBackfill(
  sql: Sql,
  a: BackfillAdvance,
): Promise<readonly Submitted[] | undefined> {
  return await retried(() => sql.begin((tx) => advance(tx, a)));
}

async function advance(tx: Transaction, a: BackfillAdvance): Promise<Submitted[] | undefined> {
  const isOver = a.state !== "running" && a.state !== "paused";
  const rows = await tx`
    update engine.backfill set revision = revision + 1, state = ${a.state}, done = ${
    jsonText(a.done)
  }::text::jsonb,
      submitted = ${a.submitted}, error = ${a.error && jsonText(a.error)}::text::jsonb,
      ended_at = case when ${isOver} then clock_timestamp() end
    where id = ${a.id}::bigint and revision = ${a.revision} returning 1`;
  if (rows.length !== 1) return undefined;
  if (a.counted.length) {
    await tx`update engine.backfill_run set counted = true
      where backfill = ${a.id}::bigint and place = any(${[...a.counted]}::int[])`;
  }
  const submitted: Submitted[] = [];
  for (const { place, run } of a.submissions) {
    const made = await insertRun(tx, run);
    submitted.push(made);
    await tx`insert into engine.backfill_run (backfill, place, run)
      values (${a.id}::bigint, ${place}, ${made.run}::bigint) on conflict do nothing`;
  }
  await tell(tx, a.id, a.state);
  return submitted;
}

/** Lets a running backfill submit nothing more. */
export const pauseBackfill = (sql: Sql, id: string): Promise<boolean> =>
  swap(sql, id, "running", "paused");

/** Lets a paused backfill go on. */
export const resumeBackfill = (sql: Sql, id: string): Promise<boolean> =>
  swap(sql, id, "paused", "running");

async function swap(
  sql: Sql,
  id: string,
  from: BackfillState,
  to: BackfillState,
): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const rows = await tx`update engine.backfill set state = ${to}, revision = revision + 1
      where id = ${id}::bigint and state = ${from} returning 1`;
    if (rows.length === 1) await tell(tx, id, to);
    return rows.length === 1;
  });
}

/** Ends a backfill with all of its runs: what waits at once, what runs when its worker hears of it. */
export async function cancelBackfill(sql: Sql, id: string, by: string): Promise<boolean> {
  const error = { message: `The backfill was cancelled by ${by}`, causes: [], stack: null };
  return await retried(() => sql.begin((tx) => end(tx, id, error)));
}

async function end(tx: Transaction, id: string, error: StepError): Promise<boolean> {
  const rows = await tx`
    update engine.backfill set state = 'cancelled', revision = revision + 1, ended_at = clock_timestamp(),
      error = ${jsonText(error)}::text::jsonb
    where id = ${id}::bigint and state in ('running', 'paused') returning 1`;
  if (rows.length !== 1) return false;
  const runs = await tx<{ run: string }[]>`
    select run::text from engine.backfill_run where backfill = ${id}::bigint and not counted order by place`;
  // All of them before the first fact: who ends a step holds its run and waits for facts.
  const ids = runs.map((r) => r.run);
  await tx`select 1 from engine.run where id = any(${ids}::bigint[]) order by id for no key update`;
  for (const { run } of runs) await endRun(tx, run, error);
  await tell(tx, id, "cancelled");
  return true;
}
