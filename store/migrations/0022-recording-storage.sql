-- Which recordings storage is this database's: the id of the mark that lies in it. A folder without the mark, or with
-- another one, is not mounted or is not ours, and nothing is written there. name: 'recordings' is what RECORDINGS_URL
-- names.
create table cxone.recording_storage (
  name text primary key,
  storage_id text not null,
  since timestamptz not null default now()
);
