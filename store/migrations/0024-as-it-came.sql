-- What an answer of Media Playback holds besides the fields that have a column, and where characters were replaced.
alter table cxone.interaction
  add column extra jsonb,
  add column sanitised text[];

-- A rejected record byte for byte, where it is no UTF-8 and raw cannot say all that came.
alter table cxone.rejected_record add column raw_bytes bytea;

alter table cxone.schema_drift drop constraint schema_drift_kind_check;
alter table cxone.schema_drift add constraint schema_drift_kind_check
  check (kind in ('contacts', 'agents', 'skills', 'campaigns', 'teams', 'dispositions', 'interaction-metadata',
                  'evaluations', 'interactions'));
