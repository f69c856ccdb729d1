/**
 * How much there is to do, and how much of everything is taken, in a few statements over small or partial indexes.
 *
 * @module
 */
import type {
  AlertLoad,
  ConnectionLoad,
  CrewLoad,
  Load,
  OutboxLoad,
  PoolLoad,
  QueueLoad,
  Reported,
  RunLoad,
} from "engine";
import type { Sql } from "../connect.ts";

/** Reads all of it; the statements run side by side, as far as the pool has connections. */
export async function load(sql: Sql): Promise<Load> {
  const [queues, runs, pools, outbox, [crew], connections, [limit], alerts] = await Promise.all([
    sql<QueueLoad[]>`
      select queue, state, count(*)::int as steps,
        greatest(0, extract(epoch from clock_timestamp() - min(case state when 'running' then started_at
          else greatest(coalesce(not_before, ready_at), ready_at) end)))::float8 as oldest
      from engine.step where state = 'queued' or state = 'running' group by queue, state order by 1, 2`,
    sql<RunLoad[]>`
      select coalesce(job, '') as job, state, count(*)::int as runs,
        greatest(0, extract(epoch from clock_timestamp() - min(case state when 'running'
          then coalesce(started_at, created_at) else created_at end)))::float8 as oldest
      from engine.run where state in ('queued', 'running') group by 1, 2 order by 1, 2`,
    poolsOf(sql),
    sql<OutboxLoad[]>`
      select topic, count(*) filter (where refused_at is null)::int as unsent,
        count(refused_at)::int as refused,
        greatest(0, coalesce(extract(epoch from clock_timestamp()
          - min(created_at) filter (where refused_at is null)), 0))::float8 as oldest
      from engine.outbox where sent_at is null group by topic order by topic`,
    sql<CrewLoad[]>`
      select count(*)::int as workers, coalesce(sum(slots), 0)::int as slots,
        (select count(*)::int from engine.step where state = 'running') as taken
      from engine.worker where gone_at is null`,
    sql<ConnectionLoad[]>`
      select coalesce(state, 'unknown') as state, count(*)::int as connections
      from pg_stat_activity where datname = current_database() group by 1 order by 1`,
    sql<{ connections: number }[]>`
      select current_setting('max_connections')::int as connections`,
    sql<AlertLoad[]>`
      select kind, severity, count(*)::int as alerts from engine.alert where resolved_at is null
      group by 1, 2 order by 1, 2`,
  ]);
  return {
    queues,
    runs,
    pools,
    outbox,
    crew: crew!,
    connections,
    connectionLimit: limit!.connections,
    alerts,
  };
}

const poolsOf = (sql: Sql) =>
  sql<PoolLoad[]>`
    select p.name as pool, p.slots,
      (select coalesce(sum((s.pools->>p.name)::int), 0)::int from engine.step s
        where s.state = 'running' and s.pools <> '{}'::jsonb and s.pools ? p.name) as taken,
      (select count(*)::int from engine.step s
        where s.state = 'queued' and s.not_before is null and s.pools <> '{}'::jsonb and s.pools ? p.name) as waiting
    from engine.pool p order by p.name`;

/** Numbers and truth values (0, 1) in the metadata of the newest slice of each asset: of its last key, as text sorts. */
export async function reported(sql: Sql, assets: readonly string[]): Promise<readonly Reported[]> {
  if (assets.length === 0) return [];
  return await sql<Reported[]>`
    select a.asset, e.key,
      (case jsonb_typeof(e.value) when 'boolean' then (e.value::boolean)::int::float8 else e.value::float8 end) as value
    from unnest(${assets as string[]}::text[]) a(asset), lateral (
      select m.metadata from engine.visible v join engine.materialization m on m.version = v.version
      where v.asset = a.asset order by v.partition desc limit 1) m, jsonb_each(m.metadata) e
    where jsonb_typeof(e.value) in ('number', 'boolean') order by 1, 2`;
}
