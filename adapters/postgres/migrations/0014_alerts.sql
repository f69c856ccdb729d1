-- Who looks after an alert, what each channel was told of it and when, and what nobody is to be told.
alter table engine.alert
  add column acknowledged_at timestamptz,
  add column acknowledged_by text,
  add column note text;

create table engine.alert_delivery (
  alert bigint not null references engine.alert on delete cascade,
  phase text not null check (phase in ('open', 'resolved')),
  channel text not null,
  -- how often it was told: more than once where notices are repeated
  sends int not null default 0,
  sent_at timestamptz,
  -- tries in a row that failed since, why the last of them did, and when it is tried again
  failures int not null default 0,
  error text,
  next_at timestamptz,
  primary key (alert, phase, channel)
);

create table engine.silence (
  id bigint generated always as identity primary key,
  matcher jsonb not null,
  reason text not null,
  by text not null,
  at timestamptz not null default clock_timestamp(),
  until timestamptz not null,
  ended_by text
);
create index silence_until on engine.silence (until);
