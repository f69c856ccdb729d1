-- Connections: what is secret is in `sealed` alone, encrypted by a key that the database never sees.
create table engine.connection (
  name text primary key,
  kind text not null,
  -- shown to people; what is used is in `sealed`
  host text,
  login text,
  -- id of the key that encrypted it
  key text not null,
  -- nonce, ciphertext and tag of AES-256-GCM, under the name
  sealed bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- the last test: when, whether it was reached, and what was found
  tested_at timestamptz,
  reached boolean,
  found text
);
