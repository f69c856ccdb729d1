-- Attempts that ask for another try, steps and runs that are stopped, and runs that are run again.
alter table engine.attempt drop constraint attempt_state_check;
alter table engine.attempt add constraint attempt_state_check
  check (state in ('success', 'failed', 'lost', 'cancelled', 'postponed'));

alter table engine.run
  -- null: as long as it takes
  add column timeout_ms bigint,
  -- when its time is over; counted from its admission
  add column due_at timestamptz,
  add column timed_out boolean not null default false,
  -- the run that it runs again
  add column parent bigint;
create index run_due on engine.run (due_at) where state = 'running' and due_at is not null;
create index run_again on engine.run (parent) where parent is not null;

-- Why a running step has to stop: its worker hears of it, and whatever it says ends the step.
alter table engine.step add column stop jsonb;
update engine.step s set stop = coalesce(r.error, '{"message": "The run was cancelled", "causes": [], "stack": null}')
from engine.run r where r.id = s.run and r.state = 'cancelled' and s.state = 'running';

-- A success that comes after the stop publishes nothing: it meets no row, as one that is fenced off. Put into the
-- function as it stands instead of a copy of it. A trigger on the steps did the same and locked every row a second time.
do $do$
declare
  before text := $q$and s.state = 'running' and g.id = d.run$q$;
  def text := pg_get_functiondef('engine.publish(jsonb, bigint, text[], int, boolean)'::regprocedure);
begin
  if strpos(def, before) = 0 then
    raise exception 'Cannot let engine.publish refuse stopped steps: it has no "%"', before;
  end if;
  execute replace(def, before, $q$and s.state = 'running' and s.stop is null and g.id = d.run$q$);
end $do$;

-- Versions that a step has to read instead of the visible ones. Beside the steps: nearly none has any.
create table engine.pin (
  run bigint not null references engine.run on delete cascade,
  step int not null,
  inputs jsonb not null,
  primary key (run, step)
);
