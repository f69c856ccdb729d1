import { jsonText } from "./json_text.ts";
import type { StepError, WorkerHello, WorkerRecord } from "engine";
import { connect, type Sql, type Transaction } from "../connect.ts";
import { type EndedRow, endStep, recordFailure, tell } from "./fail.ts";
import { retried } from "./retried.ts";
import { admit } from "./submit.ts";

/** Class of the advisory locks that workers hold while they live. */
const ALIVE = 7741;
/** A worker without its lock is dead if it was also silent for so long: after a restart of the server all locks are gone. */
const GRACE_MS = 700;
/** Workers that a step may take with it before it is given up. */
const MOST_LOST = 3;

/** The connection whose end is the end of a worker. */
export interface Life {
  /** The worker. */
  readonly worker: string;
  /** Holds the lock. */
  readonly sql: Sql;
}

/** Registers a worker; the lock of its connection says that it lives. */
export async function join(url: string, sql: Sql, hello: WorkerHello): Promise<Life> {
  const life = connect(url, { name: "aurora worker", max: 1 });
  const [row] = await life<{ id: string }[]>`select nextval('engine.worker_seq')::text as id`;
  const worker = row!.id;
  await life`select pg_advisory_lock(${ALIVE}, ${Number(worker)}::int)`;
  const code = hello.code ?? null;
  await sql`
    with c as (
      insert into engine.code (version) select ${code} where ${code}::text is not null
      on conflict (version) do update set joined_at = clock_timestamp())
    insert into engine.worker (id, host, pid, queues, slots, code)
    values (${worker}::bigint, ${hello.host}, ${hello.pid}, ${hello
    .queues as string[]}, ${hello.slots}, ${code})`;
  await sql`insert into engine.fact (kind, name, state) values ('worker', ${worker}, 'joined')`;
  await sql`select pg_notify('aurora', 'fact')`;
  return { worker, sql: life };
}

/** Says that the worker lives, takes the lock again if its connection was replaced; false if it was given up. */
export async function heartbeat({ worker, sql }: Life): Promise<boolean> {
  const id = Number(worker);
  const [row] = await sql`
    update engine.worker set seen_at = clock_timestamp()
    where id = ${worker}::bigint and gone_at is null
    returning exists (select 1 from pg_locks where locktype = 'advisory' and classid = ${ALIVE}
      and objid = ${id} and pid = pg_backend_pid()) as locked`;
  if (row === undefined) return false;
  if (row["locked"] !== true) await sql`select pg_try_advisory_lock(${ALIVE}, ${id}::int)`;
  return true;
}

/** Finds the dead: without their lock, or silent longer than `silentMs`. */
export async function reap(
  sql: Sql,
  silentMs: number,
): Promise<readonly { readonly worker: string; readonly cause: string }[]> {
  const found = await sql<{ worker: string; silent: number; unlocked: boolean }[]>`
    select id::text as worker, extract(epoch from clock_timestamp() - seen_at)::float8 * 1000 as silent,
      pg_try_advisory_xact_lock(${ALIVE}, id::int) as unlocked
    from engine.worker where gone_at is null`;
  const dead = found.filter((w) =>
    w.silent > (w.unlocked ? Math.min(GRACE_MS, silentMs) : silentMs)
  )
    .map(({ worker, silent, unlocked }) => ({
      worker,
      cause: unlocked
        ? "its connection ended: the process died"
        : `no heartbeat for ${Math.round(silent)} ms: stopped or cut off`,
    }));
  for (const { worker, cause } of dead) await bury(sql, worker, cause);
  await releaseOrphans(sql);
  await admitWaiting(sql);
  return dead;
}

/** Steps of workers that were given up in the very moment in which they were claimed. */
async function releaseOrphans(sql: Sql): Promise<void> {
  const gone = await sql<{ worker: string }[]>`
    select distinct s.worker::text from engine.step s join engine.worker w on w.id = s.worker
    where s.state = 'running' and w.gone_at is not null`;
  const cause = "it had been given up when it was given the step";
  for (const { worker } of gone) {
    await retried(() => sql.begin((tx) => release(tx, worker, { cause, counts: 0 })));
  }
}

/** Runs whose turn came while nobody said so, since a worker died between a run's end and the admission of the next. */
async function admitWaiting(sql: Sql): Promise<void> {
  const jobs = await sql<{ job: string }[]>`
    select job from engine.run where state in ('queued', 'running') and job is not null
    group by job having count(*) filter (where state = 'queued') > 0
      and count(*) filter (where state = 'running') < max(max_active)`;
  for (const { job } of jobs) {
    await sql.begin(async (tx) => {
      await admit(tx, job);
      await tx`select pg_notify('aurora', 'step'), pg_notify('aurora', 'fact')`;
    });
  }
}

/** Gives up a worker and queues again what it held. */
export async function bury(
  sql: Sql,
  worker: string,
  cause: string,
  willing = false,
): Promise<void> {
  await retried(() =>
    sql.begin(async (tx) => {
      const [gone] = await tx`
      update engine.worker set gone_at = clock_timestamp(), cause = ${cause}
      where id = ${worker}::bigint and gone_at is null returning 1`;
      if (gone === undefined) return;
      await release(tx, worker, { cause, counts: willing ? 0 : 1 });
      await tx`insert into engine.fact (kind, name, state, data)
      values ('worker', ${worker}, 'gone', ${jsonText({ cause })}::text::jsonb)`;
      await tx`select pg_notify('aurora', 'step'), pg_notify('aurora', 'fact')`;
    })
  );
}

/** Queues again what a worker that is gone still seems to hold; gives how many. For repairs: dying does this itself. */
export async function requeue(sql: Sql, worker: string, cause: string): Promise<number> {
  return await retried(() => sql.begin((tx) => release(tx, worker, { cause, counts: 0 })));
}

/** What a worker is taken for not to know of. */
interface Forgotten {
  /** `run/step/attempt` of what it knows. */
  readonly holding: readonly string[];
  /** Only what began so long ago. */
  readonly olderMs: number;
}

/** How steps part from their worker. */
interface Parting {
  readonly cause: string;
  /** Whether it counts as a death that the step may have caused. */
  readonly counts: 0 | 1;
  /** Only these; all that it holds if absent. */
  readonly forgotten?: Forgotten;
}

/** Queues again what a worker holds without knowing; see the port. */
export async function disown(sql: Sql, worker: string, forgotten: Forgotten): Promise<number> {
  const cause = "the answer that gave it the step never arrived";
  return await retried(async () => {
    // Asked before anything is locked: nearly always there is none, and releasing locks every run that it is in.
    const [some] = await sql`select 1 from engine.step where ${
      isHeld(sql, worker, forgotten)
    } limit 1`;
    if (some === undefined) return 0;
    return await sql.begin((tx) => release(tx, worker, { cause, counts: 0, forgotten }));
  });
}

/** The condition on a step that a worker holds it, or holds it and has forgotten it. */
function isHeld(sql: Sql | Transaction, worker: string, forgotten?: Forgotten) {
  const running = sql`worker = ${worker}::bigint and state = 'running'`;
  if (forgotten === undefined) return running;
  return sql`${running}
    and run || '/' || step || '/' || attempt <> all(${forgotten.holding as string[]}::text[])
    and started_at <= clock_timestamp() - ${forgotten.olderMs} * interval '1 millisecond'`;
}

/** What the worker held is queued again, cancelled with its run, or failed if it has killed too many workers. */
async function release(
  tx: Transaction,
  worker: string,
  { cause, counts, forgotten }: Parting,
): Promise<number> {
  const message = `Worker ${worker} was lost: ${cause}`;
  const error: StepError = { message, causes: [], stack: null };
  await tx`select 1 from engine.run where id in (
    select run from engine.step where ${isHeld(tx, worker)})
    order by id for no key update`;
  const ended = await tx<(LostRow & { readonly stop: StepError | null })[]>`
    with old as (
      select run, step, ready_at, started_at from engine.step
      where ${isHeld(tx, worker, forgotten)}
      order by run, step for update),
    f as (
      update engine.step s set lost = s.lost + ${counts}, ready_at = clock_timestamp(),
        lap = engine.lap(s.run, s.lane, s.priority) + 1,
        error = coalesce(s.stop, ${jsonText(error)}::text::jsonb),
        state = case when s.stop is not null then 'cancelled' when s.lost + ${counts} >= ${MOST_LOST} then 'failed'
          else 'queued' end,
        ended_at = case when s.stop is not null or s.lost + ${counts} >= ${MOST_LOST} then clock_timestamp() end
      from old
      where s.run = old.run and s.step = old.step
      returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.state, ${
    jsonText(error)
  }::text::jsonb as error,
        s.stop, coalesce(old.ready_at, old.started_at) as ready, old.started_at as started),
    a as (
      insert into engine.attempt (run, step, attempt, state, version, worker, ready_at, started_at, error)
      select run, step, attempt, 'lost', version, ${worker}::bigint, ready, started, error from f)
    select run::text, step, asset, partition, version, state, stop from f`;
  const facts = [];
  for (const { stop, ...row } of ended) {
    facts.push(row, ...await settle(tx, row, { lost: error, stop }));
  }
  if (facts.length > 0) await tell(tx, facts);
  return ended.length;
}

type LostRow = EndedRow & { readonly state: "queued" | "failed" | "cancelled" };

/** What follows from a lost attempt: nothing more if the step is queued again. */
async function settle(
  tx: Transaction,
  row: LostRow,
  { lost: error, stop }: { readonly lost: StepError; readonly stop: StepError | null },
) {
  if (row.state !== "failed") {
    await recordFailure(tx, row, "lost", error);
    return row.state === "queued" ? [] : await endStep(tx, row, stop ?? error, row.state);
  }
  const message = `${row.asset} was running when ${MOST_LOST} workers died: ${error.message}`;
  const why = { ...error, message };
  await recordFailure(tx, row, "failed", why);
  await tx`update engine.step set error = ${jsonText(why)}::text::jsonb
    where run = ${row.run}::bigint and step = ${row.step}`;
  return await endStep(tx, row, why, row.state);
}

/** Ends a worker by its own will. */
export async function leave(sql: Sql, life: Life): Promise<void> {
  try {
    await bury(sql, life.worker, "it ended by its own will", true);
  } finally {
    await life.sql.end({ timeout: 1 });
  }
}

/** Those that live. */
export async function workers(sql: Sql): Promise<readonly WorkerRecord[]> {
  return await sql<WorkerRecord[]>`
    select id::text, host, pid, queues, slots, code, started_at as "startedAt", seen_at as "seenAt"
    from engine.worker where gone_at is null order by engine.worker.id`;
}

/** How many steps each worker runs. */
export async function held(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ worker: string; n: number }[]>`
    select worker::text, count(*)::int as n from engine.step where state = 'running' group by worker`;
  return new Map(rows.map((r) => [r.worker, r.n]));
}
