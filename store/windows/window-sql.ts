import { contactsByStart } from '../tables/window-contacts';

/**
 * `$1` window, `$2` attempt, `$3` round, `$4` where a window by update ended in truth, if before its end. Ids are counted
 * as a set: a page of tied stamps shows them once more, and a window by update shows the last stamp of each page again.
 * What a window by update saw beyond its end is not of it: of its end as it was to be, the pages say so; that it ended
 * earlier is known only once all are read, so that what is stored of the contacts says what changed after that.
 * Records without an id count as often as one page shows them: a source may hold one twice, but one that comes on two
 * pages may be a row that slid over their edge, or a page given twice, and must not make up for a contact that never
 * came.
 */
export const tallySql = `
  with page as (
    select * from cxone.landing_page where window_id = $1 and attempt = $2 and kind = 'contacts'
  ), rejection as (
    select coalesce(sum(records), 0)::int as records from (
      select max(records) as records from (
        select hash, count(*) as records
        from page cross join lateral unnest(rejected_hashes) as one (hash)
        where round = $3 group by page_id, hash
      ) as on_one_page group by hash
    ) as distinct_record
  ), beyond as (
    select id from page cross join lateral unnest(beyond_ids) as one (id) where round = $3
    union all
    select id from page cross join lateral unnest(record_ids) as one (id)
    join cxone.contact c on c.tenant = page.tenant and c.contact_id = id
    where round = $3 and c.last_update_time >= $4::timestamptz
  ), contact as (
    select count(distinct id)::int as records
    from page cross join lateral unnest(record_ids) as one (id)
    where round = $3 and id not in (select id from beyond)
  )
  select contact.records + rejection.records as fetched, rejection.records as rejected, total.*
  from contact, rejection, (
    select coalesce(sum(inserted), 0)::int as inserted, coalesce(sum(updated), 0)::int as updated,
           count(*)::int as pages, coalesce(sum(body_bytes), 0)::float8 as bytes
    from page
  ) as total`;

/**
 * `$1` window, `$2` attempt, `$3` round. A contact whose record came but was rejected
 * is not absent. Rows are locked in key order: pages of overlapping windows may be stored concurrently. NOT IN, because
 * it is always answered from a hash table: the planner cannot know how many ids the pages hold, takes them for few, and
 * would compare each with each for NOT EXISTS (100,000 contacts: minutes). What was stored since
 * the round began is not compared: by this round, which has seen it, or by another window that has.
 */
export const markAbsentSql = `
  with page as materialized (
    select record_ids, rejected_hashes, tenant, landed_at from cxone.landing_page
    where window_id = $1 and attempt = $2 and round = $3 and kind = 'contacts'
  ), returned as materialized (
    select id from page cross join lateral unnest(record_ids) as one (id)
    union
    select substring(r.raw from '"contactId"\\s*:\\s*"?([0-9]{1,18})\\M')::bigint
    from page cross join lateral unnest(rejected_hashes) as one (hash)
    join cxone.rejected_record r on r.tenant = page.tenant and r.kind = 'contacts' and r.content_hash = one.hash
  ), missing as (
    select c.tenant, c.contact_id
    from ${contactsByStart} and w.attempt = $2
      and c.absent_since is null
      and c.synced_at < coalesce((select min(landed_at) from page), now())
      and c.contact_id not in (select id from returned where id is not null)
    order by c.contact_id
    for update of c
  ), marked as (
    update cxone.contact c set absent_since = now()
    from missing where c.tenant = missing.tenant and c.contact_id = missing.contact_id
    returning 1
  )
  select count(*)::int as absent from marked`;

/** Fills the line of attempt `$2` from the figures `$3` (JSON), unless a later attempt has begun. */
export const closeSql = `
  update cxone.sync_window
  set status = f.status, expected = f.expected, absent = f.absent, rounds = f.round, error_code = f."errorCode",
      last_poll_time = f."lastPollTime", read_to = coalesce(f."readTo", read_to), fetched = f.fetched, inserted = f.inserted, updated = f.updated,
      unchanged = f.unchanged, rejected = f.rejected, pages = f.pages, bytes = f.bytes,
      recordings_pending = (f.files ->> 'pending')::int, recordings_stored = (f.files ->> 'stored')::int,
      recordings_absent = (f.files ->> 'absent')::int, recordings_failed = (f.files ->> 'failed')::int,
      recording_bytes = (f.files ->> 'bytes')::bigint, closed_at = now(),
      parked_at = null, parked_code = null, parked_message = null, parked_remedy = null
  from jsonb_to_record($3::jsonb) as f (
    status text, expected bigint, absent int, round int, "errorCode" text, "lastPollTime" timestamptz, "readTo" timestamptz, fetched int,
    inserted int, updated int, unchanged int, rejected int, pages int, bytes bigint, files jsonb)
  where window_id = $1 and attempt = $2
  returning window_id`;

/** `$1` window, `$2` attempt, then the cause, or nulls. An attempt that parks again keeps the time it did so first. */
export const noteParkSql = `
  update cxone.sync_window
  set parked_at = case when $3::text is not null then coalesce(parked_at, now()) end,
      parked_code = $3, parked_message = $4, parked_remedy = $5
  where window_id = $1 and attempt = $2 and status = 'running'`;

/** `$1` window, `$2` attempt, `$3` the end in truth. */
export const endEarlierSql = `
  update cxone.sync_window set read_to = $3
  where window_id = $1 and attempt = $2 and status = 'running' and read_by = 'update'
    and $3 > window_start and $3 < window_end`;

export const othersParkedSql = `
  select 1 from cxone.sync_window
  where tenant = $1 and window_id <> $2 and read_by = 'update' and status = 'running' and parked_code is not null
    and ($3::text is null or parked_code = $3)
  limit 1`;

/** Lines of the ledger under the names of `LedgerRow`, the filter's lists side by side with the rest. */
export const ledgerSql = `
  select window_id as "windowId", tenant, window_start as "from", window_end as "to", read_by as "by",
         skill_ids::float8[] as "skillIds", campaign_ids::float8[] as "campaignIds",
         media_type_ids::float8[] as "mediaTypeIds", status, attempt, workflow_id as "workflowId", run_id as "runId",
         expected::float8 as expected, fetched, inserted, updated, unchanged, rejected, absent, pages,
         bytes::float8 as bytes, rounds, recordings_pending as "recordingsPending",
         recordings_stored as "recordingsStored", recordings_absent as "recordingsAbsent",
         recordings_failed as "recordingsFailed", recording_bytes::float8 as "recordingBytes",
         error_code as "errorCode", last_poll_time as "lastPollTime", read_to as "readTo", started_at as "startedAt",
         closed_at as "closedAt"
  from cxone.sync_window`;
