-- The W3C traceparent of what asked for a run, so that its steps belong to the same trace. Only while traces are recorded.
create table engine.run_trace (
  run bigint primary key,
  parent text not null
);
create function engine.forget_traces() returns trigger language plpgsql as $$
begin
  delete from engine.run_trace where run in (select id from gone);
  return null;
end $$;
create trigger forget_traces after delete on engine.run referencing old table as gone
  for each statement execute function engine.forget_traces();
