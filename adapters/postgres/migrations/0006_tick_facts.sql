-- The history of one schedule, sensor or of all conditions is read newest first.
create index fact_tick on engine.fact (name, seq desc) where kind = 'tick';
