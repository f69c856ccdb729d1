-- What the engine remembers. Facts are append-only and read in commit order; the step table is the queue.
create schema if not exists engine;

create sequence engine.version_seq;

-- Which ledger this is: ids of events are made from it, so that those of a new database are not taken for old ones.
create table engine.identity (id uuid not null default gen_random_uuid());
insert into engine.identity default values;

create table engine.run (
  id bigint generated always as identity primary key,
  key text unique,
  job text,
  -- null: as many as there are
  max_active int,
  title text not null,
  partition text,
  trigger text not null,
  by_name text,
  reason text not null,
  priority int not null,
  state text not null check (state in ('queued', 'running', 'success', 'failed', 'cancelled')),
  steps_left int not null,
  -- the worst that a step came to, which the run will have come to
  worst text check (worst in ('cancelled', 'failed')),
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  error jsonb
) with (fillfactor = 70);
create index run_active on engine.run (job, id) where state in ('queued', 'running');

create table engine.step (
  run bigint not null references engine.run on delete cascade,
  step int not null,
  asset text not null,
  partition text not null,
  state text not null
    check (state in ('waiting', 'queued', 'running', 'success', 'failed', 'skipped', 'cancelled')),
  needs_left int not null,
  reason text not null,
  queue text not null,
  -- of the run and the step together
  priority int not null,
  step_priority int not null,
  pools jsonb not null,
  retry jsonb not null,
  worker bigint,
  attempt int not null default 0,
  lost int not null default 0,
  version bigint,
  not_before timestamptz,
  ready_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  error jsonb,
  primary key (run, step)
) with (fillfactor = 60);
create index step_queued on engine.step (priority, run, step) where state = 'queued';
create index step_of_worker on engine.step (worker) where state = 'running';
-- Two attempts at the same slice never run at once, whichever runs they belong to.
create unique index step_slice_once on engine.step (asset, partition) where state = 'running';
create index step_in_flight on engine.step (asset, partition)
  where state in ('waiting', 'queued', 'running');
create index step_of_asset on engine.step (asset, run desc);

create table engine.edge (
  run bigint not null,
  src int not null,
  dst int not null,
  primary key (run, src, dst),
  foreign key (run) references engine.run on delete cascade
);

-- Attempts that ended; the one that runs is in the step itself.
create table engine.attempt (
  run bigint not null references engine.run on delete cascade,
  step int not null,
  attempt int not null,
  state text not null check (state in ('success', 'failed', 'lost', 'cancelled')),
  version bigint not null,
  worker bigint not null,
  ready_at timestamptz not null,
  started_at timestamptz not null,
  ended_at timestamptz not null default clock_timestamp(),
  error jsonb,
  primary key (run, step, attempt)
);
create index attempt_lost on engine.attempt (worker, ended_at) where state = 'lost';

create table engine.materialization (
  version bigint primary key,
  asset text not null,
  partition text not null,
  at timestamptz not null default clock_timestamp(),
  run bigint not null,
  step int not null,
  duration_ms double precision not null,
  code text not null,
  config text not null,
  data_version text not null,
  inputs jsonb not null,
  metadata jsonb not null,
  value jsonb not null,
  published boolean not null
);
create index materialization_of_asset on engine.materialization (asset, version desc);

-- The one visible version of each slice: readers of versioned tables join it.
create table engine.visible (
  asset text not null,
  partition text not null,
  version bigint not null,
  primary key (asset, partition)
) with (fillfactor = 70);
create unique index visible_version on engine.visible (version);

-- The last attempt that did not succeed, by slice.
create table engine.failure (
  asset text not null,
  partition text not null,
  state text not null,
  at timestamptz not null,
  run bigint not null,
  error jsonb,
  primary key (asset, partition)
);

create table engine.check_result (
  id bigint generated always as identity primary key,
  version bigint not null,
  asset text not null,
  partition text not null,
  name text not null,
  severity text not null,
  blocking boolean not null,
  passed boolean not null,
  reason text,
  metadata jsonb not null,
  run bigint not null,
  at timestamptz not null default clock_timestamp()
);
create index check_latest on engine.check_result (asset, partition, name, id desc);

create table engine.worker (
  id bigint primary key,
  host text not null,
  pid int not null,
  queues text[] not null,
  slots int not null,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  gone_at timestamptz,
  cause text
) with (fillfactor = 50);
create sequence engine.worker_seq as int;

-- Facts are numbered in commit order: whoever inserts any holds a lock from the first number to the end of its
-- transaction, so every transaction writes its facts last. The snapshot's xmin as horizon would need no lock, but it waits
-- for every writing transaction of the server: one long INSERT of an asset held all news back (decision 003).
create table engine.fact (
  seq bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  name text,
  partition text,
  run bigint,
  step int,
  state text,
  data jsonb
) partition by range (at);
create index fact_order on engine.fact (seq);
create function engine.order_facts() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7742, 1);
  return null;
end $$;
create trigger fact_order before insert on engine.fact for each statement execute function engine.order_facts();
create table engine.fact_rest partition of engine.fact default;

create table engine.log (
  id bigint generated always as identity,
  at timestamptz not null,
  run bigint not null,
  step int,
  attempt int,
  level text not null,
  message text not null,
  fields jsonb
) partition by range (at);
create index log_of_run on engine.log (run, id);
create table engine.log_rest partition of engine.log default;

-- Makes the monthly partitions that `since` and the month after it need; harmless to repeat.
create function engine.ensure_months(since timestamptz) returns void language plpgsql as $$
declare
  first timestamptz := date_trunc('month', since, 'UTC');
  month timestamptz;
  name text;
  parent text;
begin
  perform pg_advisory_xact_lock(hashtextextended('aurora months', 0));
  foreach month in array array[first, first + interval '1 month'] loop
    foreach parent in array array['fact', 'log'] loop
      name := format('%s_%s', parent, to_char(month at time zone 'UTC', 'YYYY_MM'));
      if to_regclass('engine.' || name) is null then
        execute format('create table engine.%I partition of engine.%I for values from (%L) to (%L)',
          name, parent, month, month + interval '1 month');
      end if;
    end loop;
  end loop;
end $$;

create table engine.outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  event_id uuid not null unique,
  schema_version int not null,
  run text,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz
);
-- Numbered in commit order like facts, so that the events of a key leave in the order in which they happened.
create trigger outbox_order before insert on engine.outbox for each statement execute function engine.order_facts();
create index outbox_unsent on engine.outbox (id) where sent_at is null;
create index outbox_topic on engine.outbox (topic, id desc);

create table engine.cursor (
  name text primary key,
  value jsonb not null,
  revision int not null,
  at timestamptz not null default clock_timestamp(),
  result text,
  outcome text,
  run bigint
);

create table engine.alert (
  id bigint generated always as identity primary key,
  episode text not null,
  kind text not null,
  severity text not null,
  asset text,
  run bigint,
  title text not null,
  message text not null,
  opened_at timestamptz not null default clock_timestamp(),
  resolved_at timestamptz,
  open_sent text[] not null default '{}',
  resolved_sent text[] not null default '{}'
);
create unique index alert_once on engine.alert (episode) where resolved_at is null;
