-- One row per file of a call; while no file is known, one row for the call itself with segment_id null.
create table cxone.recording (
  tenant text not null,
  master_contact_id bigint not null,
  segment_id text,
  status text not null default 'pending' check (status in ('pending', 'stored', 'absent', 'failed')),
  storage_key text,
  bytes bigint,
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text,
  channel_type text,
  content_type text,
  start_time timestamptz,
  end_time timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_error_code text,
  first_seen_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  stored_at timestamptz,
  unique nulls not distinct (tenant, master_contact_id, segment_id),
  check (status <> 'stored' or (storage_key is not null and bytes > 0 and sha256 is not null))
);

-- By call, not by time: before a fresh table has statistics, the planner takes any index by time for selective and reads
-- it once per contact, which for 100,000 contacts takes minutes.
create index recording_open on cxone.recording (tenant, master_contact_id) include (next_attempt_at)
  where status in ('pending', 'failed');
