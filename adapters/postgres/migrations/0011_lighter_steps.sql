-- What a step costs the database, less (bench/fan_out_1000.ts, bench/fan_out_10000.ts; decision 012).

-- The lane is said by who writes it: as a generated column its expression was read anew for each statement on steps.
create function engine.lane_of(queue text, pools jsonb, code text) returns text language sql immutable as $$
  select queue || chr(31) || case when pools = '{}'::jsonb then '' else pools::text end || chr(31) || coalesce(code, '')
$$;
alter table engine.step alter column lane drop expression;

-- What belongs to a run is written with it or under its lock, never to one that is gone; so a reference had nothing to
-- find, and looked for it row by row. What it did when a run goes is done once for all runs that go.
alter table engine.step drop constraint step_run_fkey;
alter table engine.edge drop constraint edge_run_fkey;
alter table engine.attempt drop constraint attempt_run_fkey;

-- Which runs have steps of an asset. An index on the steps said it too, and was written again at each change of a step.
create table engine.run_asset (
  asset text not null,
  run bigint not null,
  primary key (asset, run)
);
insert into engine.run_asset select distinct asset, run from engine.step;
create index run_asset_of_run on engine.run_asset (run);
drop index engine.step_of_asset;

-- What runs is found by step_slice_once.
drop index engine.step_in_flight;
create index step_in_wait on engine.step (asset, partition) where state in ('waiting', 'queued');

create function engine.forget_runs() returns trigger language plpgsql as $$
begin
  delete from engine.step where run in (select id from gone);
  delete from engine.edge where run in (select id from gone);
  delete from engine.attempt where run in (select id from gone);
  delete from engine.run_asset where run in (select id from gone);
  return null;
end $$;
create trigger forget_runs after delete on engine.run referencing old table as gone
  for each statement execute function engine.forget_runs();

-- Makes up to `room` queued steps the worker's. Slots are counted from the steps that run, under a lock on the pools;
-- `waits` says whether to wait for it. Whoever has written facts holds the lock on their order and must not: who claims
-- takes the pools first and writes facts then.
create or replace function engine.claim(me bigint, takes text[], room int, waits boolean)
returns table (
  run text, step int, asset text, partition text, attempt int, version bigint, reason text, failures int,
  "startedAt" timestamptz
)
language plpgsql
-- In the order of the index until there is enough. The planner, which takes the queue for short, would read and sort all
-- of it each time: 1.9 ms with 700 queued steps and rising, against 0.4 ms in order (bench/fan_out_1000.ts). Settings
-- belong to a function, since a pooler forgets those of a connection.
set enable_bitmapscan = off
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  mine text;
  plain text[];
  pooled text[];
  names text[];
  all_names text[];
  free jsonb := '{}';
  c record;
  slices text[] := '{}';
  slice text;
  runs bigint[] := '{}';
  steps int[] := '{}';
  seen int := 0;
begin
  select w.code into mine from engine.worker w where w.id = me and w.gone_at is null;
  if not found then
    return;
  end if;
  -- What waited for its next try joins those that wait for a slot.
  if exists (select 1 from engine.step where state = 'queued' and not_before <= clock_timestamp()) then
    update engine.step s set not_before = null, lap = engine.lap(s.run, s.lane, s.priority) + 1
    from (
      select run, step from engine.step where state = 'queued' and not_before <= clock_timestamp()
      order by not_before limit 1000 for update skip locked) d
    where s.run = d.run and s.step = d.step;
  end if;

  select array_agg(l) filter (where split_part(l, chr(31), 2) = ''), array_agg(l) filter (where split_part(l, chr(31), 2) <> '')
  into plain, pooled from engine.lanes(takes, mine) l;
  if pooled is not null then
    select array_agg(distinct k) into names
    from unnest(pooled) l, jsonb_object_keys(split_part(l, chr(31), 2)::jsonb) k;
    free := engine.free_slots(names);
    if exists (select 1 from unnest(pooled) l where engine.fits(split_part(l, chr(31), 2)::jsonb, free)) then
      if waits then
        perform 1 from engine.pool where name = any(names) order by name for update;
      else
        all_names := names;
        select array_agg(name) into names from (
          select name from engine.pool where name = any(names) order by name for update skip locked) p;
        -- Somebody claims from them at this moment: whoever hears this looks again, and waits.
        if cardinality(names) is distinct from cardinality(all_names) then
          perform pg_notify('aurora', 'step');
        end if;
      end if;
      free := engine.free_slots(names);
    end if;
    select array_agg(l) into pooled from unnest(pooled) l
    where engine.fits(split_part(l, chr(31), 2)::jsonb, free);
  end if;

  for c in
    select q.run, q.step, q.asset, q.partition, q.pools
    from unnest(coalesce(plain, '{}') || coalesce(pooled, '{}')) l(lane), lateral (
      select s.run, s.step, s.asset, s.partition, s.pools, s.priority, s.lap, s.ready_at from engine.step s
      where s.state = 'queued' and s.not_before is null and s.lane = l.lane
        and not exists (select 1 from engine.step o
          where o.state = 'running' and o.asset = s.asset and o.partition = s.partition)
      order by s.priority, s.lap, s.ready_at, s.run, s.step
      limit room for update of s skip locked) q
    order by q.priority, q.lap, q.ready_at, q.run, q.step
  loop
    seen := seen + 1;
    continue when cardinality(steps) = room;
    slice := c.asset || chr(10) || c.partition;
    continue when slice = any(slices);
    if c.pools <> '{}'::jsonb then
      continue when not engine.fits(c.pools, free);
      free := free || (select jsonb_object_agg(n.key, (free->>n.key)::int - n.value::int) from jsonb_each_text(c.pools) n);
    end if;
    slices := slices || slice;
    runs := runs || c.run;
    steps := steps || c.step;
  end loop;
  if cardinality(steps) = 0 then
    return;
  end if;
  -- Others passed over what was locked here and not taken.
  if seen > cardinality(steps) then
    perform pg_notify('aurora', 'step');
  end if;
  return query
  with u as (
    update engine.step s set state = 'running', worker = me, attempt = s.attempt + 1,
      version = nextval('engine.version_seq'), started_at = clock_timestamp(), ended_at = null
    from unnest(runs, steps) with ordinality d(run, step, n) where s.run = d.run and s.step = d.step
    returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.reason, s.started_at, d.n),
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
  from u left join told on true order by u.n;
end $$;

create or replace function engine.publish(done jsonb, me bigint, takes text[], room int, more boolean)
returns table (
  what text, run text, step int, asset text, partition text, attempt int, version bigint, failures int, reason text,
  "startedAt" timestamptz, job text
)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
  handed int := 0;
  mine text := (select w.code from engine.worker w where w.id = me);
begin
  -- Runs are locked before their steps, here and wherever a run ends: a cancel comes before or after, never between. In a
  -- statement of its own, since one that has waited for a row begins all of its parts anew to look at it again.
  perform 1 from engine.run r
  where r.id in (select (e->>'run')::bigint from jsonb_array_elements(done) e) and r.state = 'running'
  order by r.id for no key update;
  for what, run, step, asset, partition, attempt, version, failures, reason, "startedAt", job in
      with d as (
        select * from jsonb_to_recordset(done)
          as x(run bigint, step int, attempt int, code text, config text, data_version text, inputs jsonb,
            metadata jsonb, value jsonb, checks jsonb, events jsonb)),
      g as (
        select id from engine.run where id in (select run from d) and state = 'running'),
      f as (
        update engine.step s set state = 'success', ended_at = clock_timestamp(), error = null
        from d, g
        where s.run = d.run and s.step = d.step and s.worker = me and s.attempt = d.attempt
          and s.state = 'running' and s.stop is null and g.id = d.run
        returning s.run, s.step, s.attempt, s.asset, s.partition, s.version, s.worker, s.ready_at, s.started_at,
          s.ended_at, s.pools),
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
        select s.run, s.step, s.lane, s.priority, s.needs_left - n.k as needs_left,
          s.state = 'waiting' and s.needs_left = n.k as ready,
          n.place <= room and s.queue = any(takes) and s.pools = '{}' and (mine is null or coalesce(s.code, mine) = mine)
            and not exists (select 1 from engine.step o
              where o.state = 'running' and o.asset = s.asset and o.partition = s.partition) as free
        from n join engine.step s on s.run = n.run and s.step = n.dst
        order by s.run, s.step for update of s),
      l as materialized (
        select run, lane, priority, engine.lap(run, lane, priority) as lap,
          (select q.lap from engine.step q where q.state = 'queued' and q.not_before is null and q.run = w.run
            and q.lane = w.lane and q.priority = w.priority order by q.lap limit 1) as first
        from w where ready group by run, lane, priority),
      -- The first step of another run, looked for no further than would matter.
      h as materialized (
        select distinct on (l.run, l.lane, l.priority) l.run, l.lane, l.priority, q.priority as of, q.lap
        from l, engine.lanes(takes, mine) t, lateral (
          select s.priority, s.lap from engine.step s
          where s.state = 'queued' and s.not_before is null and s.lane = t and s.run <> l.run
            and (s.priority, s.lap) <= (l.priority, coalesce(l.first, l.lap + 1) + room)
          order by s.priority, s.lap limit 1) q
        order by l.run, l.lane, l.priority, q.priority, q.lap),
      -- Handed to the worker unless another run has its turn before.
      t as (
        select y.run, y.step, y.needs_left, y.ready, y.lap + y.n as lap,
          y.free and not exists (select 1 from h
            where h.run = y.run and h.lane = y.lane and h.priority = y.priority
              and (h.of, h.lap) <= (y.priority, coalesce(y.first, y.lap + 1) + y.n - 1)) as handed_on
        from (
          select w.run, w.step, w.lane, w.priority, w.needs_left, w.ready, w.free, l.lap, l.first,
            row_number() over (partition by w.ready, w.run, w.lane, w.priority order by w.step) as n
          from w left join l on w.ready and l.run = w.run and l.lane = w.lane and l.priority = w.priority) y),
      u as (
        update engine.step s set needs_left = t.needs_left, lap = coalesce(t.lap, s.lap),
          state = case when not t.ready then s.state when t.handed_on then 'running' else 'queued' end,
          ready_at = case when t.ready then clock_timestamp() else s.ready_at end,
          started_at = case when t.ready and t.handed_on then clock_timestamp() else s.started_at end,
          worker = case when t.ready and t.handed_on then me else s.worker end,
          attempt = case when t.ready and t.handed_on then s.attempt + 1 else s.attempt end,
          version = case when t.ready and t.handed_on then nextval('engine.version_seq') else s.version end
        from t where s.run = t.run and s.step = t.step
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
          case when exists (select 1 from u where state = 'queued') or exists (select 1 from f where pools <> '{}')
            then pg_notify('aurora', 'step') end,
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
      from engine.claim(me, takes, room - handed, false) c;
  end if;
end $$;

-- Lets queued runs begin, oldest first, as far as their job allows: `every` those of all jobs, else those of `of_job`, and of
-- runs without a job `one_run`. One admission at a time, so that two never take the same place.
create function engine.admit(every boolean, of_job text, one_run bigint) returns void language plpgsql as $$
declare
  moment timestamptz := clock_timestamp();
begin
  if every or of_job is not null then
    perform pg_advisory_xact_lock(hashtextextended('aurora admit', 0));
  end if;
  with c as (
    select id, max_active, job,
      row_number() over (partition by job order by id) as place,
      (select count(*) from engine.run a where a.job = r.job and a.state = 'running') as active
    from engine.run r
    where state = 'queued' and (every or case when of_job is null then id = one_run else job = of_job end)),
  r as (
    update engine.run set state = 'running', due_at = moment + timeout_ms * interval '1 millisecond'
    from c
    where engine.run.id = c.id and engine.run.state = 'queued'
      and (c.max_active is null or c.job is null or c.place + c.active <= c.max_active)
    returning engine.run.id, engine.run.job),
  w as (
    select s.run, s.step, s.lane, s.priority from r join engine.step s on s.run = r.id
    where s.state = 'waiting' and s.needs_left = 0),
  l as materialized (
    select run, lane, priority, engine.lap(run, lane, priority) as lap from w group by run, lane, priority),
  t as (
    select w.run, w.step, l.lap + row_number() over (partition by w.run, w.lane, w.priority order by w.step) as lap
    from w join l using (run, lane, priority)),
  s as (
    update engine.step set state = 'queued', ready_at = moment, lap = t.lap
    from t where step.run = t.run and step.step = t.step
    returning 1)
  insert into engine.fact (kind, run, state, name) select 'run', id, 'running', job from r;
end $$;

-- Remembers a run with its steps and edges, or finds the one with the same key: one trip however many steps it has.
create function engine.submit(asked jsonb, assets text[], partitions text[], needs int[], reasons text[], queues text[],
  priorities int[], pools text[], retries text[], sources int[], targets int[], pins jsonb)
returns table (run text, steps int, created boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  id_made bigint;
  many int := cardinality(assets);
  of_job text := asked->>'job';
  planned_code text := asked->>'code';
begin
  insert into engine.run (key, job, max_active, title, partition, trigger, by_name, reason, priority, timeout_ms, parent,
    state, steps_left, code, ended_at)
  values (asked->>'key', of_job, (asked->>'maxActive')::int, asked->>'title', asked->>'partition', asked->>'trigger',
    asked->>'by', asked->>'reason', (asked->>'priority')::int, (asked->>'timeoutMs')::bigint,
    (asked->>'parent')::bigint, case when many = 0 then 'success' else 'queued' end, many, planned_code,
    case when many = 0 then clock_timestamp() end)
  on conflict (key) do nothing
  returning id into id_made;
  if id_made is null then
    return query
      select r.id::text, (select count(*)::int from engine.step s where s.run = r.id), false
      from engine.run r where r.key = asked->>'key';
    return;
  end if;
  if many > 0 then
    insert into engine.step (run, step, asset, partition, state, needs_left, reason, queue, priority, step_priority,
      pools, retry, code, lane)
    select id_made, t.n - 1, t.asset, t.partition, 'waiting', t.needs, t.reason, t.queue,
      t.priority + (asked->>'priority')::int, t.priority, t.pools::jsonb, t.retry::jsonb, planned_code,
      engine.lane_of(t.queue, t.pools::jsonb, planned_code)
    from unnest(assets, partitions, needs, reasons, queues, priorities, pools, retries)
      with ordinality as t(asset, partition, needs, reason, queue, priority, pools, retry, n);
    insert into engine.run_asset (asset, run) select distinct asset, id_made from unnest(assets) as t(asset);
    if pins is not null then
      insert into engine.pin (run, step, inputs)
      select id_made, t.step, t.inputs from jsonb_to_recordset(pins) as t(step int, inputs jsonb);
    end if;
    if cardinality(sources) > 0 then
      insert into engine.edge (run, src, dst)
      select id_made, t.src, t.dst from unnest(sources, targets) as t(src, dst);
    end if;
  end if;
  insert into engine.fact (kind, run, state, name)
  values ('run', id_made, case when many = 0 then 'success' else 'queued' end, of_job);
  if many > 0 then
    perform engine.admit(false, of_job, id_made);
  end if;
  perform pg_notify('aurora', 'step'), pg_notify('aurora', 'fact');
  return query select id_made::text, many, true;
end $$;
