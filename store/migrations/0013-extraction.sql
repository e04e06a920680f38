-- What Data Extraction brings, day by day (contract §10), made like cxone.contact. extract_day: by which day's file the row
-- last came in with something new. extracted_at, the stamp where CXone tells none: when that file was asked for.

create table cxone.interaction_metadata (
  tenant text not null,
  segment_id text not null,
  acd_call_id bigint,
  contact_id bigint,
  agent_id bigint,
  start_date timestamptz,
  end_date timestamptz,
  extracted_at timestamptz,
  extract_day date,
  voice_recording_status text,
  screen_recording_status text,
  agent_name text,
  agent_team text,
  agent_skills text,
  ani text,
  dnis text,
  disposition text,
  direction text,
  media_type text,
  channel_type text,
  extra jsonb,
  sanitised text[],
  first_synced_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  absent_since timestamptz,
  primary key (tenant, segment_id)
);

create index interaction_metadata_by_call on cxone.interaction_metadata (tenant, acd_call_id);
create index interaction_metadata_by_contact on cxone.interaction_metadata (tenant, contact_id);
create index interaction_metadata_by_day on cxone.interaction_metadata (tenant, extract_day);

create table cxone.evaluation (
  tenant text not null,
  evaluation_id text not null,
  start_date timestamptz,
  submission_date timestamptz,
  last_updated timestamptz,
  interaction_start_date timestamptz,
  interaction_end_date timestamptz,
  score_percentage double precision,
  score double precision,
  maximum_possible_score double precision,
  auto_acknowledged boolean,
  failed_critical_question boolean,
  extract_day date,
  workflow_id text,
  tenant_name text,
  agent_id text,
  type text,
  evaluation_flow_trigger text,
  workflow_status text,
  workflow_state text,
  plan_name text,
  form_name text,
  form_version text,
  rank text,
  user_review_comments text,
  dispute_resolver_comments text,
  segment_id text,
  acd_id text,
  interaction_type text,
  interaction_direction text,
  team_id text,
  team_name text,
  phone_number text,
  firstname_eva text,
  lastname_eva text,
  firstname_agent text,
  lastname_agent text,
  firstname_disp text,
  lastname_disp text,
  firstname_assigner text,
  lastname_assigner text,
  extra jsonb,
  sanitised text[],
  first_synced_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  absent_since timestamptz,
  primary key (tenant, evaluation_id)
);

create index evaluation_by_segment on cxone.evaluation (tenant, segment_id);
create index evaluation_by_day on cxone.evaluation (tenant, extract_day);

-- The ledger: one line per day of a dataset, showing its latest job. extracted_at: when that job was asked for.
-- complete_at: when the day was last loaded whole; later readings that fail leave it as it is.
create table cxone.extraction (
  tenant text not null,
  dataset text not null check (dataset in ('interaction-metadata', 'evaluations')),
  day date not null,
  status text not null check (status in ('running', 'complete', 'unfinished', 'incomplete', 'failed')),
  attempt integer not null,
  workflow_id text not null,
  run_id text not null,
  job_id text,
  extracted_at timestamptz,
  records integer,
  inserted integer,
  updated integer,
  unchanged integer,
  rejected integer,
  absent integer,
  error_code text,
  started_at timestamptz not null,
  closed_at timestamptz,
  complete_at timestamptz,
  primary key (tenant, dataset, day)
);

-- Whose turn it is to have a job at CXone, which runs one of a tenant at a time and takes a new one every half minute.
-- asked_at: when a job was last asked for, or the answer came, whatever it was.
-- job_at: when a job was last made, or seen, or its file read.
create table cxone.extraction_slot (
  tenant text primary key,
  workflow_id text,
  run_id text,
  held_until timestamptz,
  asked_at timestamptz,
  job_at timestamptz,
  check ((workflow_id is null) = (held_until is null))
);

-- Runs that want a job and have to wait, in the order in which they came: without it, a range of days would take turn
-- after turn and another dataset none.
create table cxone.extraction_wait (
  tenant text not null,
  workflow_id text not null,
  run_id text not null,
  since timestamptz not null,
  seen_at timestamptz not null,
  primary key (tenant, workflow_id)
);

-- The keys of the file that is being loaded, for what is not in it any more; emptied when it is loaded.
create table cxone.extraction_key (
  tenant text not null,
  dataset text not null,
  day date not null,
  record_key text not null,
  primary key (tenant, dataset, day, record_key)
);

alter table cxone.rejected_record drop constraint rejected_record_kind_check;
alter table cxone.rejected_record add constraint rejected_record_kind_check
  check (kind in ('contacts', 'agents', 'skills', 'campaigns', 'teams', 'dispositions', 'interaction-metadata',
                  'evaluations'));
alter table cxone.schema_drift drop constraint schema_drift_kind_check;
alter table cxone.schema_drift add constraint schema_drift_kind_check
  check (kind in ('contacts', 'agents', 'skills', 'campaigns', 'teams', 'dispositions', 'interaction-metadata',
                  'evaluations'));
