-- Backfills: one row each and one for each of their runs. The partitions are ranges in a text, never a row each.
create table engine.backfill (
  id bigint generated always as identity primary key,
  key text not null,
  -- whether the key is taken for ever; else only until the backfill has ended
  once boolean not null,
  title text not null,
  trigger text not null,
  by_name text,
  reason text not null,
  definition jsonb not null,
  slices jsonb not null,
  total int not null,
  runs int not null,
  -- partitions to a run; null is a single run
  chunk int,
  reverse boolean not null,
  concurrency int not null,
  state text not null check (state in ('running', 'paused', 'success', 'failed', 'cancelled')),
  revision int not null default 1,
  submitted text not null default '',
  done jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  error jsonb
) with (fillfactor = 70);
create unique index backfill_open on engine.backfill (key) where state in ('running', 'paused');
create index backfill_key on engine.backfill (key, id desc);
create unique index backfill_once on engine.backfill (key) where once;

create table engine.backfill_run (
  backfill bigint not null references engine.backfill on delete cascade,
  place int not null,
  run bigint not null,
  -- whether it is part of engine.backfill.done
  counted boolean not null default false,
  primary key (backfill, place)
);
create index backfill_run_active on engine.backfill_run (backfill, place) where not counted;
