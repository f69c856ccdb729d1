import { jsonText } from "./json_text.ts";
import type { PlannedStep, Submission, Submitted } from "engine";
import type { Sql, Transaction } from "../connect.ts";

/** Remembers a run with its steps and edges, or finds the one with the same key. */
export async function submit(sql: Sql, submission: Submission): Promise<Submitted> {
  const submitted = await sql.begin((tx) => insertRun(tx, submission));
  return submitted;
}

/** {@link submit} as part of a larger transaction. */
export async function insertRun(tx: Transaction, s: Submission): Promise<Submitted> {
  const maxActive = Number.isFinite(s.maxActiveRuns) ? s.maxActiveRuns : null;
  const [made] = await tx<{ id: string }[]>`
    insert into engine.run
      (key, job, max_active, title, partition, trigger, by_name, reason, priority, timeout_ms, parent, state,
        steps_left, code, ended_at)
    values (${s.key}, ${s.job}, ${maxActive}, ${s.title}, ${s.partition}, ${s.trigger}, ${s.by}, ${s.reason},
      ${s.priority}, ${s.timeoutMs ?? null}, ${s.parent ?? null}::bigint,
      ${s.steps.length === 0 ? "success" : "queued"}, ${s.steps.length}, ${s.code ?? null},
      case when ${s.steps.length === 0} then clock_timestamp() end)
    on conflict (key) do nothing
    returning id::text`;
  if (made === undefined) return await existing(tx, s.key!);
  const run = made.id;
  if (s.steps.length > 0) await insertSteps(tx, run, s);
  await tx`insert into engine.fact (kind, run, state, name)
    values ('run', ${run}::bigint, ${s.steps.length === 0 ? "success" : "queued"}, ${s.job})`;
  if (s.steps.length > 0) await admit(tx, s.job, run);
  await tx`select pg_notify('aurora', 'step'), pg_notify('aurora', 'fact')`;
  return { run, steps: s.steps.length, created: true };
}

async function existing(tx: Transaction, key: string): Promise<Submitted> {
  const [found] = await tx<{ run: string; steps: number }[]>`
    select id::text as run, (select count(*)::int from engine.step where run = r.id) as steps
    from engine.run r where key = ${key}`;
  return { run: found!.run, steps: found!.steps, created: false };
}

/** Columns as arrays: one statement for any number of steps. */
async function insertSteps(tx: Transaction, run: string, s: Submission): Promise<void> {
  const of = <T>(column: (step: PlannedStep) => T) => s.steps.map(column);
  await tx`
    insert into engine.step (run, step, asset, partition, state, needs_left, reason, queue, priority, step_priority,
      pools, retry, code)
    select ${run}::bigint, n - 1, asset, partition, 'waiting', needs, reason, queue,
      step_priority + ${s.priority}::int, step_priority, pools::jsonb, retry::jsonb, ${
    s.code ?? null
  }::text
    from unnest(${of((x) => x.asset)}::text[], ${of((x) => x.partition)}::text[],
      ${of((x) => x.needs.length)}::int[], ${of((x) => x.reason)}::text[], ${
    of((x) => x.queue)
  }::text[],
      ${of((x) => x.priority)}::int[], ${of((x) => jsonText(x.pools))}::text[],
      ${of((x) => jsonText(x.retry))}::text[])
      with ordinality as t(asset, partition, needs, reason, queue, step_priority, pools, retry, n)`;
  await insertPins(tx, run, s);
  const edges = s.steps.flatMap((x, dst) => x.needs.map((src) => [src, dst] as const));
  if (edges.length === 0) return;
  await tx`insert into engine.edge (run, src, dst)
    select ${run}::bigint, src, dst
    from unnest(${edges.map((e) => e[0])}::int[], ${edges.map((e) => e[1])}::int[]) as t(src, dst)`;
}

/** What some steps have to read; nearly no run has any. */
async function insertPins(tx: Transaction, run: string, s: Submission): Promise<void> {
  const pinned = s.steps.flatMap(({ pins }, step) => pins ? [{ step, inputs: pins }] : []);
  if (pinned.length === 0) return;
  await tx`insert into engine.pin (run, step, inputs)
    select ${run}::bigint, step, inputs
    from jsonb_to_recordset(${jsonText(pinned)}::text::jsonb) as t(step int, inputs jsonb)`;
}

/**
 * Lets queued runs begin, oldest first, as far as their job allows; of all jobs if `job` is undefined, of runs without
 * a job only `run`. One admission at a time, so that two never take the same place.
 */
export async function admit(
  tx: Transaction,
  job: string | null | undefined,
  run?: string,
): Promise<void> {
  if (job !== null) await tx`select pg_advisory_xact_lock(hashtextextended('aurora admit', 0))`;
  await tx`
    with c as (
      select id, max_active, job,
        row_number() over (partition by job order by id) as place,
        (select count(*) from engine.run a where a.job = r.job and a.state = 'running') as active
      from engine.run r
      where state = 'queued' and (${job === undefined} or
        (case when ${job ?? null}::text is null then id = ${run ?? null}::bigint else job = ${
    job ?? null
  }::text end))),
    r as (
      update engine.run set state = 'running',
        due_at = statement_timestamp() + timeout_ms * interval '1 millisecond'
      from c
      where engine.run.id = c.id and engine.run.state = 'queued'
        and (c.max_active is null or c.job is null or c.place + c.active <= c.max_active)
      returning engine.run.id, engine.run.job),
    w as (
      select s.run, s.step, s.lane, s.priority from r join engine.step s on s.run = r.id
      where s.state = 'waiting' and s.needs_left = 0),
    l as materialized (
      select run, lane, priority, engine.lap(run, lane, priority) as lap from w group by run, lane, priority),
    t as (
      select w.run, w.step, l.lap + row_number() over (partition by w.run, w.lane, w.priority order by w.step) as lap
      from w join l using (run, lane, priority)),
    s as (
      update engine.step set state = 'queued', ready_at = statement_timestamp(), lap = t.lap
      from t where step.run = t.run and step.step = t.step
      returning 1)
    insert into engine.fact (kind, run, state, name) select 'run', id, 'running', job from r`;
}
