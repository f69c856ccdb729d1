import type { PoolHolder, PoolRecord } from "engine";
import type { Sql } from "../connect.ts";
import { jsonText } from "./json_text.ts";

/** Holders that are told of; a pool may have thousands. */
const MOST_HOLDERS = 50;

interface PoolRow extends Omit<PoolRecord, "holders"> {
  readonly holders: readonly (Omit<PoolHolder, "since"> & { readonly since: string })[] | null;
}

/** Every pool with the steps that have its slots, and how many wait. */
export async function pools(sql: Sql): Promise<readonly PoolRecord[]> {
  const rows = await sql<PoolRow[]>`
    select p.name, p.slots, p.declared, p.by_name as by,
      (select jsonb_agg(h order by h.since) from (
        select s.run::text, s.asset, s.partition, (s.pools->>p.name)::int as slots, s.started_at as since
        from engine.step s where s.state = 'running' and s.pools <> '{}'::jsonb and s.pools ? p.name
        order by s.started_at limit ${MOST_HOLDERS}) h) as holders,
      (select count(*)::int from engine.step s
        where s.state = 'queued' and s.not_before is null and s.pools ? p.name) as waiting
    from engine.pool p order by p.name`;
  return rows.map(({ holders, ...pool }) => ({
    ...pool,
    holders: (holders ?? []).map((h) => ({ ...h, since: new Date(h.since) })),
  }));
}

/** Makes the pools of the code known; what people set stays. */
export async function declarePools(
  sql: Sql,
  slots: { readonly [pool: string]: number },
): Promise<void> {
  if (Object.keys(slots).length === 0) return;
  await sql`
    with p as (
      insert into engine.pool as p (name, slots, declared)
      select key, value::int, value::int from jsonb_each_text(${jsonText(slots)}::text::jsonb)
      order by key
      on conflict (name) do update set declared = excluded.declared, changed_at = clock_timestamp(),
        slots = case when p.by_name is null then excluded.declared else p.slots end
      where p.declared <> excluded.declared
      returning 1)
    select pg_notify('aurora', 'step') where exists (select 1 from p)`;
}

/** Sets how many slots there are, or as declared again. */
export async function setPool(
  sql: Sql,
  name: string,
  slots: number | null,
  by: string,
): Promise<boolean> {
  const [row] = await sql`
    with p as (
      update engine.pool set slots = coalesce(${slots}::int, declared), changed_at = clock_timestamp(),
        by_name = case when ${slots}::int is null then null else ${by} end
      where name = ${name} returning 1)
    select pg_notify('aurora', 'step') from p`;
  return row !== undefined;
}
