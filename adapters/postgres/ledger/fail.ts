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
    const [run] = await tx<{ job: string | null }[]>`
      select job from engine.run where id = ${o.run}::bigint for no key update`;
    const ends = await stopOf(tx, o) === undefined ? o.state : "cancelled";
    const retryAt = ends === "failed" && o.state === "failed" ? o.retryAt : null;
    const state = retryAt === null ? ends : "queued";
    const attempt = isPostponed(o) && retryAt !== null ? "postponed" : o.state;
    const row = await endAttempt(tx, o, { worker, state, attempt, retryAt });
    if (row === undefined) return false;
    if (o.state === "failed" && o.withheld) await withhold(tx, row, o.withheld);
    await recordFailure(tx, row, attempt === "postponed" ? attempt : ends, o.error);
    const facts = retryAt === null ? await endStep(tx, row, o.error, ends) : [];
    await tell(tx, [{ ...row, state }, ...facts]);
    if (retryAt === null && run!.job !== null) await admit(tx, run!.job);
    return true;
  });
}

/** Whether it asked for another try that does not count. */
const isPostponed = (o: Other) => o.state === "failed" && o.counts === false;

/** How an attempt ends, and its step. */
interface Ending {
  readonly worker: string;
  readonly state: string;
  readonly attempt: string;
  readonly retryAt: Date | null;
}

/** Ends the attempt, if it is still the worker's. */
async function endAttempt(
  tx: Transaction,
  o: Other,
  to: Ending,
): Promise<EndedRow | undefined> {
  const [row] = await tx<EndedRow[]>`
    with old as (
      select run, step, ready_at, started_at from engine.step
      where run = ${o.run}::bigint and step = ${o.step} and attempt = ${o.attempt}
        and worker = ${to.worker}::bigint and state = 'running' for update),
    f as (
      update engine.step s set state = ${to.state}, not_before = ${to.retryAt},
        error = ${jsonText(o.error)}::text::jsonb,
        ready_at = case when ${to.state} = 'queued' then ${to.retryAt} else s.ready_at end,
        ended_at = case when ${to.state} = 'queued' then null else clock_timestamp() end
      from old where s.run = old.run and s.step = old.step
      returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.worker, s.error,
        coalesce(old.ready_at, old.started_at) as ready, old.started_at as started),
    a as (
      insert into engine.attempt (run, step, attempt, state, version, worker, ready_at, started_at, error)
      select run, step, attempt, ${to.attempt}, version, worker, ready, started, error from f)
    select run::text, step, asset, partition, version from f`;
  return row;
}

/** A transition, as it becomes a fact. */
export interface Told {
  readonly run: string;
  readonly step: number | null;
  readonly asset: string | null;
  readonly partition: string | null;
  readonly state: string;
}

/** Writes facts, which a transaction does last, and wakes who waits for them. */
export async function tell(tx: Transaction, told: readonly Told[]): Promise<void> {
  const rows = told.map(({ run, step, asset, partition, state }) => ({
    run,
    step,
    asset,
    partition,
    state,
  }));
  await tx`
    insert into engine.fact (kind, name, partition, run, step, state)
    select case when step is null then 'run' else 'step' end, asset, partition, run, step, state
    from jsonb_to_recordset(${jsonText(rows)}::text::jsonb)
      as t(run bigint, step int, asset text, partition text, state text)`;
  await tx`select pg_notify('aurora', 'fact'), pg_notify('aurora', 'step')`;
}

/** Why an attempt has to stop, if it has to. */
async function stopOf(
  sql: Sql | Transaction,
  { run, step, attempt }: Pick<Outcome, "run" | "step" | "attempt">,
): Promise<StepError | undefined> {
  const [row] = await sql<{ stop: StepError }[]>`
    select stop from engine.step where run = ${run}::bigint and step = ${step} and attempt = ${attempt}
      and stop is not null`;
  return row?.stop;
}

/** A success that came after it was cancelled: the step ends as cancelled, the version stays invisible. */
export async function endRefused(
  sql: Sql,
  o: Pick<Outcome, "run" | "step" | "attempt">,
  worker: string,
): Promise<void> {
  const error = await stopOf(sql, o);
  if (error === undefined) return;
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

/**
 * Skips what needs a step that will not succeed, and ends the run when nothing is left. Gives the transitions, to be
 * written as facts by the caller.
 */
export async function endStep(
  tx: Transaction,
  row: Pick<EndedRow, "run" | "step" | "asset" | "partition">,
  error: StepError,
  ended: "failed" | "cancelled",
): Promise<readonly Told[]> {
  const where = row.partition === "" ? `"${row.asset}"` : `"${row.asset}" [${row.partition}]`;
  const message = `Not run, since ${where} did not succeed`;
  const skipped: StepError = { message, causes: [error.message], stack: null };
  return [
    ...await tx<Told[]>`
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
    before as (select state from engine.run where id = ${row.run}::bigint),
    r as (
      update engine.run set steps_left = steps_left - k.ended,
        worst = case when worst = 'failed' then worst else ${ended} end,
        error = coalesce(error, ${jsonText(error)}::text::jsonb),
        state = case when steps_left > k.ended or ended_at is not null then state
          when worst = 'failed' then worst else ${ended} end,
        ended_at = case when steps_left = k.ended and ended_at is null then clock_timestamp() else ended_at end
      from k where id = ${row.run}::bigint
      returning id, job, state)
    select ${row.run} as run, step, asset, partition, 'skipped' as state from s
    union all
    select id::text, null, job, null, r.state from r, before
    where r.state <> before.state`,
  ];
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
