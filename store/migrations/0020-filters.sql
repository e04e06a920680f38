-- Under which filter of the tenant everything up to a watermark is stored, each list sorted; all empty = everything. Not
-- known (null) until the live sync first comes to it: then it is the tenant's filter of that moment.
alter table cxone.watermark add column skill_ids bigint[];
alter table cxone.watermark add column campaign_ids bigint[];
alter table cxone.watermark add column media_type_ids bigint[];

-- Why a time is to be read by start: the live sync was away for too long, a wider filter, or too many records rejected.
-- waits: a person decides whether it is read. begun: a backfill was begun for it, or a person was asked about it, as
-- begun_* say; otherwise it is due.
alter table cxone.live_gap add column reason text not null default 'away' check (reason in ('away', 'filter', 'rejected'));
alter table cxone.live_gap add column waits boolean not null default false;
alter table cxone.live_gap add column begun boolean not null default true;
