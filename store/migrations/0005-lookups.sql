-- What contacts refer to by id, one small table each, made like cxone.agent: columns for what says what a row is, the
-- rest in extra. absent_since: when a list that was read to its end no longer returned the row.

create table cxone.skill (
  tenant text not null,
  skill_id bigint not null,
  media_type_id bigint,
  campaign_id bigint,
  last_update_time timestamptz,
  is_active boolean,
  is_outbound boolean,
  skill_name text,
  media_type_name text,
  campaign_name text,
  outbound_strategy text,
  notes text,
  extra jsonb,
  sanitised text[],
  first_synced_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  absent_since timestamptz,
  primary key (tenant, skill_id)
);

create table cxone.campaign (
  tenant text not null,
  campaign_id bigint not null,
  last_update_time timestamptz,
  is_active boolean,
  campaign_name text,
  description text,
  notes text,
  extra jsonb,
  sanitised text[],
  first_synced_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  absent_since timestamptz,
  primary key (tenant, campaign_id)
);

create table cxone.team (
  tenant text not null,
  team_id bigint not null,
  agent_count bigint,
  division_no bigint,
  last_update_time timestamptz,
  is_active boolean,
  team_name text,
  description text,
  notes text,
  team_uuid text,
  team_lead_id text,
  extra jsonb,
  sanitised text[],
  first_synced_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  absent_since timestamptz,
  primary key (tenant, team_id)
);

create table cxone.disposition (
  tenant text not null,
  disposition_id bigint not null,
  classification_id bigint,
  last_updated timestamptz,
  is_active boolean,
  is_preview_disposition boolean,
  disposition_name text,
  notes text,
  system_outcome text,
  extra jsonb,
  sanitised text[],
  first_synced_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  absent_since timestamptz,
  primary key (tenant, disposition_id)
);

-- When each list was read, and which window has taken it upon itself to read it: of a thousand windows one asks CXone.
create table cxone.lookup_list (
  tenant text not null,
  list text not null check (list in ('skills', 'campaigns', 'teams', 'dispositions')),
  window_id bigint,
  claimed_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  error_code text,
  primary key (tenant, list),
  check ((failed_at is null) = (error_code is null))
);

alter table cxone.landing_page drop constraint landing_page_kind_check;
alter table cxone.landing_page add constraint landing_page_kind_check
  check (kind in ('contacts', 'agents', 'skills', 'campaigns', 'teams', 'dispositions'));
alter table cxone.rejected_record drop constraint rejected_record_kind_check;
alter table cxone.rejected_record add constraint rejected_record_kind_check
  check (kind in ('contacts', 'agents', 'skills', 'campaigns', 'teams', 'dispositions'));
alter table cxone.schema_drift drop constraint schema_drift_kind_check;
alter table cxone.schema_drift add constraint schema_drift_kind_check
  check (kind in ('contacts', 'agents', 'skills', 'campaigns', 'teams', 'dispositions'));
