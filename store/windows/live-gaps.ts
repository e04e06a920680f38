import type { Pool, PoolClient } from 'pg';
import { run } from '../postgres/transaction';
import { listsOf, sortedFilter, type WindowFilter, withinSql } from '../tables/window-filter';

/** A half-open time, by the start of contacts. */
export interface GapRange {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Why a time is to be read by start: the live sync was away for longer than CXone reports changes; the tenant's filter
 * was widened; or too many of its records were rejected.
 */
export type GapReason = 'away' | 'filter' | 'rejected';

/** A gap as it is noted. */
export interface NewGap extends GapRange {
  readonly reason: GapReason;
  /** A person decides whether it is read; otherwise the live sync begins its backfill by itself. */
  readonly waits: boolean;
  /** A backfill of all of it is about to begin. Otherwise it is due: begun, or asked about, at the next check. */
  readonly begun: boolean;
}

/** A gap of the live sync whose windows are not all complete yet. */
export interface OpenGap extends GapRange {
  readonly reason: GapReason;
  readonly waits: boolean;
  /** From the first window that is missing to the last; what lies between may be there. */
  readonly missing: GapRange;
  /** The backfill that was begun for it last, or what a person was asked about; null before there was any. */
  readonly begun: (GapRange & { readonly at: Date }) | null;
  /** Nothing was begun yet, or a day ago. */
  readonly due: boolean;
  /** A person cancelled that backfill. */
  readonly givenUp: boolean;
}

/** A tenant and its filter now. */
export interface FilteredTenant extends WindowFilter {
  readonly tenant: string;
}

export type LiveGaps = ReturnType<typeof createLiveGaps>;

/** Each bad window lets a gap of rejected records grow: what was begun for it, or given up, stays as it was. */
const grows = `present.filled_at is null and excluded.reason = 'rejected'`;
const kept = (column: string, renewed = `excluded.${column}`) =>
  `${column} = case when ${grows} then present.${column} else ${renewed} end`;

// A gap that grows while it is open keeps its later end, and the question it waits for.
const foundSql = `
  insert into cxone.live_gap as present (tenant, gap_start, gap_end, reason, waits, begun, begun_start, begun_end)
  values ($1, $2, $3, $4, $5, $6, $2, $3)
  on conflict (tenant, gap_start) do update set
    gap_end = case when present.filled_at is null then greatest(present.gap_end, excluded.gap_end)
                   else excluded.gap_end end,
    waits = excluded.waits or (present.filled_at is null and present.waits),
    reason = excluded.reason, found_at = now(), filled_at = null,
    ${kept('begun')}, ${kept('begun_start')}, ${kept('begun_end')}, ${kept('begun_at', 'now()')},
    ${kept('given_up_at', 'null')}`;

/**
 * `$1`: tenants with their filters, as JSON. What was complete before the gap was found may have changed in it, or
 * lacks what a wider filter adds.
 */
const weighed = `
  select g.*, tstzmultirange(tstzrange(g.gap_start, g.gap_end)) - coalesce((
    select range_agg(tstzrange(w.window_start, w.window_end)) from cxone.sync_window w
    where w.tenant = g.tenant and w.read_by = 'start' and w.status = 'complete' and w.started_at >= g.found_at
      and ${withinSql('asked', 'w')}
      and w.window_end > g.gap_start and w.window_start < g.gap_end), '{}') as missing
  from jsonb_to_recordset($1::jsonb)
    as asked (tenant text, skill_ids bigint[], campaign_ids bigint[], media_type_ids bigint[])
  join cxone.live_gap g on g.tenant = asked.tenant and g.filled_at is null`;

const openSql = `
  with weighed as (${weighed})
  select tenant, gap_start, gap_end, reason, waits, lower(missing) as missing_start, upper(missing) as missing_end,
         begun, begun_start, begun_end, begun_at, not begun or begun_at < now() - interval '1 day' as due,
         given_up_at is not null as given_up
  from weighed where not isempty(missing) order by tenant, gap_start`;

const settleSql = `
  with weighed as (${weighed})
  update cxone.live_gap g set filled_at = now() from weighed
  where isempty(weighed.missing) and g.tenant = weighed.tenant and g.gap_start = weighed.gap_start`;

const beginSql = `
  update cxone.live_gap set begun = true, begun_start = $3, begun_end = $4, begun_at = now()
  where tenant = $1 and gap_start = $2 and filled_at is null
    and (not begun or begun_at < now() - interval '1 day') returning 1`;

const takeOnSql = `
  update cxone.live_gap set waits = false, begun = true, begun_start = $3, begun_end = $4, begun_at = now()
  where tenant = $1 and gap_start = $2 and filled_at is null`;

const giveUpSql = `update cxone.live_gap set given_up_at = now() where tenant = $1 and gap_start = $2`;

const hastenSql = `
  update cxone.live_gap set begun = false where tenant = $1 and reason = $2 and filled_at is null`;

const dismissSql = `
  update cxone.live_gap set filled_at = now(), given_up_at = now()
  where tenant = $1 and gap_start < $3 and gap_end > $2 and filled_at is null and waits`;

interface OpenRow {
  readonly tenant: string;
  readonly reason: GapReason;
  readonly waits: boolean;
  readonly begun: boolean;
  readonly gap_start: Date;
  readonly gap_end: Date;
  readonly missing_start: Date;
  readonly missing_end: Date;
  readonly begun_start: Date;
  readonly begun_end: Date;
  readonly begun_at: Date;
  readonly due: boolean;
  readonly given_up: boolean;
}

/** Notes a gap on a connection of the caller's, in its transaction where there is one. */
export async function addGap(
  client: Pick<PoolClient, 'query'>,
  tenant: string,
  { from, to, reason, waits, begun }: NewGap,
): Promise<void> {
  await client.query(foundSql, [tenant, from, to, reason, waits, begun]);
}

/** What the live sync could not read by update, until it is read by start. All methods throw `StoreError`. */
export function createLiveGaps(pool: Pool) {
  async function openAmong(tenants: readonly FilteredTenant[]) {
    const found = new Map<string, OpenGap[]>();
    for (const row of await run<OpenRow>(pool, openSql, [asked(tenants)]))
      found.set(row.tenant, [...(found.get(row.tenant) ?? []), toGap(row)]);
    return found;
  }
  return {
    /** The same for many tenants at once. */
    openAmong,
    /** Notes a gap. Windows begun from now on can fill it; without more it is one of `away`, whose backfill begins. */
    async found(
      tenant: string,
      { from, to, reason = 'away', waits = false, begun = true }: GapRange & Partial<NewGap>,
    ): Promise<void> {
      await run(pool, foundSql, [tenant, from, to, reason, waits, begun]);
    },
    /** Gaps that windows by start under the filter, or a wider one, have not filled, the oldest first. */
    open: async (tenant: string, filter: WindowFilter): Promise<readonly OpenGap[]> =>
      (await openAmong([{ ...filter, tenant }])).get(tenant) ?? [],
    /** Removes filled gaps from the list, so that they do not return when one of their windows is read again. */
    async settle(tenant: string, filter: WindowFilter): Promise<void> {
      await run(pool, settleSql, [asked([{ ...filter, tenant }])]);
    },
    /** Notes that a backfill is about to begin for what is missing; false when that was noted within the last day. */
    async begin(tenant: string, { from, missing }: OpenGap): Promise<boolean> {
      return (await run(pool, beginSql, [tenant, from, missing.from, missing.to])).length > 0;
    },
    /** Notes the backfill that a person has begun for a gap that waited: from now on it is kept going like any other. */
    async takeOn(tenant: string, { from }: OpenGap, begun: GapRange): Promise<void> {
      await run(pool, takeOnSql, [tenant, from, begun.from, begun.to]);
    },
    async giveUp(tenant: string, { from }: OpenGap): Promise<void> {
      await run(pool, giveUpSql, [tenant, from]);
    },
    /** What was begun for gaps of a reason counts no more: they are due. */
    async hasten(tenant: string, reason: GapReason): Promise<void> {
      await run(pool, hastenSql, [tenant, reason]);
    },
    /** A person wants nothing read of what is missing: the gap is closed. */
    async dismiss(tenant: string, { from, to }: GapRange): Promise<void> {
      await run(pool, dismissSql, [tenant, from, to]);
    },
  };
}

/** The ledger keeps a filter's ids sorted, a tenants file as they were typed. */
function asked(tenants: readonly FilteredTenant[]): string {
  return JSON.stringify(
    tenants.map(({ tenant, ...filter }) => {
      const [skill_ids, campaign_ids, media_type_ids] = listsOf(sortedFilter(filter));
      return { tenant, skill_ids, campaign_ids, media_type_ids };
    }),
  );
}

function toGap(row: OpenRow): OpenGap {
  const begun = { from: row.begun_start, to: row.begun_end, at: row.begun_at };
  return {
    from: row.gap_start,
    to: row.gap_end,
    reason: row.reason,
    waits: row.waits,
    missing: { from: row.missing_start, to: row.missing_end },
    begun: row.begun ? begun : null,
    due: row.due,
    givenUp: row.given_up,
  };
}
