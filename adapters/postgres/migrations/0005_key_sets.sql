-- Keys of dynamic partitions. The place of a key is its ordinal and never changes; a key that is removed stays.
create table engine.key_set (
  name text primary key,
  revision int not null default 0
);

create table engine.key_set_key (
  name text not null references engine.key_set,
  place int not null,
  key text not null,
  added_at timestamptz not null,
  removed boolean not null default false,
  primary key (name, place),
  unique (name, key)
);
