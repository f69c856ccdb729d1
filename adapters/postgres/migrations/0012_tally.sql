-- What is counted of the facts, so that counters outlive the facts and are the same on every server.
create table engine.tally (
  kind text not null,
  name text not null,
  -- a state, the upper bound of a bucket, or a key of metadata
  part text not null,
  count bigint not null,
  total double precision not null,
  primary key (kind, name, part)
) with (fillfactor = 60);

-- The last fact that was counted.
create table engine.tally_place (seq bigint not null);
insert into engine.tally_place values (0);

-- Counts at most `most` facts that were not counted yet, gives how many there were. Bounds of buckets in seconds; `sums`
-- lists what is added up of the metadata: [{"asset": …, "key": …}]. One at a time: the others wait and count what is left.
create function engine.count_facts(bounds double precision[], sums jsonb, most int) returns int language plpgsql as $$
declare
  place bigint;
  last bigint;
  n int;
begin
  select seq into place from engine.tally_place for update;
  select max(f.seq), count(*) into last, n
  from (select seq from engine.fact where seq > place order by seq limit most) f;
  if n = 0 then
    return 0;
  end if;
  insert into engine.tally as t (kind, name, part, count, total)
  with f as materialized (
    select kind, name, run, state, (data->>'version')::bigint as version from engine.fact
    where seq > place and seq <= last and kind in ('run', 'step', 'materialized')
      and (kind = 'materialized' or state in ('success', 'failed', 'cancelled', 'skipped'))),
  r as (
    select coalesce(x.job, f.name, '') as job, f.state,
      greatest(0, extract(epoch from x.ended_at - x.started_at))::float8 as seconds
    from f left join engine.run x on x.id = f.run where f.kind = 'run'),
  m as (
    select f.name, x.duration_ms / 1000 as seconds, x.metadata
    from f join engine.materialization x on x.version = f.version where f.kind = 'materialized')
  select 'run', job, state, count(*), coalesce(sum(seconds), 0) from r group by job, state
  union all
  select 'run_le', job, b.part, count(*), coalesce(sum(seconds), 0)
  from r, lateral (select coalesce(min(u)::text, '+Inf') as part from unnest(bounds) u where u >= r.seconds) b
  where seconds is not null and state <> 'cancelled' group by job, b.part
  union all
  select 'step', name, state, count(*), 0 from f where kind = 'step' group by name, state
  union all
  select 'made', name, '', count(*), sum(seconds) from m group by name
  union all
  select 'sum', m.name, s.key, count(*), sum((m.metadata->>s.key)::float8)
  from m join jsonb_to_recordset(sums) as s(asset text, key text) on s.asset = m.name
  where jsonb_typeof(m.metadata->s.key) = 'number' group by m.name, s.key
  on conflict (kind, name, part) do update
    set count = t.count + excluded.count, total = t.total + excluded.total;
  update engine.tally_place set seq = last;
  return n;
end $$;
