-- Where the identity of this ledger was given: the cluster of PostgreSQL and its timeline. A ledger that was restored, or
-- recovered to an earlier moment, gives numbers of versions a second time; ids of events are made from the identity and
-- those numbers, and readers drop an id that they know.
alter table engine.identity add column origin text;
