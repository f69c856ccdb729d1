-- Pools of slots, versions of code, and turns between runs. A lane is what competes for the same things: a queue, the
-- slots that a step takes, the code that it was planned with. Claiming looks at the head of each lane, so a full pool or a queue without workers costs the others one look,
-- however many steps wait there.
create table engine.pool (
  name text primary key,
  slots int not null check (slots >= 0),
  -- what the code says; followed until somebody sets another number
  declared int not null,
  by_name text,
  changed_at timestamptz not null default clock_timestamp()
);

-- Code that was ever worked with, and when a worker with it joined last: a run may go on with newer code, never older.
create table engine.code (
  version text primary key,
  joined_at timestamptz not null default clock_timestamp()
);
alter table engine.worker add column code text;
alter table engine.run add column code text, add column code_before text;

alter table engine.step
  -- that of the run; null: any worker may run it
  add column code text,
  add column lane text not null generated always as (
    queue || chr(31) || case when pools = '{}'::jsonb then '' else pools::text end || chr(31) || coalesce(code, '')) stored,
  -- Runs take turns: the n-th step that a run has waiting in a lane goes in the n-th lap from the head.
  add column lap bigint not null default 0;

drop index engine.step_queued;
create index step_queued on engine.step (lane, priority, lap, ready_at, run, step)
  where state = 'queued' and not_before is null;
create index step_last_lap on engine.step (run, lane, priority, lap) where state = 'queued' and not_before is null;
create index step_delayed on engine.step (not_before) where state = 'queued' and not_before is not null;
create index step_pooled on engine.step (run, step) where state = 'running' and pools <> '{}'::jsonb;

-- The lap before the one in which the next step of a run has its turn.
create function engine.lap(of_run bigint, of_lane text, of_priority int) returns bigint language sql stable
set enable_bitmapscan = off set enable_seqscan = off as $$
  select greatest(
    coalesce((select lap from engine.step where state = 'queued' and not_before is null and lane = of_lane
      and priority = of_priority order by lap limit 1), 1) - 1,
    coalesce((select lap from engine.step where state = 'queued' and not_before is null and run = of_run
      and lane = of_lane and priority = of_priority order by lap desc limit 1), 0))
$$;

update engine.step s set lap = t.lap from (
  select run, step, row_number() over (partition by run, queue, priority order by step) as lap
  from engine.step where state = 'queued') t
where s.run = t.run and s.step = t.step;

-- The lanes in which steps wait for a worker of some queues and some code: by leaps over the index, not by reading what
-- waits. A worker that does not tell its code takes any.
create function engine.lanes(takes text[], mine text) returns setof text language sql stable
set enable_bitmapscan = off set enable_seqscan = off as $$
  with recursive l(lane) as (
    (select lane from engine.step where state = 'queued' and not_before is null order by lane limit 1)
    union all
    select (select s.lane from engine.step s where s.state = 'queued' and s.not_before is null and s.lane > l.lane
      order by s.lane limit 1)
    from l where l.lane is not null)
  select lane from l where split_part(lane, chr(31), 1) = any(takes) and split_part(lane, chr(31), 3) in ('', coalesce(mine, split_part(lane, chr(31), 3)))
$$;

-- How many slots of each pool are free, and of which it is asked.
create function engine.free_slots(names text[]) returns jsonb language sql stable as $$
  select coalesce(jsonb_object_agg(p.name, p.slots - coalesce(t.taken, 0)), '{}')
  from engine.pool p left join (
    select n.key as name, sum(n.value::int) as taken
    from engine.step s, jsonb_each_text(s.pools) n
    where s.state = 'running' and s.pools <> '{}'::jsonb group by n.key) t on t.name = p.name
  where p.name = any(names)
$$;

create function engine.fits(needs jsonb, free jsonb) returns boolean language sql immutable as $$
  select not exists (select 1 from jsonb_each_text(needs) n
    where coalesce((free->>n.key)::int, 0) < n.value::int)
$$;

drop function engine.claim(bigint, text[], int);

-- Makes up to `room` queued steps the worker's. Slots are counted from the steps that run, under a lock on the pools;
-- `waits` says whether to wait for it. Whoever has written facts holds the lock on their order and must not: who claims
-- takes the pools first and writes facts then.
create function engine.claim(me bigint, takes text[], room int, waits boolean)
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
  update engine.step s set not_before = null, lap = engine.lap(s.run, s.lane, s.priority) + 1
  from (
    select run, step from engine.step where state = 'queued' and not_before <= clock_timestamp()
    order by not_before limit 1000 for update skip locked) d
  where s.run = d.run and s.step = d.step;

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
        select array_agg(name) into names from (
          select name from engine.pool where name = any(names) order by name for update skip locked) p;
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
as $$
#variable_conflict use_column
declare
  handed int := 0;
  mine text := (select w.code from engine.worker w where w.id = me);
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
        select w.run, w.step, w.needs_left, w.ready, y.lap + y.n as lap,
          w.free and not exists (select 1 from h
            where h.run = w.run and h.lane = w.lane and h.priority = w.priority
              and (h.of, h.lap) <= (w.priority, coalesce(y.first, y.lap + 1) + y.n - 1)) as handed_on
        from w left join (
          select x.run, x.step, l.lap, l.first,
            row_number() over (partition by x.run, x.lane, x.priority order by x.step) as n
          from w x join l on l.run = x.run and l.lane = x.lane and l.priority = x.priority where x.ready) y
          on y.run = w.run and y.step = w.step),
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
