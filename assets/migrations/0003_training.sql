-- Trained models. A row is one attempt to train one model for one day; it counts once
-- engine.visible names its version. Models that were not promoted are kept too: they are the
-- history of the gate.
create schema ml;

create table ml.model_rows (
  version bigint not null,
  name text not null check (name in ('energy', 'mood', 'sleep_quality')),
  partition text not null,
  -- Name for people and for predictions: model, day and the first digits of the digest.
  model_version text not null,
  digest text not null,
  onnx bytea not null,
  manifest jsonb not null,
  promoted boolean not null,
  -- Taken back by a person: predictions use the champion before it.
  withdrawn_at timestamptz,
  withdrawn_by text,
  primary key (version, name)
);
create index model_rows_newest on ml.model_rows (name, partition desc) where promoted;

create view ml.model as
  select r.*
  from ml.model_rows r
  join engine.visible v on v.version = r.version;
