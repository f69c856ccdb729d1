-- Events that the log refused for what is in them stand aside, with the reason, so that the others go on. Both columns
-- are empty at first, which rewrites nothing; they are found by the index of what is not sent.
alter table engine.outbox add column refused_at timestamptz, add column refused_reason text;
