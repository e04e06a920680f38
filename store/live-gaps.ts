import type { Pool } from 'pg';
import { run } from './transaction';
import type { WindowFilter } from './window-ledger';

/** A half-open time, by the start of contacts. */
export interface GapRange {
  readonly from: Date;
  readonly to: Date;
}

/** A gap of the live sync whose windows are not all complete yet. */
export interface OpenGap extends GapRange {
  /** From the first window that is missing to the last; what lies between may be there. */
  readonly missing: GapRange;
  /** The backfill that was begun for it last. */
  readonly begun: GapRange & { readonly at: Date };
  /** A day has passed since that was begun. */
  readonly due: boolean;
  /** A person cancelled that backfill. */
  readonly givenUp: boolean;
}

/** What the live sync could not read by update, until it is read by start. All methods throw `StoreError`. */
export interface LiveGaps {
  /** Notes a gap, and that its backfill is about to begin: windows begun from now on can fill it. */
  found(tenant: string, gap: GapRange): Promise<void>;
  /** Gaps that windows by start under the filter have not filled, the oldest first. */
  open(tenant: string, filter: WindowFilter): Promise<readonly OpenGap[]>;
  /** Takes those that are filled from the list, lest they come back when a window of theirs is read again. */
  settle(tenant: string, filter: WindowFilter): Promise<void>;
  /** Notes that a backfill is about to begin for what is missing; false when somebody did so within a day. */
  begin(tenant: string, gap: OpenGap): Promise<boolean>;
  giveUp(tenant: string, gap: OpenGap): Promise<void>;
}

const foundSql = `
  insert into cxone.live_gap as present (tenant, gap_start, gap_end, begun_start, begun_end)
  values ($1, $2, $3, $2, $3)
  on conflict (tenant, gap_start) do update set gap_end = excluded.gap_end, found_at = now(),
    begun_start = excluded.begun_start, begun_end = excluded.begun_end, begun_at = now(),
    given_up_at = null, filled_at = null`;

/** `$1` tenant, `$2` to `$4` filter. What was complete before the gap was found may have changed in it. */
const weighed = `
  select g.*, tstzmultirange(tstzrange(g.gap_start, g.gap_end)) - coalesce((
    select range_agg(tstzrange(w.window_start, w.window_end)) from cxone.sync_window w
    where w.tenant = g.tenant and w.read_by = 'start' and w.status = 'complete' and w.started_at >= g.found_at
      and w.skill_ids = $2 and w.campaign_ids = $3 and w.media_type_ids = $4
      and w.window_end > g.gap_start and w.window_start < g.gap_end), '{}') as missing
  from cxone.live_gap g where g.tenant = $1 and g.filled_at is null`;

const openSql = `
  with weighed as (${weighed})
  select gap_start, gap_end, lower(missing) as missing_start, upper(missing) as missing_end, begun_start, begun_end,
         begun_at, begun_at < now() - interval '1 day' as due, given_up_at is not null as given_up
  from weighed where not isempty(missing) order by gap_start`;

const settleSql = `
  with weighed as (${weighed})
  update cxone.live_gap g set filled_at = now() from weighed
  where isempty(weighed.missing) and g.tenant = weighed.tenant and g.gap_start = weighed.gap_start`;

const beginSql = `
  update cxone.live_gap set begun_start = $3, begun_end = $4, begun_at = now()
  where tenant = $1 and gap_start = $2 and filled_at is null and begun_at < now() - interval '1 day' returning 1`;

const giveUpSql = `update cxone.live_gap set given_up_at = now() where tenant = $1 and gap_start = $2`;

interface OpenRow {
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

/** The gaps behind `pool`. */
export function createLiveGaps(pool: Pool): LiveGaps {
  // The ledger keeps a filter's ids sorted, a tenants file as somebody typed them.
  const weigh = (tenant: string, { skillIds, campaignIds, mediaTypeIds }: WindowFilter) => [
    tenant,
    ...[skillIds, campaignIds, mediaTypeIds].map((ids) => [...new Set(ids)].sort((a, b) => a - b)),
  ];
  return {
    async found(tenant, { from, to }) {
      await run(pool, foundSql, [tenant, from, to]);
    },
    async open(tenant, filter) {
      const rows = await run<OpenRow>(pool, openSql, weigh(tenant, filter));
      return rows.map((row) => ({
        from: row.gap_start,
        to: row.gap_end,
        missing: { from: row.missing_start, to: row.missing_end },
        begun: { from: row.begun_start, to: row.begun_end, at: row.begun_at },
        due: row.due,
        givenUp: row.given_up,
      }));
    },
    async settle(tenant, filter) {
      await run(pool, settleSql, weigh(tenant, filter));
    },
    async begin(tenant, { from, missing }) {
      return (await run(pool, beginSql, [tenant, from, missing.from, missing.to])).length > 0;
    },
    async giveUp(tenant, { from }) {
      await run(pool, giveUpSql, [tenant, from]);
    },
  };
}
