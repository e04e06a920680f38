-- Which calls are asked about first, since the quota of Media Playback is small: 0 the calls that were logged or are
-- listed with a recording, and media types other than speech that the settings name; 1 not logged, but answered by an
-- agent and longer than 4 seconds; 2 the same after a query that found nothing; 3 not logged, and without an agent or of
-- at most 4 seconds: asked about once, when quota is left.
alter table cxone.recording add column priority integer not null default 0 check (priority between 0 and 3);

-- Only statements that say `priority >= 0`, which is always so, are offered this index: for single calls the planner would
-- take it, too, before a fresh table has statistics, and read all of it for each.
create index recording_open_by_priority on cxone.recording (tenant, priority, master_contact_id desc)
  include (next_attempt_at) where status in ('pending', 'failed') and priority >= 0;

-- How far a tenant's older contacts and extracted days have been gone through for calls that should have a row in
-- cxone.recording: those stored by an earlier release, or under other settings. choice: the settings they were gone
-- through for. contacts_before: contacts stored later got their rows at once.
create table cxone.recording_backlog (
  tenant text primary key,
  choice text not null,
  contacts_before timestamptz not null default now(),
  after_contact_id bigint,
  contacts_done_at timestamptz,
  listed_complete_at timestamptz,
  listed_day date,
  settled_at timestamptz
);

-- How many playback queries were made for calls that were logged and for others, and how many found something: what a
-- tenant's settings are judged by.
create table cxone.playback_tally (
  tenant text not null,
  day date not null,
  logged boolean not null,
  queries integer not null,
  found integer not null,
  primary key (tenant, day, logged)
);
