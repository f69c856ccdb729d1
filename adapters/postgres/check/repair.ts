import type { Sql } from "../connect.ts";
import { requeue } from "../ledger/crew.ts";

/** What was repaired, as sentences. */
export type Repaired = readonly string[];

/**
 * Repairs what can be told from what is there without a guess: steps of workers that are gone are queued again, steps
 * whose needs are done are queued, counters are counted again. Anything else is for people.
 */
export async function repair(sql: Sql): Promise<Repaired> {
  return [
    ...await requeueLost(sql),
    ...await changeLanes(sql),
    ...await recountNeeds(sql),
    ...await recountSteps(sql),
  ];
}

async function requeueLost(sql: Sql): Promise<Repaired> {
  const workers = await sql<{ worker: string }[]>`
    select distinct s.worker::text as worker from engine.step s left join engine.worker w on w.id = s.worker
    where s.state = 'running' and s.worker is not null and (w.id is null or w.gone_at is not null)`;
  const said: string[] = [];
  for (const { worker } of workers) {
    const count = await requeue(sql, worker, "it was gone, as db:check found");
    said.push(`queued ${count} steps of worker ${worker} again, which is gone`);
  }
  return said;
}

async function changeLanes(sql: Sql): Promise<Repaired> {
  const { count } = await sql`
    update engine.step set lane = engine.lane_of(queue, pools, code)
    where state in ('waiting', 'queued') and lane <> engine.lane_of(queue, pools, code)`;
  return count === 0 ? [] : [`put ${count} steps into the lane of their queue, pools and code`];
}

/** Runs are locked first, as everywhere: nothing ends while it is counted. */
async function recountNeeds(sql: Sql): Promise<Repaired> {
  const runs = await sql<{ run: bigint }[]>`
    select distinct s.run from engine.step s join engine.run r on r.id = s.run and r.state = 'running'
    where s.state = 'waiting' and s.needs_left is distinct from (
      select count(*) from engine.edge e join engine.step n on n.run = e.run and n.step = e.src
      where e.run = s.run and e.dst = s.step and n.state <> 'success')
    or s.state = 'waiting' and r.state = 'running' and s.needs_left = 0`;
  const said: string[] = [];
  for (const { run } of runs) {
    const { count } = await sql.begin(async (tx) => {
      await tx`select 1 from engine.run where id = ${run} for no key update`;
      const done = await tx`
        with c as (
          select s.run, s.step, s.lane, s.priority, count(n.step) filter (where n.state <> 'success')::int as open
          from engine.step s
          left join engine.edge e on e.run = s.run and e.dst = s.step
          left join engine.step n on n.run = e.run and n.step = e.src
          where s.run = ${run} and s.state = 'waiting' group by s.run, s.step)
        update engine.step s set needs_left = c.open,
          state = case when c.open = 0 then 'queued' else s.state end,
          ready_at = case when c.open = 0 then clock_timestamp() else s.ready_at end,
          lap = case when c.open = 0 then engine.lap(s.run, s.lane, s.priority) + 1 else s.lap end
        from c where s.run = c.run and s.step = c.step and (s.needs_left <> c.open or c.open = 0)`;
      await tx`select pg_notify('aurora', 'step')`;
      return done;
    });
    if (count > 0) said.push(`counted again what ${count} waiting steps of run ${run} need`);
  }
  return said;
}

/** A run of which nothing is open has ended as its worst step did. */
async function recountSteps(sql: Sql): Promise<Repaired> {
  const runs = await sql<{ run: bigint }[]>`
    select r.id as run from engine.run r where r.state = 'running' and (r.steps_left = 0 or r.steps_left <> (
      select count(*) from engine.step s where s.run = r.id and s.state in ('waiting', 'queued', 'running')))`;
  const said: string[] = [];
  for (const { run } of runs) {
    const [row] = await sql.begin(async (tx) => {
      await tx`select 1 from engine.run where id = ${run} for no key update`;
      const rows = await tx<{ left: number; state: string; job: string | null }[]>`
        update engine.run r set steps_left = c.open,
          state = case when c.open > 0 then r.state else coalesce(r.worst, c.worst, 'success') end,
          ended_at = case when c.open > 0 then r.ended_at else clock_timestamp() end
        from (
          select count(*) filter (where state in ('waiting', 'queued', 'running'))::int as open,
            case when bool_or(state = 'failed') then 'failed' when bool_or(state = 'cancelled') then 'cancelled' end
              as worst
          from engine.step where run = ${run}) c
        where r.id = ${run} and r.state = 'running'
        returning r.steps_left as left, r.state, r.job`;
      for (const r of rows.filter((r) => r.state !== "running")) {
        await tx`insert into engine.fact (kind, name, run, state) values ('run', ${r.job}, ${run}, ${r.state})`;
        await tx`select pg_notify('aurora', 'fact')`;
      }
      return rows;
    });
    if (row) {
      said.push(`counted the open steps of run ${run} again: ${row.left}, so it is ${row.state}`);
    }
  }
  return said;
}
