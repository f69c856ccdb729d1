-- Publishing versions as one statement, and in the same transaction, if there is room and the worker knows of a queue, the
-- next steps of it: one commit a batch instead of two, of which each waits for those of all other workers, since facts
-- are numbered in commit order.
create function engine.publish(done jsonb, me bigint, takes text[], room int, more boolean)
returns table (
  what text, run text, step int, asset text, partition text, attempt int, version bigint, failures int, reason text,
  "startedAt" timestamptz, job text
)
language plpgsql
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  handed int := 0;
begin
  for what, run, step, asset, partition, attempt, version, failures, reason, "startedAt", job in
      with d as (
        select * from jsonb_to_recordset(done)
          as x(run bigint, step int, attempt int, code text, config text, data_version text, inputs jsonb,
            metadata jsonb, value jsonb, checks jsonb, events jsonb)),
      -- Runs are locked before their steps, here and wherever a run ends: a cancel comes before or after, never between.
      g as (
        select id from engine.run where id in (select run from d) and state = 'running' order by id
        for no key update),
      f as (
        update engine.step s set state = 'success', ended_at = clock_timestamp(), error = null
        from d, g
        where s.run = d.run and s.step = d.step and s.worker = me and s.attempt = d.attempt
          and s.state = 'running' and g.id = d.run
        returning s.run, s.step, s.attempt, s.asset, s.partition, s.version, s.worker, s.ready_at, s.started_at,
          s.ended_at),
      a as (
        insert into engine.attempt (run, step, attempt, state, version, worker, ready_at, started_at, ended_at)
        select run, step, attempt, 'success', version, worker, ready_at, started_at, ended_at from f),
      m as (
        insert into engine.materialization (version, asset, partition, at, run, step, duration_ms, code, config,
          data_version, inputs, metadata, value, published)
        select f.version, f.asset, f.partition, f.ended_at, f.run, f.step,
          extract(epoch from f.ended_at - f.started_at) * 1000, d.code, d.config, d.data_version, d.inputs,
          d.metadata, coalesce(d.value, 'null'), true
        from f join d using (run, step)),
      v as (
        insert into engine.visible as v (asset, partition, version)
        select distinct on (asset, partition) asset, partition, version from f
        order by asset, partition, version desc
        on conflict (asset, partition) do update set version = excluded.version
        where excluded.version > v.version),
      c as (
        insert into engine.check_result (version, asset, partition, name, severity, blocking, passed, reason,
          metadata, run)
        select f.version, f.asset, f.partition, c.check, c.severity, c.blocking, c.passed, c.reason, c.metadata, f.run
        from f join d using (run, step), jsonb_to_recordset(d.checks)
          as c("check" text, severity text, blocking boolean, passed boolean, reason text, metadata jsonb)),
      o as (
        insert into engine.outbox (topic, key, event_id, schema_version, run, payload)
        -- The digest with the marks of a UUID version 8 (RFC 9562): strict readers refuse any other bytes.
        select e.value->>'topic', e.value->>'key',
          overlay(overlay(md5((select id from engine.identity) || '/' || f.version || '/' || e.n)
            placing '8' from 13) placing '8' from 17)::uuid,
          coalesce((e.value->>'schemaVersion')::int, 1), f.run::text, e.value->'payload'
        from f join d using (run, step), jsonb_array_elements(d.events) with ordinality as e(value, n)
        order by f.version, e.n
        returning 1),
      n as (
        select e.run, e.dst, count(*)::int as k, row_number() over (order by e.run, e.dst) as place
        from f join engine.edge e on e.run = f.run and e.src = f.step group by e.run, e.dst),
      -- Locked in one order, so that two batches that release the same steps wait for each other and never in a circle.
      w as (
        select s.run, s.step, s.needs_left - n.k as needs_left, s.state = 'waiting' and s.needs_left = n.k as ready,
          n.place <= room and s.queue = any(takes) and s.pools = '{}'
            and not exists (select 1 from engine.step o
              where o.state = 'running' and o.asset = s.asset and o.partition = s.partition) as mine
        from n join engine.step s on s.run = n.run and s.step = n.dst
        order by s.run, s.step for update of s),
      u as (
        update engine.step s set needs_left = w.needs_left,
          state = case when not w.ready then s.state when w.mine then 'running' else 'queued' end,
          ready_at = case when w.ready then clock_timestamp() else s.ready_at end,
          started_at = case when w.ready and w.mine then clock_timestamp() else s.started_at end,
          worker = case when w.ready and w.mine then me else s.worker end,
          attempt = case when w.ready and w.mine then s.attempt + 1 else s.attempt end,
          version = case when w.ready and w.mine then nextval('engine.version_seq') else s.version end
        from w where s.run = w.run and s.step = w.step
        returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.reason, s.started_at, s.state),
      r as (
        update engine.run set steps_left = steps_left - q.k,
          state = case when steps_left > q.k then state else coalesce(worst, 'success') end,
          ended_at = case when steps_left = q.k then clock_timestamp() end
        from (select run, count(*)::int as k from f group by run) q
        where run.id = q.run
        returning run.id, run.job, run.state),
      x as (
        insert into engine.fact (kind, name, partition, run, step, state, data)
        select 'step', asset, partition, run, step, 'success', null::jsonb from f
        union all
        select 'materialized', asset, partition, run, step, null, jsonb_build_object('version', version::text) from f
        union all
        select 'step', asset, partition, run, step, 'running', null from u where state = 'running'
        union all
        select 'run', job, null, id, null, state, null from r where state <> 'running'),
      z as (
        select pg_notify('aurora', 'fact'),
          case when exists (select 1 from u where state = 'queued') then pg_notify('aurora', 'step') end,
          case when exists (select 1 from o) then pg_notify('aurora', 'outbox') end)
      select 'done' as what, run::text, step, asset, partition, attempt, version, 0 as failures, '' as reason,
        started_at as "startedAt", null as job from f
      union all
      select 'next', run::text, step, asset, partition, attempt, version, 0, reason, started_at, null
        from u where state = 'running'
      union all
      select 'ended', id::text, 0, '', '', 0, 0, 0, '', null, job from r where state <> 'running' and job is not null
      union all
      select 'told', '', 0, '', '', 0, 0, 0, '', null, null from z
  loop
    if what = 'next' then handed := handed + 1; end if;
    return next;
  end loop;
  if more and handed < room then
    return query
      select 'next', c.run, c.step, c.asset, c.partition, c.attempt, c.version, c.failures, c.reason, c."startedAt",
        null::text
      from engine.claim(me, takes, room - handed) c;
  end if;
end $$;
