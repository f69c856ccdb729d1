-- Newest features and cached bytes, for installations without Redis.

create schema if not exists features;

-- One row for all features of a view: a row per feature would write twelve times as many.
create table features.online (
  project text not null,
  join_key text not null,
  entity text not null,
  view text not null,
  event_time timestamptz not null,
  values jsonb not null,
  primary key (project, join_key, entity, view)
);

-- Not logged: after a crash it is empty, as a cache may be.
create unlogged table engine.cache (
  key text primary key,
  value bytea not null,
  expires_at timestamptz not null
);
create index cache_expires_at on engine.cache (expires_at);
