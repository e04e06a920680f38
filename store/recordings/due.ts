import type { Pool } from 'pg';
import { firstPriority, type RecordedCalls, unlikely } from '../tables/recording-choice';
import { isListed } from './listing';
import { run } from '../postgres/transaction';
import { windowContacts } from '../tables/window-contacts';

/** What failed before, or is known to have a file, is asked about whatever the contacts or the listing say. */
const isKnown = `(r.segment_id is not null or r.status = 'failed')`;

/** SQL: whether the row `r` is one of the calls that the settings want asked about, by the parameter `calls`. */
const isChosen = (calls: string): string => `
  case ${calls}::text when 'listed' then ${isKnown} or ${isListed}
                      when 'logged' then ${isKnown} or r.priority = 0
                      else r.priority < ${unlikely} end`;

// A call that was never asked about is due whatever the clock of the caller says: its row has the database's time.
const isDue = (now: string): string => `
  r.status in ('pending', 'failed') and (r.attempts = 0 or r.next_attempt_at <= ${now})
  and (r.claimed_until is null or r.claimed_until <= now())`;

/** SQL: the condition of the index recording_open_by_priority, for statements that are to go by it. */
const inOrder = (r: string): string => `${r}.status in ('pending', 'failed') and ${r}.priority >= 0`;

// The place of `after` in the order is that which its contacts gave it: asking about it may have lowered it since.
const dueSql = `
  select master_contact_id
  from (
    select r.master_contact_id, min(r.priority) as priority
    from (${windowContacts}) c
    join cxone.recording r on r.tenant = c.tenant and r.master_contact_id = c.master_contact_id
    where exists (select from cxone.sync_window w where w.window_id = $1 and w.attempt = $2)
      and ${isDue('$5')} and ${isChosen('$6')}
    group by r.master_contact_id) as call
  where $3::bigint is null or (priority, master_contact_id) > (
    (select coalesce(min(${firstPriority('before')}), 0)
     from cxone.recording before join cxone.sync_window w on w.tenant = before.tenant
     where w.window_id = $1 and before.master_contact_id = $3), $3)
  order by priority, master_contact_id
  limit $4`;

// Else the live sync would take a backfill's queries upon itself, ahead of its own. A run that died leaves its window
// `running`; after a day it no longer counts.
const dueOfTenantSql = `
  select distinct r.priority, r.master_contact_id
  from cxone.recording r
  where r.tenant = $1 and ${inOrder('r')} and ${isDue('$3')} and ${isChosen('$4')}
    and not (r.attempts = 0 and exists (
      select from cxone.contact c
      join cxone.sync_window w on w.tenant = c.tenant and w.status = 'running' and w.read_by = 'start'
        and w.started_at > now() - interval '1 day' and c.first_synced_at >= w.started_at
        and c.contact_start_date >= w.window_start and c.contact_start_date < w.window_end
      where c.tenant = r.tenant and c.master_contact_id = r.master_contact_id))
  order by r.priority, r.master_contact_id desc
  limit $2`;

// Of these the time counts also for the first query: it is not to come early.
const unlikelyOfTenantSql = `
  select r.master_contact_id
  from cxone.recording r
  where r.tenant = $1 and ${inOrder('r')} and r.priority = ${unlikely} and ${isDue('$3')} and r.next_attempt_at <= $3
    and not exists (
      select from cxone.recording o
      where o.tenant = $1 and ${inOrder('o')} and o.priority < ${unlikely}
        and (o.attempts = 0 or o.next_attempt_at <= $3))
  order by r.master_contact_id desc
  limit $2`;

interface Due {
  readonly master_contact_id: string;
}

interface AskedDue {
  /** Master contact id; null: from the first one on. */
  readonly after: string | null;
  readonly limit: number;
  readonly now: Date;
  readonly calls?: RecordedCalls | undefined;
}

export type DueRecordings = ReturnType<typeof createDueRecordings>;

/** Which calls are to be asked about now, the likeliest first. All methods throw `StoreError`. */
export function createDueRecordings(pool: Pool) {
  const idsOf = async (sql: string, values: readonly unknown[]): Promise<string[]> => [
    // A call with several open rows may stand under two priorities.
    ...new Set((await run<Due>(pool, sql, values)).map((row) => row.master_contact_id)),
  ];
  return {
    /**
     * Master contact ids of the window's contacts that are to be asked about by `now`, the likeliest first and then in
     * ascending order, from behind `after`. Calls that probably have nothing are left to the sweep.
     */
    due: (
      { windowId, attempt }: { readonly windowId: string; readonly attempt: number },
      { after, limit, now, calls = 'all' }: AskedDue,
    ): Promise<string[]> => idsOf(dueSql, [windowId, attempt, after, limit, now, calls]),
    /**
     * The same for all calls of a tenant, whichever window brought them: the likeliest first, of these the newest. Calls
     * that a window by start has just brought, and asks about itself at its own pace, are left to it.
     */
    dueOfTenant: (
      tenant: string,
      limit: number,
      now: Date,
      calls: RecordedCalls = 'all',
    ): Promise<string[]> => idsOf(dueOfTenantSql, [tenant, limit, now, calls]),
    /**
     * Calls of a tenant that probably have nothing, the newest first: none while any other call of the tenant is to be
     * asked about, by whichever run.
     */
    unlikelyOfTenant: (tenant: string, limit: number, now: Date): Promise<string[]> =>
      idsOf(unlikelyOfTenantSql, [tenant, limit, now]),
  };
}
