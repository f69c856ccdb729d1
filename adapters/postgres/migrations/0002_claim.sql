-- Claiming walks the index of queued steps in its order and stops when there is enough. The planner, which takes the queue
-- for short, would read and sort all of it each time: 1.9 ms with 700 queued steps and rising, against 0.4 ms in order
-- (bench/fan_out_1000.ts). Settings belong to a function, since a pooler forgets those of a connection.
create function engine.claim(me bigint, takes text[], room int)
returns table (
  run text, step int, asset text, partition text, attempt int, version bigint, reason text, failures int,
  "startedAt" timestamptz
)
language plpgsql
set enable_bitmapscan = off
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
  with c as (
    select s.run, s.step, s.asset, s.partition from engine.step s
    where s.state = 'queued' and s.queue = any(takes)
      and exists (select 1 from engine.worker w where w.id = me and w.gone_at is null)
      and (s.not_before is null or s.not_before <= clock_timestamp())
      and not exists (select 1 from engine.step o
        where o.state = 'running' and o.asset = s.asset and o.partition = s.partition)
    order by s.priority, s.run, s.step
    limit room for update of s skip locked),
  d as (select distinct on (asset, partition) run, step from c order by asset, partition, run, step),
  u as (
    update engine.step s set state = 'running', worker = me, attempt = s.attempt + 1,
      version = nextval('engine.version_seq'), started_at = clock_timestamp(), ended_at = null
    from d where s.run = d.run and s.step = d.step
    returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.reason, s.started_at, s.priority),
  b as (select run, min(started_at) as started_at from u group by run),
  r as (
    update engine.run set started_at = b.started_at
    from b where id = b.run and run.started_at is null),
  f as (
    insert into engine.fact (kind, name, partition, run, step, state)
    select 'step', asset, partition, run, step, 'running' from u),
  told as (select pg_notify('aurora', 'fact') where exists (select 1 from u))
  select u.run::text, u.step, u.asset, u.partition, u.attempt, u.version, u.reason,
    case when u.attempt = 1 then 0 else (select count(*)::int from engine.attempt a
      where a.run = u.run and a.step = u.step and a.state = 'failed') end, u.started_at
  from u left join told on true order by u.priority, u.run, u.step;
end $$;
