import { jsonText } from "./json_text.ts";
import type { Claimed, StepError } from "engine";
import type { Sql, Transaction } from "../connect.ts";
import { retried } from "./retried.ts";
import { admit } from "./submit.ts";

/** Ends a run: what waits is cancelled at once, what runs when its worker hears of it. */
export async function cancel(sql: Sql, run: string, by: string): Promise<boolean> {
  const error = { message: `The run was cancelled by ${by}`, causes: [], stack: null };
  return await retried(() => sql.begin((tx) => endRun(tx, run, error)));
}

/** {@link cancel} as part of a larger transaction. */
export async function endRun(tx: Transaction, run: string, error: StepError): Promise<boolean> {
  // Locked by a statement of its own: the next one then sees what the transaction before it did.
  await tx`select 1 from engine.run where id = ${run}::bigint for no key update`;
  const [ended] = await tx<{ job: string | null }[]>`
      with r as (
        update engine.run set state = 'cancelled', ended_at = clock_timestamp(),
          error = ${jsonText(error)}::text::jsonb
        where id = ${run}::bigint and state in ('queued', 'running')
        returning id, job),
      s as (
        update engine.step set state = 'cancelled', ended_at = clock_timestamp(),
          error = ${jsonText(error)}::text::jsonb
        from r where step.run = r.id and step.state in ('waiting', 'queued')
        returning step.run, step.step, step.asset, step.partition),
      f as (
        insert into engine.fact (kind, name, partition, run, step, state)
        select 'step', asset, partition, run, step, 'cancelled' from s
        union all select 'run', job, null, id, null, 'cancelled' from r)
      select job from r`;
  if (ended === undefined) return false;
  if (ended.job !== null) await admit(tx, ended.job);
  await tx`select pg_notify('aurora', 'fact'), pg_notify('aurora', 'step')`;
  return true;
}

/** Attempts of the worker that must stop: of cancelled runs, or lost to somebody else. */
export async function revoked(
  sql: Sql,
  worker: string,
): Promise<readonly Pick<Claimed, "run" | "step" | "attempt">[]> {
  return await sql<{ run: string; step: number; attempt: number }[]>`
    select s.run::text, s.step, s.attempt from engine.step s join engine.run r on r.id = s.run
    where s.worker = ${worker}::bigint and s.state = 'running' and r.state = 'cancelled'
    union all
    select run::text, step, attempt from engine.attempt
    where worker = ${worker}::bigint and state = 'lost' and ended_at > now() - interval '10 minutes'`;
}
