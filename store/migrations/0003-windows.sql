-- The ledger: one line per window, showing its latest attempt. workflow_id and run_id hold it while it is running.
create table cxone.sync_window (
  window_id bigint generated always as identity primary key,
  tenant text not null,
  window_start timestamptz not null,
  window_end timestamptz not null,
  read_by text not null check (read_by in ('start', 'update')),
  skill_ids bigint[] not null,
  campaign_ids bigint[] not null,
  media_type_ids bigint[] not null,
  status text not null check (status in ('running', 'complete', 'incomplete', 'failed')),
  attempt integer not null,
  workflow_id text,
  run_id text,
  started_at timestamptz,
  closed_at timestamptz,
  previous_status text,
  previous_closed_at timestamptz,
  expected bigint,
  fetched integer,
  inserted integer,
  updated integer,
  unchanged integer,
  rejected integer,
  absent integer,
  pages integer,
  bytes bigint,
  rounds integer,
  recordings_pending integer,
  recordings_stored integer,
  recordings_absent integer,
  recordings_failed integer,
  recording_bytes bigint,
  error_code text,
  last_poll_time timestamptz,
  unique (tenant, window_start, window_end, read_by, skill_ids, campaign_ids, media_type_ids),
  check (window_start < window_end)
);

-- Pages as CXone sent them, compressed with Brotli. record_ids and rejected_hashes tell what was in a page once it is stored.
create table cxone.landing_page (
  page_id bigint generated always as identity primary key,
  window_id bigint not null references cxone.sync_window,
  attempt integer not null,
  round integer not null,
  kind text not null check (kind in ('contacts', 'agents')),
  slice text not null,
  tenant text not null,
  body bytea not null,
  body_bytes bigint not null,
  records integer not null,
  meta jsonb not null,
  landed_at timestamptz not null default now(),
  persisted_at timestamptz,
  record_ids bigint[],
  agent_ids bigint[],
  rejected_hashes text[],
  inserted integer,
  updated integer,
  unchanged integer,
  rejected integer,
  unique (window_id, attempt, round, kind, slice)
);

-- The body is compressed already: PostgreSQL need not try again.
alter table cxone.landing_page alter column body set storage external;
create index landing_page_by_age on cxone.landing_page (landed_at);

-- How far each stream of changes has been stored, by CXone's clock.
create table cxone.watermark (
  tenant text not null,
  stream text not null,
  value timestamptz not null,
  updated_at timestamptz not null default now(),
  primary key (tenant, stream)
);
