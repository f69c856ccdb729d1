import type { Ask, Claimed } from "engine";
import type { Sql } from "../connect.ts";
import { retried } from "./retried.ts";

/** A claimed step as the database gives it. */
export interface ClaimedRow {
  readonly run: string;
  readonly step: number;
  readonly asset: string;
  readonly partition: string;
  readonly attempt: number;
  readonly version: bigint;
  readonly failures: number;
  readonly reason: string;
  readonly startedAt: Date;
}

/** Makes up to `ask.room` queued steps the worker's, in one statement. */
export async function claim(sql: Sql, ask: Ask): Promise<readonly Claimed[]> {
  if (ask.room <= 0) return [];
  return await retried(() => once(sql, ask));
}

async function once(sql: Sql, ask: Ask): Promise<readonly Claimed[]> {
  const rows = await sql<ClaimedRow[]>`
    with c as (
      select s.run, s.step, s.asset, s.partition from engine.step s
      where s.state = 'queued' and s.queue = any(${ask.queues as string[]}::text[])
        and exists (select 1 from engine.worker w where w.id = ${ask.worker}::bigint and w.gone_at is null)
        and (s.not_before is null or s.not_before <= clock_timestamp())
        and not exists (select 1 from engine.step o
          where o.state = 'running' and o.asset = s.asset and o.partition = s.partition)
      order by s.priority, s.run, s.step
      limit ${ask.room} for update of s skip locked),
    d as (select distinct on (asset, partition) run, step from c order by asset, partition, run, step),
    u as (
      update engine.step s set state = 'running', worker = ${ask.worker}::bigint, attempt = s.attempt + 1,
        version = nextval('engine.version_seq'), started_at = clock_timestamp(), ended_at = null
      from d where s.run = d.run and s.step = d.step
      returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.reason, s.started_at, s.priority),
    r as (
      update engine.run set started_at = b.started_at
      from (select run, min(started_at) as started_at from u group by run) b
      where id = b.run and run.started_at is null),
    f as (
      insert into engine.fact (kind, name, partition, run, step, state)
      select 'step', asset, partition, run, step, 'running' from u)
    select run::text, step, asset, partition, attempt, version, reason,
      case when attempt = 1 then 0 else (select count(*)::int from engine.attempt a
        where a.run = u.run and a.step = u.step and a.state = 'failed') end as failures, started_at as "startedAt",
      case when row_number() over () = 1 then pg_notify('aurora', 'fact') end as told
    from u order by priority, u.run, step`;
  return rows.map(claimedOf);
}

/** Without what the row has besides. */
export function claimedOf(row: ClaimedRow): Claimed {
  const { run, step, asset, partition, attempt, version, failures, reason, startedAt } = row;
  return { run, step, asset, partition, attempt, version, failures, reason, startedAt };
}
