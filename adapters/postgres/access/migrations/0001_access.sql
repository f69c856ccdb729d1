-- Who may do what, and who did. The first six tables are those of better-auth (adapters/auth), by its own names.
create schema access;

create table access."user" (
  "id" text primary key,
  "name" text not null,
  "email" text not null unique,
  "emailVerified" boolean not null,
  "image" text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp,
  "twoFactorEnabled" boolean,
  -- Ours: names of roles, separated by commas; empty: nothing is allowed.
  "role" text not null default ''
);
create table access."session" (
  "id" text primary key,
  "expiresAt" timestamptz not null,
  "token" text not null unique,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null references access."user" ("id") on delete cascade
);
create table access."account" (
  "id" text primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null references access."user" ("id") on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  "password" text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null
);
create table access."verification" (
  "id" text primary key,
  "identifier" text not null,
  "value" text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp
);
create table access."twoFactor" (
  "id" text primary key,
  "secret" text not null,
  "backupCodes" text not null,
  "userId" text not null references access."user" ("id") on delete cascade,
  "verified" boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz
);
create table access."rateLimit" (
  "id" text primary key,
  "key" text not null unique,
  "count" integer not null,
  "lastRequest" bigint not null
);
create index "session_userId_idx" on access."session" ("userId");
create index "account_userId_idx" on access."account" ("userId");
create index "verification_identifier_idx" on access."verification" ("identifier");
create index "twoFactor_secret_idx" on access."twoFactor" ("secret");
create index "twoFactor_userId_idx" on access."twoFactor" ("userId");

-- Roles of one's own.
create table access.role (
  name text primary key,
  permissions text[] not null,
  groups text[]
);

-- Tokens of machines: the secret itself is nowhere.
create table access.token (
  id text primary key,
  name text not null,
  hash bytea not null,
  role text not null,
  scopes text[],
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);

-- Links by which somebody makes an account, each once.
create table access.invitation (
  hash bytea primary key,
  role text not null,
  first boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz
);

create table access.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  who_id text not null,
  who text not null,
  action text not null,
  target text not null,
  outcome text not null check (outcome in ('allowed', 'denied', 'failed')),
  peer text not null,
  detail text
);
create index audit_at on access.audit (at);
create index audit_failed on access.audit (target, at) where outcome = 'failed';

create function access.keep_audit() returns trigger language plpgsql as $$
begin
  -- Only a restore of the whole database empties it, and says so for its own transaction.
  if tg_op = 'TRUNCATE' and current_setting('aurora.restoring', true) = 'on' then
    return null;
  end if;
  raise exception 'Cannot % the audit log: it is append-only', lower(tg_op) using errcode = 'insufficient_privilege';
end $$;
create trigger keep_audit before update or delete or truncate on access.audit
  for each statement execute function access.keep_audit();
