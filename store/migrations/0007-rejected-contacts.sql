-- A rejected contact belongs to a day and to an id like any other: verify finds it by them. Text, because what is wrong
-- with the record may be just these two; collation C, so that instants in ISO 8601 sort as instants.
alter table cxone.rejected_record
  add column raw_contact_id text collate "C" generated always as (
    case kind when 'contacts' then substring(raw from '(?i)"contactId"\s*:\s*"?([0-9]{1,40})') end) stored,
  add column raw_contact_start text collate "C" generated always as (
    case kind when 'contacts' then substring(raw from '(?i)"contactStartDate"\s*:\s*"([^"]{1,40})"') end) stored;

create index rejected_contact_by_id on cxone.rejected_record (tenant, raw_contact_id)
  where kind = 'contacts';
create index rejected_contact_by_start on cxone.rejected_record (tenant, raw_contact_start)
  where kind = 'contacts';
