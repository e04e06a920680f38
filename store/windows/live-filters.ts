import type { Pool, PoolClient } from 'pg';
import { addGap } from './live-gaps';
import { inTransaction, run } from '../postgres/transaction';
import { isWithin, listsOf, sortedFilter, type WindowFilter, withinSql } from '../tables/window-filter';

/** What the live sync knows when it compares the filter of its watermark with the tenant's. */
export interface FilterChange {
  readonly tenant: string;
  readonly stream: string;
  /** The tenant's filter now. */
  readonly filter: WindowFilter;
  /** CXone's clock: what changes from now on is read by update, under the filter of now. */
  readonly clock: Date;
  /** The number of days after its start in which a contact may change. */
  readonly changesForDays: number;
  /** A gap that begins further back is read only when a person says so. */
  readonly lookBackDays: number;
}

export type LiveFilters = ReturnType<typeof createLiveFilters>;

interface Kept {
  readonly tenant: string;
  readonly skillIds: readonly number[] | null;
  readonly campaignIds: readonly number[] | null;
  readonly mediaTypeIds: readonly number[] | null;
}

const kept = `
  select tenant, skill_ids::float8[] as "skillIds", campaign_ids::float8[] as "campaignIds",
         media_type_ids::float8[] as "mediaTypeIds"
  from cxone.watermark`;
const keptSql = `${kept} where tenant = $1 and stream = $2 for update`;
const keptAmongSql = `${kept} where tenant = any ($1) and stream = 'contacts' and skill_ids is not null`;

const keepSql = `
  update cxone.watermark set skill_ids = $3, campaign_ids = $4, media_type_ids = $5
  where tenant = $1 and stream = $2`;

/**
 * `$1` tenant, `$2` to `$4` the former filter, `$5` to `$7` the new one. Where what was read under the former filter
 * begins to lack what the new one adds: what was read under a filter that holds all of the new one lacks nothing, as
 * after a narrower filter, or a history that was loaded beforehand. Windows by update count as read from when they have
 * moved the watermark, which may be long before they end.
 */
const missingSinceSql = `
  with former as (select $2::bigint[] as skill_ids, $3::bigint[] as campaign_ids, $4::bigint[] as media_type_ids),
       present as (select $5::bigint[] as skill_ids, $6::bigint[] as campaign_ids, $7::bigint[] as media_type_ids),
  line as (
    select tstzrange(w.window_start, coalesce(w.read_to, w.window_end)) as span, w.status = 'complete' as complete,
           ${withinSql('former', 'w')} as of_former, ${withinSql('present', 'w')} as of_present
    from cxone.sync_window w, former, present
    where w.tenant = $1 and (w.status = 'complete' or w.read_by = 'update')
  )
  select lower(
    coalesce(range_agg(span) filter (where of_former), '{}')
    - coalesce(range_agg(span) filter (where of_present and complete), '{}')) as since
  from line`;

const dayMs = 86_400_000;

/** Under which filter everything up to a watermark is stored. */
export function createLiveFilters(pool: Pool) {
  return {
    /**
     * Makes the tenant's filter that of its watermark. What a wider one lets through that the former did not is missing
     * for as long as anything was read under the former: that time becomes a gap, in the same transaction. A narrower
     * one misses nothing; a watermark without a filter takes the present one. Throws `StoreError`.
     */
    adopt: (change: FilterChange): Promise<'same' | 'narrower' | 'wider'> =>
      inTransaction(pool, async (client) => {
        const filter = sortedFilter(change.filter);
        const { rows } = await client.query<Kept>(keptSql, [change.tenant, change.stream]);
        const former = filterOf(rows[0]);
        if (former && isWithin(filter, former) && isWithin(former, filter)) return 'same';
        await client.query(keepSql, [change.tenant, change.stream, ...listsOf(filter)]);
        if (!former) return 'same';
        if (isWithin(filter, former)) return 'narrower';
        await noteMissing(client, change, former, filter);
        return 'wider';
      }),
    /** Of the stream `contacts`, by tenant; answers know only watermarks whose filter is known. Throws `StoreError`. */
    async kept(tenants: readonly string[]): Promise<ReadonlyMap<string, WindowFilter>> {
      const rows = await run<Kept>(pool, keptAmongSql, [tenants]);
      const found = new Map<string, WindowFilter>();
      for (const row of rows) {
        const filter = filterOf(row);
        if (filter) found.set(row.tenant, filter);
      }
      return found;
    },
  };
}

function filterOf(row: Kept | undefined): WindowFilter | null {
  const { skillIds = null, campaignIds = null, mediaTypeIds = null } = row ?? {};
  return skillIds && campaignIds && mediaTypeIds ? { skillIds, campaignIds, mediaTypeIds } : null;
}

async function noteMissing(
  client: PoolClient,
  { tenant, clock, changesForDays, lookBackDays }: FilterChange,
  former: WindowFilter,
  filter: WindowFilter,
): Promise<void> {
  const values = [tenant, ...listsOf(former), ...listsOf(filter)];
  const { rows } = await client.query<{ since: Date | null }>(missingSinceSql, values);
  const since = rows[0]?.since ?? null;
  // Nothing was read under the former filter alone: the watermark itself is all that is missed since.
  if (since === null || since >= clock) return;
  await addGap(client, tenant, {
    from: new Date(since.getTime() - changesForDays * dayMs),
    to: clock,
    reason: 'filter',
    waits: clock.getTime() - since.getTime() > lookBackDays * dayMs,
    begun: false,
  });
}
