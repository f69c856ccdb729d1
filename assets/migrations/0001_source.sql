-- The tables of the Aurora Life application, for the demo and the tests. In production they exist
-- already, belong to the application and are only read: where the schema exists this file does
-- nothing, and assets/source_schema.ts compares what is there.
-- Columns are nullable and little is unique on purpose: the rules of assets/quality/ look for
-- exactly the rows that a stricter schema would refuse.
do $aurora$ begin
if to_regnamespace('aurora_life') is not null then return; end if;
execute $ddl$

create schema aurora_life;

create table aurora_life.users (
  id uuid primary key,
  email text,
  subscription_tier text,
  is_active boolean,
  deactivated_at timestamptz,
  last_active_at timestamptz,
  timezone text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- Partitioned by ended_at because every window of a feature is one on ended_at (when an event
-- became known). Rows without it, or of a month nobody made, are kept by the default partition.
create table aurora_life.life_events (
  id uuid not null,
  user_id uuid,
  event_type text,
  category text,
  title text,
  started_at timestamptz,
  ended_at timestamptz,
  duration_minutes integer,
  energy_level integer,
  mood_level integer,
  quality_level integer,
  source text,
  metadata jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null
) partition by range (ended_at);
create table aurora_life.life_events_other partition of aurora_life.life_events default;

create index life_events_of_user on aurora_life.life_events (user_id, ended_at);
-- The application appends in time order, so block ranges find a window at a thousandth of a
-- b-tree's size.
create index life_events_ended on aurora_life.life_events using brin (ended_at)
  with (pages_per_range = 16, autosummarize = on);
create index life_events_created on aurora_life.life_events using brin (created_at)
  with (pages_per_range = 16, autosummarize = on);

-- Makes the partitions of all months that [from_at, to_at] touches. Months that exist are left
-- alone.
create function aurora_life.ensure_months(from_at timestamptz, to_at timestamptz)
returns integer language plpgsql as $$
declare
  month timestamp := date_trunc('month', from_at at time zone 'UTC');
  name text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('aurora_life.ensure_months', 0));
  while month <= to_at at time zone 'UTC' loop
    name := 'life_events_' || to_char(month, 'YYYY_MM');
    if to_regclass('aurora_life.' || name) is null then
      execute format(
        'create table aurora_life.%I partition of aurora_life.life_events'
          || ' for values from (%L) to (%L)',
        name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
      made := made + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $$;

create table aurora_life.friendships (
  user_id uuid not null,
  friend_id uuid not null,
  status text,
  created_at timestamptz not null,
  accepted_at timestamptz
);
create index friendships_of_user on aurora_life.friendships (user_id);
create index friendships_of_friend on aurora_life.friendships (friend_id);

create table aurora_life.integrations (
  id uuid primary key,
  user_id uuid,
  provider text,
  status text,
  last_synced_at timestamptz,
  created_at timestamptz not null
);
create index integrations_of_user on aurora_life.integrations (user_id);

create table aurora_life.integration_syncs (
  id uuid primary key,
  integration_id uuid,
  started_at timestamptz,
  finished_at timestamptz,
  status text,
  records_expected integer,
  records_received integer
);
create index integration_syncs_newest
  on aurora_life.integration_syncs (integration_id, finished_at);

create table aurora_life.user_gamification (
  user_id uuid primary key,
  total_xp bigint,
  level integer,
  updated_at timestamptz not null
);

create table aurora_life.achievements (
  id uuid primary key,
  code text,
  required_level integer,
  required_xp bigint,
  xp_reward integer
);

create table aurora_life.user_achievements (
  user_id uuid not null,
  achievement_id uuid not null,
  unlocked_at timestamptz not null
);
create index user_achievements_of_user on aurora_life.user_achievements (user_id);

$ddl$;
end $aurora$;
