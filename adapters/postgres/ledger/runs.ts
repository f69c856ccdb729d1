import type {
  AttemptRecord,
  Pin,
  RunQuery,
  RunRecord,
  RunState,
  StepError,
  StepRecord,
  StepState,
} from "engine";
import type { Sql } from "../connect.ts";
import { type LateRow, lateRows } from "./late.ts";

const NO_STEPS: { readonly [S in StepState]: number } = {
  waiting: 0,
  queued: 0,
  running: 0,
  success: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
};

type RunRow = Omit<RunRecord, "steps"> & { readonly counts: Partial<RunRecord["steps"]> | null };

const columns = (sql: Sql) =>
  sql`r.id::text, r.key, r.job, r.title, r.partition, r.trigger, r.by_name as by, r.reason, r.priority, r.state, r.code,
    r.code_before as "codeBefore", r.timeout_ms::float8 as "timeoutMs", r.timed_out as "timedOut", r.parent::text,
    r.created_at as "createdAt", r.started_at as "startedAt", r.ended_at as "endedAt", r.error,
    (select jsonb_object_agg(state, n) from (
      select state, count(*) as n from engine.step where run = r.id group by state) c) as counts`;

function recordOf({ counts, ...run }: RunRow): RunRecord {
  return { ...run, steps: { ...NO_STEPS, ...counts } };
}

/** Some runs, newest first. */
export async function runs(sql: Sql, q: RunQuery): Promise<readonly RunRecord[]> {
  const { state = null, job = null, asset = null, before = null, backfill } = q;
  const { states = null, assets = null, unsuccessful = false, notRetried = false } = q;
  const { createdFrom = null, createdBefore = null } = q;
  const rows = await sql<RunRow[]>`
    select ${columns(sql)} from engine.run r
    where (${state}::text is null or r.state = ${state}) and (${job}::text is null or r.job = ${job})
      and (${backfill === undefined}
        or case when r.trigger = 'backfill' then r.by_name end is not distinct from ${
    backfill ?? null
  }::text)
      and (${before}::bigint is null or r.id < ${before}::bigint)
      and (${asset}::text is null
        or exists (select 1 from engine.run_asset a where a.run = r.id and a.asset = ${asset}))
      and (${states as string[] | null}::text[] is null or r.state = any(${states as
    | string[]
    | null}::text[]))
      and (${assets as string[] | null}::text[] is null and not ${unsuccessful}
        or exists (select 1 from engine.step s where s.run = r.id
          and (${assets as string[] | null}::text[] is null or s.asset = any(${assets as
    | string[]
    | null}::text[]))
          and (not ${unsuccessful} or s.state <> 'success')))
      and (not ${notRetried} or not exists (select 1 from engine.run c where c.parent = r.id))
      and (${createdFrom}::timestamptz is null or r.created_at >= ${createdFrom})
      and (${createdBefore}::timestamptz is null or r.created_at < ${createdBefore})
    order by r.id desc limit ${q.limit}`;
  return rows.map(recordOf);
}

/** How many runs stand where. */
export async function runCounts(sql: Sql): Promise<{ readonly [S in RunState]: number }> {
  const rows = await sql<{ state: RunState; n: number }[]>`
    select state, count(*)::int as n from engine.run group by state`;
  const none = { queued: 0, running: 0, success: 0, failed: 0, cancelled: 0 };
  return { ...none, ...Object.fromEntries(rows.map((r) => [r.state, r.n])) };
}

type StepRow = Omit<StepRecord, "attempts" | "needs" | "pins"> & {
  readonly pins: readonly Pin[] | null;
  readonly needs: number[];
  readonly attempt: number;
  readonly version: bigint;
  readonly worker: string | null;
};
type AttemptRow = AttemptRecord & { readonly step: number };

/** One run with its steps. */
export async function run(
  sql: Sql,
  id: string,
): Promise<{ readonly run: RunRecord; readonly steps: readonly StepRecord[] } | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined;
  const [row] = await sql<RunRow[]>`
    select ${columns(sql)} from engine.run r where r.id = ${id}::bigint`;
  if (row === undefined) return undefined;
  const [steps, attempts, late] = await Promise.all([
    stepRows(sql, id),
    attemptRows(sql, id),
    lateRows(sql, id),
  ]);
  const ended = Map.groupBy(attempts.map((a) => withLate(a, late)), (a) => a.step);
  return { run: recordOf(row), steps: steps.map((s) => stepOf(s, ended.get(s.step) ?? [])) };
}

const stepRows = (sql: Sql, run: string) =>
  sql<StepRow[]>`
    select step, asset, partition, state, reason, queue, step_priority as priority, pools, retry, worker::text,
      attempt, version, ready_at as "readyAt", started_at as "startedAt", ended_at as "endedAt", error,
      coalesce(e.needs, '{}') as needs,
      (select inputs from engine.pin p where p.run = s.run and p.step = s.step) as pins
    from engine.step s
    -- Once for all steps: the key of the edges begins with their source, and each step would read those of the whole run.
    left join (select dst, array_agg(src order by src) as needs from engine.edge
      where run = ${run}::bigint group by dst) e on e.dst = s.step
    where run = ${run}::bigint order by s.step`;

const attemptRows = (sql: Sql, run: string) =>
  sql<AttemptRow[]>`
    select step, attempt, state, version, worker::text, ready_at as "readyAt", started_at as "startedAt",
      ended_at as "endedAt", error
    from engine.attempt where run = ${run}::bigint order by step, attempt`;

function withLate(a: AttemptRow, rows: readonly LateRow[]): AttemptRow {
  const found = rows.find((l) => l.step === a.step && l.attempt === a.attempt);
  if (found === undefined) return a;
  const { step: _, attempt: __, ...late } = found;
  return { ...a, late };
}

function stepOf(row: StepRow, ended: readonly AttemptRow[]): StepRecord {
  const { attempt, version, worker, pins, ...step } = row;
  const attempts: AttemptRecord[] = ended.map(({ step: _, ...a }) => a);
  if (row.state === "running") {
    attempts.push({
      attempt,
      version,
      state: "running",
      worker: worker!,
      readyAt: row.readyAt!,
      startedAt: row.startedAt!,
      endedAt: null,
      error: null,
    });
  }
  const known = { ...step, error: row.error as StepError | null, attempts };
  return pins === null ? known : { ...known, pins };
}
