import type { Pool } from 'pg';
import { run } from '../postgres/transaction';
import { withinSql } from '../tables/window-filter';
import type { Claimant, QuietWindow } from './window-ledger';

/**
 * `$1` tenant, `$2` start, `$3` end, `$4` to `$6` filter, `$7` workflow, `$8` run, `$9` contacts. The watermark of the
 * contacts moves under the same conditions as over a window that was read (`Watermarks.moveOver`), and the line is
 * written only if it does: filters and gaps are judged by the lines of the ledger.
 */
const closeQuietSql = `
  with w as (
    select $1::text as tenant, $2::timestamptz as window_start, $3::timestamptz as window_end,
           $4::bigint[] as skill_ids, $5::bigint[] as campaign_ids, $6::bigint[] as media_type_ids
  ), moved as (
    update cxone.watermark m set value = w.window_end, updated_at = now()
    from w
    where m.tenant = w.tenant and m.stream = 'contacts'
      and m.value between w.window_start and w.window_end
      and (m.skill_ids is null or (${withinSql('m', 'w')}))
    returning 1
  ), line as (
    insert into cxone.sync_window
      (tenant, window_start, window_end, read_by, skill_ids, campaign_ids, media_type_ids, status, attempt, workflow_id,
       run_id, started_at, closed_at, expected, fetched, inserted, updated, unchanged, rejected, absent, pages, bytes,
       rounds, recordings_pending, recordings_stored, recordings_absent, recordings_failed, recording_bytes)
    select w.tenant, w.window_start, w.window_end, 'update', w.skill_ids, w.campaign_ids, w.media_type_ids,
           'complete', 1, $7, $8, now(), now(), $9::int, $9::int, 0, 0, $9::int, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from w, moved
    on conflict do nothing
  )
  select 1 from moved`;

/** Writes the line of a quiet window and moves the watermark over it; false when it may not move. Throws `StoreError`. */
export async function closeQuiet(pool: Pool, window: QuietWindow, claimant: Claimant): Promise<boolean> {
  const { skillIds, campaignIds, mediaTypeIds } = window.filter;
  const key = [window.tenant, window.from, window.to, skillIds, campaignIds, mediaTypeIds];
  const values = [...key, claimant.workflowId, claimant.runId, window.unchanged];
  return (await run(pool, closeQuietSql, values)).length > 0;
}
