-- What a fingerprint of code is made of, so that a cause names the piece that changed.

-- By asset too: two declarations with the same code have it at two places.
create table engine.code_closure (
  asset text not null,
  code text not null,
  closure jsonb not null,
  seen_at timestamptz not null default now(),
  primary key (asset, code)
);
