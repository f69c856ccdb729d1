import { durationText, type Revoked, type StepError } from "engine";
import type { Sql, Transaction } from "../connect.ts";
import { type EndedRow, endStep, tell } from "./fail.ts";
import { jsonText } from "./json_text.ts";
import { retried } from "./retried.ts";
import { admit } from "./submit.ts";

const plain = (message: string): StepError => ({ message, causes: [], stack: null });

/** Ends a run: what waits is cancelled at once, what runs when its worker hears of it. */
export async function cancel(sql: Sql, run: string, by: string): Promise<boolean> {
  return await retried(() => sql.begin((tx) => endRun(tx, run, plain(`Cancelled by ${by}`))));
}

/** {@link cancel} as part of a larger transaction; `timedOut` ends the run as failed. */
export async function endRun(
  tx: Transaction,
  run: string,
  error: StepError,
  timedOut = false,
): Promise<boolean> {
  const why = jsonText(error);
  const state = timedOut ? "failed" : "cancelled";
  // Locked by a statement of its own: the next one then sees what the transaction before it did.
  await tx`select 1 from engine.run where id = ${run}::bigint for no key update`;
  const [ended] = await tx<{ job: string | null }[]>`
      with r as (
        update engine.run set state = ${state}, ended_at = clock_timestamp(), timed_out = ${timedOut},
          error = case when ${timedOut} then ${why}::text::jsonb else coalesce(error, ${why}::text::jsonb) end
        where id = ${run}::bigint and state in ('queued', 'running')
        returning id, job),
      s as (
        update engine.step set
          state = case step.state when 'running' then step.state else 'cancelled' end,
          ended_at = case step.state when 'running' then null else clock_timestamp() end,
          error = case step.state when 'running' then step.error else ${why}::text::jsonb end,
          stop = case step.state when 'running' then coalesce(step.stop, ${why}::text::jsonb) end
        from r where step.run = r.id and step.state in ('waiting', 'queued', 'running')
        returning step.run, step.step, step.asset, step.partition, step.state),
      f as (
        insert into engine.fact (kind, name, partition, run, step, state, data)
        select 'step', asset, partition, run, step, state, null from s where state = 'cancelled'
        union all
        select 'run', job, null, id, null, ${state}, jsonb_build_object('error', ${error.message}::text) from r)
      select job from r`;
  if (ended === undefined) return false;
  if (ended.job !== null) await admit(tx, ended.job);
  await tx`select pg_notify('aurora', 'fact'), pg_notify('aurora', 'step')`;
  return true;
}

/** Ends one step: at once if nobody runs it, else when its worker hears of it. */
export async function cancelStep(
  sql: Sql,
  at: { readonly run: string; readonly step: number },
  by: string,
): Promise<boolean> {
  if (!/^\d{1,18}$/.test(at.run)) return false;
  return await retried(() => sql.begin((tx) => stopStep(tx, at, plain(`Cancelled by ${by}`))));
}

type StoppedRow = Omit<EndedRow, "version"> & { readonly state: "running" | "cancelled" };

async function stopStep(
  tx: Transaction,
  { run, step }: { readonly run: string; readonly step: number },
  error: StepError,
): Promise<boolean> {
  const why = jsonText(error);
  const [of] = await tx<{ job: string | null }[]>`
    select job from engine.run where id = ${run}::bigint for no key update`;
  const [row] = await tx<StoppedRow[]>`
    update engine.step set
      state = case state when 'running' then state else 'cancelled' end,
      ended_at = case state when 'running' then null else clock_timestamp() end,
      error = case state when 'running' then error else ${why}::text::jsonb end,
      stop = case state when 'running' then ${why}::text::jsonb end
    where run = ${run}::bigint and step = ${step} and state in ('waiting', 'queued', 'running') and stop is null
    returning run::text, step, asset, partition, state`;
  if (row === undefined) return false;
  if (row.state === "running") return true;
  await tell(tx, [{ ...row }, ...await endStep(tx, row, error, "cancelled")]);
  if (of!.job !== null) await admit(tx, of!.job);
  return true;
}

/** Ends runs that took longer than they may. */
export async function expire(sql: Sql): Promise<readonly string[]> {
  const due = await sql<{ run: string; ms: number }[]>`
    select id::text as run, timeout_ms::float8 as ms from engine.run r
    where state = 'running' and due_at <= clock_timestamp() order by due_at limit 1000`;
  const ended: string[] = [];
  for (const { run, ms } of due) {
    const error = plain(`The run took longer than its timeout of ${durationText(ms)}`);
    if (await retried(() => sql.begin((tx) => endRun(tx, run, error, true)))) ended.push(run);
  }
  return ended;
}

/** Attempts of the worker that must stop: cancelled ones, or lost to somebody else. */
export async function revoked(sql: Sql, worker: string): Promise<readonly Revoked[]> {
  return await sql<Revoked[]>`
    select run::text, step, attempt, stop->>'message' as reason from engine.step
    where worker = ${worker}::bigint and state = 'running' and stop is not null
    union all
    select run::text, step, attempt, coalesce(error->>'message', 'It was taken from the worker')
    from engine.attempt
    where worker = ${worker}::bigint and state = 'lost' and ended_at > now() - interval '10 minutes'`;
}
