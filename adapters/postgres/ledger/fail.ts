import { jsonText } from "./json_text.ts";
import type { Outcome, Result, StepError } from "engine";
import type { Sql, Transaction } from "../connect.ts";
import { admit } from "./submit.ts";

/** A step whose attempt ended without a result. */
export interface EndedRow {
  readonly run: string;
  readonly step: number;
  readonly asset: string;
  readonly partition: string;
  readonly version: bigint;
}

type Other = Exclude<Outcome, { state: "success" }>;

/** Ends one attempt that failed or was cancelled; false if it was fenced off. */
export async function endFailed(sql: Sql, o: Other, worker: string): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const retryAt = o.state === "failed" ? o.retryAt : null;
    const state = retryAt === null ? o.state : "queued";
    const [row] = await tx<(EndedRow & { job: string | null })[]>`
      with f as (
        update engine.step s set state = case when r.state = 'cancelled' then 'cancelled' else ${state} end,
          not_before = ${retryAt}, error = ${jsonText(o.error)}::text::jsonb,
          ready_at = case when ${state} = 'queued' then coalesce(${retryAt}, clock_timestamp()) else ready_at end,
          ended_at = case when ${state} = 'queued' and r.state <> 'cancelled' then null else clock_timestamp() end
        from engine.run r, (select step, ready_at as ready, started_at as started from engine.step
          where run = ${o.run}::bigint and step = ${o.step} for update) old
        where s.run = ${o.run}::bigint and s.step = ${o.step} and s.attempt = ${o.attempt}
          and s.worker = ${worker}::bigint and s.state = 'running' and r.id = s.run and old.step = s.step
        returning s.*, old.ready as was_ready, old.started as was_started, r.job),
      a as (
        insert into engine.attempt (run, step, attempt, state, version, worker, ready_at, started_at, error)
        select run, step, attempt, ${o.state}, version, worker, coalesce(was_ready, was_started), was_started, error
        from f)
      select run::text, step, asset, partition, version, job from f`;
    if (row === undefined) return false;
    if (o.state === "failed" && o.withheld) await withhold(tx, row, o.withheld);
    await recordFailure(tx, row, o.state, o.error);
    await tx`insert into engine.fact (kind, name, partition, run, step, state)
      values ('step', ${row.asset}, ${row.partition}, ${row.run}::bigint, ${row.step}, ${state})`;
    if (retryAt === null) await endStep(tx, row, o.error, o.state);
    await tx`select pg_notify('aurora', 'fact'), pg_notify('aurora', 'step')`;
    if (retryAt === null && row.job !== null) await admit(tx, row.job);
    return true;
  });
}

/** A success that came after its run was cancelled: the step ends as cancelled, the version stays invisible. */
export async function endRefused(
  sql: Sql,
  o: Pick<Outcome, "run" | "step" | "attempt">,
  worker: string,
): Promise<void> {
  const [run] = await sql<{ state: string }[]>`
    select state from engine.run where id = ${o.run}::bigint`;
  if (run?.state !== "cancelled") return;
  const error: StepError = { message: "The run was cancelled", causes: [], stack: null };
  const { run: id, step, attempt } = o;
  await endFailed(sql, { run: id, step, attempt, state: "cancelled", error }, worker);
}

/** Remembers that the last attempt at a slice did not succeed. */
export async function recordFailure(
  tx: Transaction,
  row: Omit<EndedRow, "version">,
  state: string,
  error: StepError,
): Promise<void> {
  await tx`
    insert into engine.failure (asset, partition, state, at, run, error)
    values (${row.asset}, ${row.partition}, ${state}, clock_timestamp(), ${row.run}::bigint,
      ${jsonText(error)}::text::jsonb)
    on conflict (asset, partition) do update
      set state = excluded.state, at = excluded.at, run = excluded.run, error = excluded.error`;
}

/** Skips what needs a step that will not succeed, and ends the run when nothing is left. */
export async function endStep(
  tx: Transaction,
  row: Pick<EndedRow, "run" | "step" | "asset" | "partition">,
  error: StepError,
  ended: "failed" | "cancelled" = "failed",
): Promise<void> {
  const where = row.partition === "" ? `"${row.asset}"` : `"${row.asset}" [${row.partition}]`;
  const skipped: StepError = {
    message: `Not run, since ${where} did not succeed`,
    causes: [error.message],
    stack: null,
  };
  await tx`
    with recursive below(step) as (
      select dst from engine.edge where run = ${row.run}::bigint and src = ${row.step}
      union
      select e.dst from below b join engine.edge e on e.run = ${row.run}::bigint and e.src = b.step),
    s as (
      update engine.step set state = 'skipped', ended_at = clock_timestamp(),
        error = ${jsonText(skipped)}::text::jsonb
      where run = ${row.run}::bigint and step in (select step from below) and state = 'waiting'
      returning step, asset, partition),
    k as (select count(*)::int + 1 as ended from s),
    r as (
      update engine.run set steps_left = steps_left - k.ended,
        worst = case when worst = 'failed' then worst else ${ended} end,
        error = coalesce(error, ${jsonText(error)}::text::jsonb),
        state = case when steps_left > k.ended or state = 'cancelled' then state
          when worst = 'failed' then worst else ${ended} end,
        ended_at = case when steps_left = k.ended then clock_timestamp() else ended_at end
      from k where id = ${row.run}::bigint
      returning id, job, state)
    insert into engine.fact (kind, name, partition, run, step, state)
    select 'step', asset, partition, ${row.run}::bigint, step, 'skipped' from s
    union all
    select 'run', job, null, id, null, state from r where state <> 'running'`;
}

async function withhold(tx: Transaction, row: EndedRow, r: Result): Promise<void> {
  await tx`
    insert into engine.materialization (version, asset, partition, run, step, duration_ms, code, config,
      data_version, inputs, metadata, value, published)
    select ${row.version}, ${row.asset}, ${row.partition}, ${row.run}::bigint, ${row.step},
      extract(epoch from clock_timestamp() - a.started_at) * 1000, ${r.code}, ${r.config}, ${r.dataVersion},
      ${jsonText(r.inputs)}::text::jsonb, ${jsonText(r.metadata)}::text::jsonb,
      ${jsonText(r.value)}::text::jsonb, false
    from engine.attempt a where a.version = ${row.version}`;
  await tx`
    insert into engine.check_result (version, asset, partition, name, severity, blocking, passed, reason, metadata, run)
    select ${row.version}, ${row.asset}, ${row.partition}, c.check, c.severity, c.blocking, c.passed, c.reason,
      c.metadata, ${row.run}::bigint
    from jsonb_to_recordset(${jsonText(r.checks)}::text::jsonb)
      as c("check" text, severity text, blocking boolean, passed boolean, reason text, metadata jsonb)`;
  await tx`insert into engine.fact (kind, name, partition, run, step, data)
    values ('withheld', ${row.asset}, ${row.partition}, ${row.run}::bigint, ${row.step},
      ${jsonText({ version: String(row.version) })}::text::jsonb)`;
}
