import type { Pool } from 'pg';
import { inTransaction, run } from '../postgres/transaction';
import { listsOf, sortedFilter, type WindowFilter } from '../tables/window-filter';

/** What clocks said when the live sync of a tenant asked for the time. */
export interface ClockReading {
  /** CXone's word and the header of its answer; null where it said nothing. */
  readonly lastPollTime: Date | null;
  readonly dateHeader: Date | null;
  /** That of the worker that asked. */
  readonly ownClock: Date;
  /** The clock in use. */
  readonly clock: Date;
}

/** A watermark that lay ahead of CXone's clock, and where it went back to. */
export interface SetBack {
  readonly from: Date;
  readonly to: Date;
  readonly at: Date;
}

export interface SetBackOptions {
  readonly tenant: string;
  readonly stream: string;
  /** The clock in use: a mark ahead of it is wrong. */
  readonly clock: Date;
  /** Where no window says how far changes are stored, the mark goes back so far. */
  readonly lookBackDays: number;
  readonly filter: WindowFilter;
}

export type SourceClocks = ReturnType<typeof createSourceClocks>;

export interface ClockState {
  readonly reading: ClockReading | null;
  readonly setBack: SetBack | null;
}

const noteSql = `
  with before as (select latest_clock from cxone.source_clock where tenant = $1),
  noted as (
    insert into cxone.source_clock as present (tenant, last_poll_time, date_header, own_clock, clock, latest_clock)
    values ($1, $2, $3, $4, $5, $5)
    on conflict (tenant) do update set
      last_poll_time = excluded.last_poll_time, date_header = excluded.date_header, own_clock = excluded.own_clock,
      clock = excluded.clock, latest_clock = greatest(present.latest_clock, excluded.clock))
  select latest_clock as "latestClock" from before`;

/**
 * `$1` tenant, `$2` stream, `$3` clock, `$4` days, `$5` to `$7` filter. Back to the end of the newest window by update
 * that is complete, ended before the clock, and was closed before the first one began that claims to end behind it:
 * what was read after that began at the wrong mark. Such windows of a millisecond prove nothing. What a window claims
 * counts here, not where it was cut since (`cutWindowsSql`).
 */
const setBackSql = `
  with mark as (
    select value from cxone.watermark where tenant = $1 and stream = $2 and value > $3 for update
  ), live as (
    select *, coalesce(read_to, window_end) as ended from cxone.sync_window
    where tenant = $1 and read_by = 'update'
      and skill_ids = $5 and campaign_ids = $6 and media_type_ids = $7
  ), sound as (
    select max(ended) as ended from live
    where status = 'complete' and ended <= $3 and window_end - window_start > interval '1 millisecond'
      and closed_at <= coalesce((select min(started_at) from live where window_end > $3), 'infinity')
  )
  update cxone.watermark m
  set value = coalesce(sound.ended, $3::timestamptz - make_interval(days => $4)), updated_at = now(),
      set_back_from = mark.value, set_back_to = coalesce(sound.ended, $3::timestamptz - make_interval(days => $4)),
      set_back_at = now()
  from mark, sound
  where m.tenant = $1 and m.stream = $2
  returning m.set_back_from as "from", m.set_back_to as "to", m.set_back_at as at`;

/**
 * `$1` tenant, `$2` clock, `$3` where the mark went back to. A window by update that claims to end in the future has read
 * no further than that: otherwise it would speak for time that nothing has read, as where a filter is widened.
 */
const cutWindowsSql = `
  update cxone.sync_window set read_to = greatest($3, window_start + interval '1 millisecond')
  where tenant = $1 and read_by = 'update' and coalesce(read_to, window_end) > $2
    and greatest($3, window_start + interval '1 millisecond') < window_end`;

/** A gap that a wrong clock let reach into the future ends now; one that lies there whole is none. */
const cutGapsSql = `
  with gone as (delete from cxone.live_gap where tenant = $1 and gap_start >= $2)
  update cxone.live_gap set gap_end = $2 where tenant = $1 and gap_start < $2 and gap_end > $2`;

const listSql = `
  select asked.tenant, c.last_poll_time as "lastPollTime", c.date_header as "dateHeader", c.own_clock as "ownClock",
         c.clock, m.set_back_from as "from", m.set_back_to as "to", m.set_back_at as at
  from unnest($1::text[]) as asked (tenant)
  left join cxone.source_clock c using (tenant)
  left join cxone.watermark m on m.tenant = asked.tenant and m.stream = 'contacts'`;

type ListedRow = { readonly [Name in keyof (ClockReading & SetBack)]: Date | null } & {
  readonly tenant: string;
};

/** What is known of CXone's clock, and what a wrong one has done. All methods throw `StoreError`. */
export function createSourceClocks(pool: Pool) {
  return {
    /** Keeps the latest reading of a tenant; returns the clock that was in use before it, null at the first. */
    async note(
      tenant: string,
      { lastPollTime, dateHeader, ownClock, clock }: ClockReading,
    ): Promise<Date | null> {
      const values = [tenant, lastPollTime, dateHeader, ownClock, clock];
      const [before] = await run<{ latestClock: Date }>(pool, noteSql, values);
      return before?.latestClock ?? null;
    },
    /** Sets a mark back that is ahead of the clock; null when it is not. */
    async setBack({ tenant, stream, clock, lookBackDays, filter }: SetBackOptions): Promise<SetBack | null> {
      const values = [tenant, stream, clock, lookBackDays, ...listsOf(sortedFilter(filter))];
      return inTransaction(pool, async (client) => {
        const { rows } = await client.query<SetBack>(setBackSql, values);
        const [moved] = rows;
        if (moved === undefined) return null;
        await client.query(cutWindowsSql, [tenant, clock, moved.to]);
        await client.query(cutGapsSql, [tenant, clock]);
        return moved;
      });
    },
    /** Takes a mark away that is ahead of `limit`, for a stream that can be read from its beginning. */
    async withdrawAhead(tenant: string, stream: string, limit: Date): Promise<void> {
      const sql = 'delete from cxone.watermark where tenant = $1 and stream = $2 and value > $3';
      await run(pool, sql, [tenant, stream, limit]);
    },
    /** Readings by tenant, and the marks of contacts that were set back. */
    async list(tenants: readonly string[]): Promise<ReadonlyMap<string, ClockState>> {
      const rows = await run<ListedRow>(pool, listSql, [tenants]);
      return new Map(rows.map((row) => [row.tenant, stateOf(row)]));
    },
  };
}

function stateOf({ lastPollTime, dateHeader, ownClock, clock, from, to, at }: ListedRow): ClockState {
  return {
    reading: ownClock === null || clock === null ? null : { lastPollTime, dateHeader, ownClock, clock },
    setBack: from === null || to === null || at === null ? null : { from, to, at },
  };
}
