import type { Pool } from 'pg';
import { run } from '../postgres/transaction';

// A call as a whole, by all its open rows, which are locked first: the second claimant finds it taken. What changes
// while it waits for the lock is no longer in its sight, and so is not claimed either.
const claimSql = `
  with open as materialized (
    select r.ctid, r.claimed_by, r.claimed_until, r.attempts, r.next_attempt_at
    from cxone.recording r
    where r.tenant = $1 and r.master_contact_id = $2 and r.status in ('pending', 'failed')
    order by r.segment_id nulls first
    for update
  ), verdict as (
    select bool_and(claimed_until is null or claimed_until <= now() or claimed_by = $3)
             and bool_or(claimed_by = $3 or attempts = 0 or next_attempt_at <= $5) as free
    from open
  )
  update cxone.recording r
  set claimed_by = $3, claimed_until = now() + $4 * interval '1 second'
  from open, verdict
  where r.ctid = open.ctid and verdict.free
  returning 1`;

const releaseSql = `
  update cxone.recording set claimed_by = null, claimed_until = null
  where tenant = $1 and master_contact_id = $2 and claimed_by = $3`;

export type RecordingClaims = ReturnType<typeof createRecordingClaims>;

/**
 * Which attempt is at a call: two playback queries of one call at a time would waste one. Both methods throw
 * `StoreError`.
 */
export function createRecordingClaims(pool: Pool) {
  return {
    /**
     * Takes a call that is due for an attempt of `holder`, for so long; again while the holder has it, which prolongs it.
     * False when it is not due any more, or another holder is at it: two playback queries at a time would waste one.
     */
    async claim(
      tenant: string,
      masterContactId: string,
      { holder, seconds, now }: { readonly holder: string; readonly seconds: number; readonly now: Date },
    ): Promise<boolean> {
      const claimed = await run(pool, claimSql, [tenant, masterContactId, holder, seconds, now]);
      return claimed.length > 0;
    },
    /** Lets a call go that the holder has claimed; nothing happens when it has not. */
    async release(tenant: string, masterContactId: string, holder: string): Promise<void> {
      await run(pool, releaseSql, [tenant, masterContactId, holder]);
    },
  };
}
