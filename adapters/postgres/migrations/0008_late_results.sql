-- What an attempt said after its step had been taken from it: evidence, not state.
create table engine.late_result (
  run bigint not null references engine.run on delete cascade,
  step int not null,
  attempt int not null,
  worker bigint not null,
  at timestamptz not null default clock_timestamp(),
  state text not null check (state in ('success', 'failed')),
  data_version text,
  error jsonb,
  primary key (run, step, attempt)
);

-- Lines of a run are numbered in commit order, so that who follows it from the last line seen misses none: two workers
-- may write for one run at once, and numbers are given before the commit. Other runs do not wait.
create function engine.write_log(lines jsonb) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7743, k) from (
    select distinct hashint8((l->>'run')::bigint) as k from jsonb_array_elements(lines) l order by 1) o;
  insert into engine.log (at, run, step, attempt, level, message, fields)
  select at, run, step, attempt, level, message, nullif(fields, 'null')
  from jsonb_to_recordset(lines)
    as x(at timestamptz, run bigint, step int, attempt int, level text, message text, fields jsonb);
  perform pg_notify('aurora', 'log:' || r) from (select distinct l->>'run' as r from jsonb_array_elements(lines) l) n;
end $$;
