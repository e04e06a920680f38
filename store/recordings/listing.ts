import type { Pool } from 'pg';
import { run } from '../postgres/transaction';
import { windowContacts } from '../tables/window-contacts';

/** What the listing has decided about calls that were not looked up. */
export interface ListingResult {
  /** Calls that are absent without a playback query. */
  readonly absent: number;
  /** Calls that were so, and are listed by now: pending again. */
  readonly listed: number;
}

/** How long a call that is not listed may still turn up. */
const relistDays = 10;

/** SQL: whether the row `m` of cxone.interaction_metadata says that there is audio, or a screen (contract §10: `Success`). */
export const hasAudio = (m: string): string =>
  `'success' in (lower(btrim(${m}.voice_recording_status)), lower(btrim(${m}.screen_recording_status)))`;

/** SQL: whether a row of the call `r` of cxone.recording says so. */
export const isListed = `exists (
  select from cxone.interaction_metadata m
  where m.tenant = r.tenant and m.acd_call_id = r.master_contact_id and ${hasAudio('m')})`;

const inScope = `($1::bigint is null or r.master_contact_id in (select master_contact_id from (${windowContacts}) c))`;

// In key order and under lock, like every change of several calls: two of them cannot deadlock.
const relistedSql = `
  with listed as materialized (
    select r.ctid from cxone.recording r
    where r.tenant = $2 and r.status = 'absent' and r.last_error_code = 'NotListed'
      and r.updated_at > now() - $3 * interval '1 day' and ${isListed} and ${inScope}
    order by r.master_contact_id
    for update of r skip locked
  )
  update cxone.recording r
  set status = 'pending', attempts = 0, next_attempt_at = now(), last_error_code = null, updated_at = now()
  from listed where r.ctid = listed.ctid`;

// By portions, so that no transaction takes long, however many calls wait.
const notListedSql = `
  with portion as materialized (
    select r.ctid, r.master_contact_id from cxone.recording r
    where r.tenant = $2 and r.status = 'pending' and r.segment_id is null
      and (r.claimed_until is null or r.claimed_until <= now())
      and ($3::bigint is null or r.master_contact_id > $3) and ${inScope}
    order by r.master_contact_id
    limit $4
  ), settled as materialized (
    select r.ctid
    from portion join cxone.recording r on r.ctid = portion.ctid
    cross join lateral (
      select (min(c.contact_start_date) at time zone 'UTC')::date as first_day,
             (max(c.contact_start_date) at time zone 'UTC')::date + 1 as last_day
      from cxone.contact c where c.tenant = r.tenant and c.master_contact_id = r.master_contact_id) as call
    where r.status = 'pending' and not ${isListed}
      and (select count(*) from cxone.extraction e
           where e.tenant = $2 and e.dataset = 'interaction-metadata' and e.complete_at is not null
             and e.day between call.first_day and call.last_day) = call.last_day - call.first_day + 1
    order by r.master_contact_id
    for update of r skip locked
  ), changed as (
    update cxone.recording r
    set status = 'absent', next_attempt_at = null, last_error_code = 'NotListed', updated_at = now()
    from settled where r.ctid = settled.ctid
    returning 1
  )
  select (select count(*)::int from changed) as absent, (select count(*)::int from portion) as seen,
         (select max(master_contact_id) from portion) as last`;

/** Calls of a tenant that are settled at a time. */
const portionSize = 20_000;

interface Portion {
  readonly absent: number;
  readonly seen: number;
  readonly last: string | null;
}

export type RecordingListing = ReturnType<typeof createRecordingListing>;

/** Calls as Data Extraction lists them (`cxone.interaction_metadata`). */
export function createRecordingListing(pool: Pool) {
  return {
    /**
     * Decides from a tenant's listing about its pending calls, or those of one window. A call no row of which says
     * that there is a recording is absent once the listing is complete for its days: from that of its first contact to the
     * one after its last contact's, since rows come late and carry their interaction's own start. Until then it stays
     * pending. A call that is listed after all, because its day was extracted again, is pending again, for some days.
     *
     * @param windowId the window whose calls are settled; null for all of the tenant, in portions of `portion` calls
     * @throws StoreError
     */
    async resolveListed(
      tenant: string,
      windowId: string | null,
      portion: number = portionSize,
    ): Promise<ListingResult> {
      const relisted = await run(pool, `${relistedSql} returning 1`, [windowId, tenant, relistDays]);
      // A window is a portion: its calls are gathered once.
      const limit = windowId === null ? portion : null;
      let absent = 0;
      let after: string | null = null;
      for (;;) {
        const values: readonly unknown[] = [windowId, tenant, after, limit];
        const [done] = await run<Portion>(pool, notListedSql, values);
        absent += done?.absent ?? 0;
        after = done?.last ?? null;
        if (limit === null || after === null || (done?.seen ?? 0) < limit) break;
      }
      return { listed: relisted.length, absent };
    },
  };
}
