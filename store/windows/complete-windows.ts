import type { Pool } from 'pg';
import { choiceOf, mayHaveRecording } from '../tables/recording-choice';
import { run } from '../postgres/transaction';
import { listsOf } from '../tables/window-filter';
import type { ConsecutiveWindows } from './window-ledger';

/**
 * `$1` tenant, `$2` to `$4` filter, `$5` starts, `$6` ends, `$7` recordings wanted, `$8` and `$9` of which calls. By the
 * ledger's own key, one index access for each window. A window read without recordings, or when fewer calls were
 * asked about, has calls without any row of recordings: it is complete for those only who want none.
 */
const completeSql = `
  select (one.place - 1)::int as place
  from unnest($5::timestamptz[], $6::timestamptz[]) with ordinality as one (window_start, window_end, place)
  join cxone.sync_window w using (window_start, window_end)
  where w.tenant = $1 and w.read_by = 'start' and w.status = 'complete'
    and w.skill_ids = $2 and w.campaign_ids = $3 and w.media_type_ids = $4
    and (not $7::boolean or not exists (
      select from cxone.contact c
      where c.tenant = $1 and c.contact_start_date >= w.window_start and c.contact_start_date < w.window_end
        and ${mayHaveRecording('c', '$8', '$9')} and c.absent_since is null
        and (cardinality(w.skill_ids) = 0 or c.skill_id = any (w.skill_ids))
        and (cardinality(w.campaign_ids) = 0 or c.campaign_id = any (w.campaign_ids))
        and (cardinality(w.media_type_ids) = 0 or c.media_type_id = any (w.media_type_ids))
        and not exists (
          select from cxone.recording r where r.tenant = $1 and r.master_contact_id = c.master_contact_id)))
  order by one.place`;

/** Which of the windows are complete, by their number in the list, from 0. */
export async function completeAmong(pool: Pool, windows: ConsecutiveWindows): Promise<number[]> {
  const { tenant, filter, edges, recordings } = windows;
  const { calls, types } = choiceOf(windows);
  const rows = await run<{ place: number }>(pool, completeSql, [
    tenant,
    ...listsOf(filter),
    edges.slice(0, -1),
    edges.slice(1),
    recordings,
    calls,
    types,
  ]);
  return rows.map(({ place }) => place);
}
