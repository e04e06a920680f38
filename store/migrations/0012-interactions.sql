-- What Media Playback tells of each interaction of a call, from the answer that its recordings were looked up by.
create table cxone.interaction (
  tenant text not null,
  master_contact_id bigint not null,
  segment_id text not null,
  interaction_id text,
  kind text,
  media_type text,
  channel_type text,
  is_elevated boolean,
  start_time timestamptz,
  end_time timestamptz,
  acw_end_time timestamptz,
  direction_type text,
  open_reason_type text,
  close_reason_type text,
  hold_seconds double precision not null,
  mask_seconds double precision not null,
  has_file boolean not null,
  participants jsonb not null,
  segments jsonb not null,
  sentiments jsonb not null,
  categories jsonb not null,
  tags jsonb not null,
  business_data jsonb not null,
  messages jsonb not null,
  email jsonb,
  looked_up_at timestamptz not null default now(),
  primary key (tenant, master_contact_id, segment_id)
);

-- Two runs must not look the same call up at the same time: the row of an attempt that is at it says so for a while.
alter table cxone.recording
  add column claimed_by text,
  add column claimed_until timestamptz;
