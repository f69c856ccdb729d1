-- Who changed a connection last: an address of mail, a token, or a user of the machine. Null: before this was written down.
alter table engine.connection add column changed_by text;
