-- A run that waits for a person: since when, why and what to do. Null while it does not.
alter table cxone.sync_window
  add column parked_at timestamptz,
  add column parked_code text,
  add column parked_message text,
  add column parked_remedy text;
