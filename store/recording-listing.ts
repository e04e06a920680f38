import type { Pool, PoolClient } from 'pg';
import { inTransaction } from './transaction';

/** What the listing has decided about calls that were not looked up. */
export interface ListingVerdict {
  /** Calls that are absent without a look-up. */
  readonly absent: number;
  /** Calls that were so, and are listed by now: pending again. */
  readonly listed: number;
}

/** Calls as Data Extraction lists them (`cxone.interaction_metadata`). */
export interface RecordingListing {
  /**
   * Settles what a tenant's listing can tell of its pending calls. A call no row of which says that there is a recording
   * is absent once the listing is complete for its days: from that of its first contact to the one after its last
   * contact's, since rows come late and carry their interaction's own start. Until then it stays pending. A call that is
   * listed after all, because its day was extracted again, is pending again, for so many days.
   *
   * @throws StoreError
   */
  settleListed(tenant: string): Promise<ListingVerdict>;
}

/** How long a call that is not listed may still turn up. */
const afterthoughtDays = 10;

/** Whether a row of the call `r` of cxone.recording says that there is audio, or a screen (contract §10: `Success`). */
export const isListed = `exists (
  select from cxone.interaction_metadata m
  where m.tenant = r.tenant and m.acd_call_id = r.master_contact_id
    and 'success' in (lower(btrim(m.voice_recording_status)), lower(btrim(m.screen_recording_status))))`;

/** What was tried before, or is known to have a file, is looked up whatever the listing says. */
export const mayBeLookedUp = `(r.segment_id is not null or r.status = 'failed' or ${isListed})`;

const relistedSql = `
  update cxone.recording r
  set status = 'pending', attempts = 0, next_attempt_at = now(), last_error_code = null, updated_at = now()
  where r.tenant = $1 and r.status = 'absent' and r.last_error_code = 'NotListed'
    and r.updated_at > now() - $2 * interval '1 day' and ${isListed}`;

// In key order and under lock, like every change of several calls: two of them cannot deadlock.
const notListedSql = `
  with settled as materialized (
    select r.ctid
    from cxone.recording r
    cross join lateral (
      select (min(c.contact_start_date) at time zone 'UTC')::date as first_day,
             (max(c.contact_start_date) at time zone 'UTC')::date + 1 as last_day
      from cxone.contact c where c.tenant = r.tenant and c.master_contact_id = r.master_contact_id) as call
    where r.tenant = $1 and r.status = 'pending' and r.segment_id is null
      and (r.claimed_until is null or r.claimed_until <= now())
      and not ${isListed}
      and (select count(*) from cxone.extraction e
           where e.tenant = $1 and e.dataset = 'interaction-metadata' and e.complete_at is not null
             and e.day between call.first_day and call.last_day) = call.last_day - call.first_day + 1
    order by r.master_contact_id
    for update of r skip locked
  )
  update cxone.recording r
  set status = 'absent', next_attempt_at = null, last_error_code = 'NotListed', updated_at = now()
  from settled where r.ctid = settled.ctid`;

/** The listing behind `pool`. */
export function createRecordingListing(pool: Pool): RecordingListing {
  return {
    settleListed: (tenant) =>
      inTransaction(pool, async (client) => ({
        listed: await changed(client, relistedSql, [tenant, afterthoughtDays]),
        absent: await changed(client, notListedSql, [tenant]),
      })),
  };
}

async function changed(client: PoolClient, sql: string, values: readonly unknown[]): Promise<number> {
  const { rowCount } = await client.query(sql, [...values]);
  return rowCount ?? 0;
}
