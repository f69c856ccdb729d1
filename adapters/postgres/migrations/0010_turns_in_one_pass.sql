-- The turns of steps that become ready were joined to them by run and step: each of 10,000 was compared with each, 20 s
-- (bench/fan_out_10000.ts). Counted where they are, in the function as it stands.
do $do$
declare
  def text := pg_get_functiondef('engine.publish(jsonb, bigint, text[], int, boolean)'::regprocedure);
  first int := strpos(def, '      t as (');
  last int := strpos(def, '      u as (');
begin
  if first = 0 or last < first then
    raise exception 'Cannot count turns in one pass: engine.publish has no part "t" before "u"';
  end if;
  execute left(def, first - 1) || $q$      t as (
        select y.run, y.step, y.needs_left, y.ready, y.lap + y.n as lap,
          y.free and not exists (select 1 from h
            where h.run = y.run and h.lane = y.lane and h.priority = y.priority
              and (h.of, h.lap) <= (y.priority, coalesce(y.first, y.lap + 1) + y.n - 1)) as handed_on
        from (
          select w.run, w.step, w.lane, w.priority, w.needs_left, w.ready, w.free, l.lap, l.first,
            row_number() over (partition by w.ready, w.run, w.lane, w.priority order by w.step) as n
          from w left join l on w.ready and l.run = w.run and l.lane = w.lane and l.priority = w.priority) y),
$q$ || substr(def, last);
end $do$;

-- Settings cost a function of a statement as much as the statement: these two take those of who calls them, and what
-- calls them walks indexes too.
alter function engine.lap(bigint, text, int) reset all;
alter function engine.lanes(text[], text) reset all;
alter function engine.publish(jsonb, bigint, text[], int, boolean) set enable_seqscan = off;
alter function engine.publish(jsonb, bigint, text[], int, boolean) set enable_bitmapscan = off;
