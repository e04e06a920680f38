import type { Pool } from 'pg';
import { run } from '../postgres/transaction';
import { mayMoveSql } from '../tables/watermarks';
import type { Claimant, QuietWindow } from './window-ledger';

/**
 * `$1` tenant, `$2` start, `$3` end, `$4` to `$6` filter, `$7` workflow, `$8` run, `$9` contacts, `$10` hours. The
 * watermark of the contacts moves under the same conditions as over a window that was read (`Watermarks.moveOver`). The
 * line is written, too, as filters and gaps are judged by the lines of the ledger. It has no rounds: nothing was read.
 */
const closeQuietSql = `
  with w as (
    select $1::text as tenant, $2::timestamptz as window_start, $3::timestamptz as window_end,
           $4::bigint[] as skill_ids, $5::bigint[] as campaign_ids, $6::bigint[] as media_type_ids
  ), moved as (
    update cxone.watermark m set value = w.window_end, updated_at = now()
    from w
    where m.tenant = w.tenant and m.stream = 'contacts'
      and ${mayMoveSql('w.window_end')}
      and exists (
        select from cxone.sync_window r
        where r.tenant = w.tenant and r.read_by = 'update' and r.status = 'complete' and r.rounds is not null
          and r.window_start > w.window_start - $10::int * interval '1 hour')
    returning 1
  )
  insert into cxone.sync_window
    (tenant, window_start, window_end, read_by, skill_ids, campaign_ids, media_type_ids, status, attempt, workflow_id,
     run_id, started_at, closed_at, expected, fetched, inserted, updated, unchanged, rejected, absent, pages, bytes,
     recordings_pending, recordings_stored, recordings_absent, recordings_failed, recording_bytes)
  select w.tenant, w.window_start, w.window_end, 'update', w.skill_ids, w.campaign_ids, w.media_type_ids,
         'complete', 1, $7, $8, now(), now(), $9::int, $9::int, 0, 0, $9::int, 0, 0, 0, 0, 0, 0, 0, 0, 0
  from w, moved
  on conflict do nothing
  returning 1`;

/** See `WindowLedger.closeQuiet`. */
export async function closeQuiet(pool: Pool, window: QuietWindow, claimant: Claimant): Promise<boolean> {
  const { skillIds, campaignIds, mediaTypeIds } = window.filter;
  const key = [window.tenant, window.from, window.to, skillIds, campaignIds, mediaTypeIds];
  const values = [...key, claimant.workflowId, claimant.runId, window.unchanged, window.refreshHours];
  return (await run(pool, closeQuietSql, values)).length > 0;
}
