import type { Pool } from 'pg';
import { run } from '../postgres/transaction';

/** Playback queries, and how many of them found something to play or to read. */
export interface QueryTally {
  readonly queries: number;
  readonly found: number;
}

/** The queries of a tenant, by whether the contacts call the call logged. */
export interface PlaybackTally {
  readonly logged: QueryTally;
  readonly notLogged: QueryTally;
}

export type PlaybackTallies = ReturnType<typeof createPlaybackTallies>;

const none: QueryTally = { queries: 0, found: 0 };

const queriedSql = `
  insert into cxone.playback_tally as t (tenant, day, logged, queries, found)
  values ($1, (now() at time zone 'UTC')::date, $2, 1, $3)
  on conflict (tenant, day, logged) do update
  set queries = t.queries + 1, found = t.found + excluded.found`;

const queriesSql = `
  select tenant, logged, sum(queries)::float8 as queries, sum(found)::float8 as found
  from cxone.playback_tally
  where tenant = any ($1) and day > (now() at time zone 'UTC')::date - $2::int
  group by tenant, logged`;

/**
 * What playback queries find: whether a setting could save some of them is judged by it. Both methods throw
 * `StoreError`.
 */
export function createPlaybackTallies(pool: Pool) {
  return {
    /** Counts one query of a call. */
    async queried(tenant: string, logged: boolean, found: boolean): Promise<void> {
      await run(pool, queriedSql, [tenant, logged, found ? 1 : 0]);
    },
    /** The queries of the last `days` days up to today, by tenant; tenants without any are left out. */
    async queriesOf(tenants: readonly string[], days: number): Promise<ReadonlyMap<string, PlaybackTally>> {
      const tallies = new Map<string, PlaybackTally>();
      type Row = QueryTally & { readonly tenant: string; readonly logged: boolean };
      for (const { tenant, logged, queries, found } of await run<Row>(pool, queriesSql, [tenants, days])) {
        const before = tallies.get(tenant) ?? { logged: none, notLogged: none };
        tallies.set(tenant, { ...before, [logged ? 'logged' : 'notLogged']: { queries, found } });
      }
      return tallies;
    },
  };
}
