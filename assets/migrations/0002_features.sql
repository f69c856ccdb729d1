-- What the feature and quality assets write. A row belongs to the version (the attempt) that wrote
-- it; the views show the versions that engine.visible names, so a reader sees an old set or a new
-- one, never half of one.
create schema if not exists features;
create schema if not exists quality;

-- Makes the partition of the month (UTC) that holds an instant, for a table partitioned by range of
-- a timestamptz. Attaching takes no lock that readers or writers would wait for.
create function features.ensure_month(parent regclass, at timestamptz)
returns void language plpgsql as $$
declare
  month timestamp := date_trunc('month', at at time zone 'UTC');
  schema_name text;
  table_name text;
begin
  select n.nspname, c.relname || to_char(month, '"_"YYYY"_"MM') into schema_name, table_name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = parent;
  if to_regclass(format('%I.%I', schema_name, table_name)) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('features.ensure_month', 0));
  if to_regclass(format('%I.%I', schema_name, table_name)) is not null then return; end if;
  execute format('create table %I.%I (like %s including all)', schema_name, table_name, parent);
  execute format('alter table %s attach partition %I.%I for values from (%L) to (%L)',
    parent, schema_name, table_name,
    month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
end $$;

create table features.user_activity_rows (
  version bigint not null,
  user_id uuid not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  activity_count_24h bigint not null,
  activity_count_7d bigint not null,
  activity_count_30d bigint not null,
  activity_diversity_7d double precision,
  total_minutes_7d double precision not null,
  primary key (version, user_id, as_of)
) partition by range (as_of);
create index on features.user_activity_rows (user_id, as_of desc);

create table features.user_sleep_rows (
  version bigint not null,
  user_id uuid not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  avg_sleep_duration_7d double precision,
  sleep_consistency_7d double precision,
  sleep_debt_minutes double precision,
  primary key (version, user_id, as_of)
) partition by range (as_of);
create index on features.user_sleep_rows (user_id, as_of desc);

create table features.user_exercise_rows (
  version bigint not null,
  user_id uuid not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  exercise_count_7d bigint not null,
  exercise_consistency_score double precision not null,
  exercise_frequency_28d double precision not null,
  exercise_intensity_7d double precision,
  exercise_variety_28d bigint not null,
  primary key (version, user_id, as_of)
) partition by range (as_of);
create index on features.user_exercise_rows (user_id, as_of desc);

create table features.user_social_rows (
  version bigint not null,
  user_id uuid not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  friend_count bigint not null,
  social_engagement_score double precision not null,
  primary key (version, user_id, as_of)
) partition by range (as_of);
create index on features.user_social_rows (user_id, as_of desc);

create view features.user_activity as
select r.user_id, r.as_of, r.created_at, r.activity_count_24h, r.activity_count_7d,
  r.activity_count_30d, r.activity_diversity_7d, r.total_minutes_7d
from features.user_activity_rows r join engine.visible v on v.version = r.version;

create view features.user_sleep as
select r.user_id, r.as_of, r.created_at, r.avg_sleep_duration_7d, r.sleep_consistency_7d,
  r.sleep_debt_minutes
from features.user_sleep_rows r join engine.visible v on v.version = r.version;

create view features.user_exercise as
select r.user_id, r.as_of, r.created_at, r.exercise_count_7d, r.exercise_consistency_score,
  r.exercise_frequency_28d, r.exercise_intensity_7d, r.exercise_variety_28d
from features.user_exercise_rows r join engine.visible v on v.version = r.version;

create view features.user_social as
select r.user_id, r.as_of, r.created_at, r.friend_count, r.social_engagement_score
from features.user_social_rows r join engine.visible v on v.version = r.version;

create table quality.rule_result_rows (
  version bigint not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  table_name text not null,
  rule text not null,
  severity text not null,
  offending bigint not null,
  checked bigint not null,
  sample jsonb not null,
  primary key (version, rule)
);

-- One row a table and one with table_name 'all'.
create table quality.report_rows (
  version bigint not null,
  as_of timestamptz not null,
  created_at timestamptz not null,
  table_name text not null,
  score double precision not null,
  critical bigint not null,
  error bigint not null,
  warning bigint not null,
  primary key (version, table_name)
);
create index on quality.rule_result_rows (rule, as_of desc);
create index on quality.report_rows (table_name, as_of desc);

create view quality.rule_result as
select r.as_of, r.created_at, r.table_name, r.rule, r.severity, r.offending, r.checked, r.sample
from quality.rule_result_rows r join engine.visible v on v.version = r.version;

create view quality.report as
select r.as_of, r.created_at, r.table_name, r.score, r.critical, r.error, r.warning
from quality.report_rows r join engine.visible v on v.version = r.version;
