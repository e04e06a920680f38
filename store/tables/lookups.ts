import type { Pool, PoolClient } from 'pg';
import type { ErrorCode } from '../../errors';
import type { Batch, LookupName, PageOutcome } from '../ingest/batch';
import { createPagePersister } from '../ingest/page-persister';
import { lookupTables } from './lookup-columns';
import { run } from '../postgres/transaction';

/** Why a list was not read to its end the last time: the code of an error. */
export interface LookupProblem {
  readonly list: LookupName;
  readonly code: string;
}

/** What is known at the last page of a list. */
export interface LookupEnd {
  /** The rows CXone counts in the list; null when it does not say. */
  readonly totalRecords: number | null;
}

export type LookupTables = ReturnType<typeof createLookupTables>;

// A window that died with a claim keeps the others from reading for this long; its own next run goes on at once.
const claimLasts = `interval '15 minutes'`;

const claimSql = `
  insert into cxone.lookup_list as present (tenant, list, window_id, claimed_at)
  select $1, list, $2, now() from unnest($3::text[]) as one (list) order by list
  on conflict (tenant, list) do update set window_id = excluded.window_id, claimed_at = excluded.claimed_at
  where (present.read_at is null or present.read_at < $4)
    and (present.window_id = excluded.window_id
         or coalesce(present.claimed_at, '-infinity') < now() - ${claimLasts}
            and coalesce(present.failed_at, '-infinity') < $5)
  returning list`;

const failedSql = `
  select list, error_code as code from cxone.lookup_list
  where tenant = $1 and error_code is not null and not list = any($2)
  order by list`;

const readSql = `
  insert into cxone.lookup_list as present (tenant, list, read_at) values ($1, $2, now())
  on conflict (tenant, list) do update set read_at = excluded.read_at, failed_at = null, error_code = null`;

const failSql = `
  insert into cxone.lookup_list as present (tenant, list, failed_at, error_code) values ($1, $2, now(), $3)
  on conflict (tenant, list) do update set failed_at = excluded.failed_at, error_code = excluded.error_code`;

// The current page counts separately: its ids are still in the staging table.
const returnedSql = (staging: string, key: string) => `
  with page as (
    select p.page_id, p.record_ids, p.records, p.rejected, p.landed_at, p.meta
    from cxone.landing_page this join cxone.landing_page p using (window_id, attempt, round, kind)
    where this.page_id = $1
  ), returned as (
    select id from page cross join lateral unnest(record_ids) as one (id)
    union select ${key} from ${staging}
  )
  select (select coalesce(array_agg(id), '{}') from returned) as ids,
         (select coalesce(sum(rejected), 0)::int from page) as rejected,
         (select coalesce(sum(greatest(0, records - rejected - cardinality(record_ids))), 0)::int from page where page_id <> $1)
           + (select (count(*) - count(distinct ${key}))::int from ${staging}) as doubles,
         (select (meta ->> 'totalRecords')::float8 from page
          where meta ->> 'totalRecords' is not null order by page_id desc limit 1) as total,
         (select min(landed_at) from page) as since`;

// A row that is back is seen again, even if its stamp is older than the stored one. What another reading stored since
// this one began is not judged by it.
const markSql = (name: string, key: string) => `
  update cxone.${name} set absent_since = case when ${key} = any($2::bigint[]) then null else now() end
  where tenant = $1 and synced_at < $3 and (absent_since is null) <> (${key} = any($2::bigint[]))`;

interface Returned {
  readonly ids: readonly string[];
  readonly rejected: number;
  /** Rows that one answer showed more than once: the source lists them twice, and counts them so. */
  readonly doubles: number;
  /** What the last page that says it counts; an empty one, which may end the list, does not. */
  readonly total: number | null;
  readonly since: Date;
}

/** A landed page of a list. */
interface ListPage {
  readonly list: LookupName;
  readonly pageId: string;
  readonly tenant: string;
}

/** The reference data behind `pool`; all methods throw `StoreError`. */
export function createLookupTables(pool: Pool) {
  const names = Object.keys(lookupTables) as readonly LookupName[];
  const pages = new Map(names.map((list) => [list, createPagePersister(pool, lookupTables[list], list)]));

  async function settle(
    client: PoolClient,
    at: ListPage,
    { staging, rejected: rejectedHere }: { readonly staging: string; readonly rejected: number },
    end: LookupEnd,
  ): Promise<void> {
    const { name, key } = lookupTables[at.list];
    const { rows } = await client.query<Returned>(returnedSql(staging, key), [at.pageId]);
    const { ids, rejected, doubles, total, since } = rows[0] as Returned;
    const totalRecords = end.totalRecords ?? total;
    const seen = ids.length + doubles + rejected + rejectedHere;
    if (totalRecords !== null && seen < totalRecords) {
      await client.query(failSql, [at.tenant, at.list, 'CountMismatch' satisfies ErrorCode]);
      return;
    }
    // A record that was rejected may be that of a row we hold: then it is unknown what is missing.
    const allKnown = rejected + rejectedHere === 0;
    if (allKnown) await client.query(markSql(name, key), [at.tenant, ids, since]);
    await client.query(readSql, [at.tenant, at.list]);
  }

  async function problemOf(tenant: string, list: LookupName): Promise<string | null> {
    const sql = 'select error_code as code from cxone.lookup_list where tenant = $1 and list = $2';
    const [row] = await run<{ code: string | null }>(pool, sql, [tenant, list]);
    return row?.code ?? null;
  }

  return {
    /**
     * The lists a window has to read: not read since `staleBefore`, and not by another window at the moment. One that
     * failed is left alone until its failure lies before `failedBefore`, unless it is the same window that asks again.
     * Answers also the lists that failed and are not read now.
     */
    async claim(
      tenant: string,
      windowId: string,
      staleBefore: Date,
      failedBefore: Date,
    ): Promise<{ readonly due: readonly LookupName[]; readonly failed: readonly LookupProblem[] }> {
      const values = [tenant, windowId, names, staleBefore, failedBefore];
      const claimed = new Set(
        (await run<{ list: LookupName }>(pool, claimSql, values)).map(({ list }) => list),
      );
      const due = names.filter((list) => claimed.has(list));
      return { due, failed: await run<LookupProblem>(pool, failedSql, [tenant, due]) };
    },
    /**
     * Stores a landed page. With `end`, the list's last one, rows that no page of the reading returned are marked absent
     * in the same transaction, and the list counts as read; a reading that came short of the list's total marks nothing
     * and is a problem, `CountMismatch`.
     */
    async persistPage(
      { list, pageId, tenant }: ListPage,
      batch: Batch,
      end?: LookupEnd,
    ): Promise<PageOutcome & { readonly problem: string | null }> {
      const persister = pages.get(list);
      if (persister === undefined) throw new TypeError(`there is no list ${list}`);
      const outcome = await persister.persist(pageId, tenant, batch, async (client, staging, rejected) => {
        if (end === undefined) return;
        await settle(client, { list, pageId, tenant }, { staging, rejected }, end);
      });
      // Asked afterwards, so that a page that was stored before answers the same.
      return { ...outcome, problem: end === undefined ? null : await problemOf(tenant, list) };
    },
    /** Notes why a list cannot be read, so that not every window asks for it again. */
    async noteFailure(tenant: string, list: LookupName, code: ErrorCode): Promise<void> {
      await run(pool, failSql, [tenant, list, code]);
    },
  };
}
