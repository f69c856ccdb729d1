-- Predictions and the users they are made for. See 0002_features.sql for versions and views.
create schema predictions;

create table predictions.active_user_rows (
  version bigint not null,
  partition text not null,
  user_id uuid not null,
  subscription_tier text not null,
  timezone text not null,
  primary key (version, user_id)
);

create view predictions.active_user as
  select r.*
  from predictions.active_user_rows r
  join engine.visible v on v.version = r.version;

create table predictions.prediction_rows (
  version bigint not null,
  kind text not null check (kind in ('energy', 'mood', 'sleep_quality')),
  user_id uuid not null,
  partition text not null,
  target_at timestamptz not null,
  value double precision not null check (value between 1 and 10),
  low double precision not null check (low between 1 and 10),
  high double precision not null check (high between 1 and 10),
  model_version text not null,
  feature_version text not null,
  created_at timestamptz not null,
  check (low <= value and value <= high),
  primary key (version, kind, user_id, target_at)
);
create index prediction_rows_of_user on predictions.prediction_rows (user_id, kind, target_at);

-- One version of a partition is visible at a time, so (kind, user_id, target_at, partition) is
-- unique.
create view predictions.prediction as
  select r.*
  from predictions.prediction_rows r
  join engine.visible v on v.version = r.version;
