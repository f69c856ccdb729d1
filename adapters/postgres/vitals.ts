/** What servers share and can run short of, as the database knows it. @module */
import type { Queued, SharedVitals } from "engine";
import type { Sql } from "./connect.ts";

interface Row {
  readonly waiting: number;
  readonly oldest: Date | null;
  readonly used: number;
  readonly most: number;
  readonly unsent: number;
  readonly firstUnsent: Date | null;
  readonly refused: number;
  readonly firstRefused: Date | null;
}

/**
 * Measures queue, full pools, connections of the whole server and, if something relays them, the events that are not sent or refused.
 * Two queries by indexes of what waits.
 */
export async function sharedVitals(
  sql: Sql,
  { relays }: { readonly relays: boolean },
): Promise<SharedVitals> {
  const [[row], pools] = await Promise.all([measured(sql), starved(sql)]);
  const { waiting, oldest, used, most, unsent, firstUnsent, refused, firstRefused } = row!;
  return {
    queue: { waiting, oldest },
    pools: [...pools],
    connections: { used, most },
    outbox: relays ? { waiting: unsent, oldest: firstUnsent } : null,
    refused: relays ? { waiting: refused, oldest: firstRefused } : null,
  };
}

const measured = (sql: Sql) =>
  sql<Row[]>`
    with full_pool as (
      select p.name from engine.pool p where p.slots <= (
        select coalesce(sum((s.pools->>p.name)::int), 0) from engine.step s
        where s.state = 'running' and s.pools ? p.name)),
    waits as (
      select s.ready_at from engine.step s join engine.run r on r.id = s.run
      where s.state = 'queued' and s.not_before is null and r.state = 'running'
        and not exists (select 1 from full_pool f where s.pools ? f.name)),
    unsent as (
      select count(*) filter (where refused_at is null)::int as n,
        min(created_at) filter (where refused_at is null) as at,
        count(refused_at)::int as refused, min(refused_at) as refused_at
      from engine.outbox where sent_at is null)
    select (select count(*)::int from waits) as waiting, (select min(ready_at) from waits) as oldest,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
      unsent.n as unsent, unsent.at as "firstUnsent",
      unsent.refused, unsent.refused_at as "firstRefused"
    from unsent`;

const starved = (sql: Sql) =>
  sql<(Queued & { readonly name: string; readonly slots: number })[]>`
    select p.name, p.slots, count(*)::int as waiting, min(s.ready_at) as oldest
    from engine.pool p join engine.step s on s.state = 'queued' and s.not_before is null and s.pools ? p.name
    where p.slots < (s.pools->>p.name)::int + (
      select coalesce(sum((t.pools->>p.name)::int), 0) from engine.step t
      where t.state = 'running' and t.pools ? p.name)
    group by p.name, p.slots order by p.name`;
