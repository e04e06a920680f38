import type { Pool } from 'pg';
import { StoreError } from '../postgres/errors';
import { run } from '../postgres/transaction';

/**
 * `$1` window, `$2` attempt, `$3` the middle. The row of a window that was read in two halves: their sums, and what the
 * whole had read itself before it was split, whose rows the halves have seen as unchanged. Nothing is written unless
 * both halves are complete.
 */
const closeFromHalvesSql = `
  with whole as (
    select * from cxone.sync_window where window_id = $1 and attempt = $2
  ), half as (
    select h.* from whole w
    join cxone.sync_window h using (tenant, read_by, skill_ids, campaign_ids, media_type_ids)
    where h.status = 'complete'
      and ((h.window_start = w.window_start and h.window_end = $3)
           or (h.window_start = $3 and h.window_end = w.window_end))
  ), own as (
    select coalesce(sum(inserted), 0) as inserted, coalesce(sum(updated), 0) as updated, count(*) as pages,
           coalesce(sum(body_bytes), 0) as bytes
    from cxone.landing_page where window_id = $1 and attempt = $2 and kind = 'contacts'
  ), total as (
    select sum(expected) as expected, sum(fetched) as fetched, sum(half.inserted) + min(own.inserted) as inserted,
           sum(half.updated) + min(own.updated) as updated, sum(rejected) as rejected, sum(absent) as absent,
           sum(half.pages) + min(own.pages) as pages, sum(half.bytes) + min(own.bytes) as bytes,
           max(rounds) as rounds, sum(recordings_pending) as recordings_pending,
           sum(recordings_stored) as recordings_stored, sum(recordings_absent) as recordings_absent,
           sum(recordings_failed) as recordings_failed, sum(recording_bytes) as recording_bytes,
           min(last_poll_time) as last_poll_time
    from half cross join own having count(*) = 2
  )
  update cxone.sync_window w
  set status = 'complete', expected = t.expected, fetched = t.fetched, inserted = t.inserted, updated = t.updated,
      unchanged = greatest(0, t.fetched - t.rejected - t.inserted - t.updated), rejected = t.rejected,
      absent = t.absent, pages = t.pages, bytes = t.bytes, rounds = t.rounds,
      recordings_pending = t.recordings_pending, recordings_stored = t.recordings_stored,
      recordings_absent = t.recordings_absent, recordings_failed = t.recordings_failed,
      recording_bytes = t.recording_bytes, last_poll_time = t.last_poll_time, error_code = null, closed_at = now()
  from total t
  where w.window_id = $1 and w.attempt = $2
  returning w.window_id`;

/**
 * Closes a window from its halves.
 *
 * @throws StoreError (WindowNotHeld) when a later attempt has begun, or a half is not complete any more.
 */
export async function closeFromHalves(
  pool: Pool,
  windowId: string,
  attempt: number,
  middle: Date,
): Promise<void> {
  const closed = await run(pool, closeFromHalvesSql, [windowId, attempt, middle]);
  if (closed.length > 0) return;
  const remedy = 'A later run of the window, or of one of its halves, has begun: that one counts.';
  throw new StoreError(
    'WindowNotHeld',
    `Attempt ${attempt} is not the window's latest, or a half is open`,
    remedy,
  );
}
