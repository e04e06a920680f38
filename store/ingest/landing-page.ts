import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { Pool } from 'pg';
import type { PageKind } from './batch';
import { StoreError } from '../postgres/errors';
import { run } from '../postgres/transaction';

const zip = promisify(brotliCompress);
const unzip = promisify(brotliDecompress);
/** A third of the time gzip takes at its fastest, and smaller: 7 ms for a page of 5,000 contacts, 7.1 MB to 0.7 MB. */
const fastest = { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } };

/** PostgreSQL sends bytes as text of twice the length, which is read in one go: pages are fetched in pieces. */
const bytesAtOnce = 2 * 1024 * 1024;
const pieceSql = `
  select octet_length(body) as total, substring(body from $2 for $3) as piece
  from cxone.landing_page where page_id = $1`;

/** Which page of which reading: unique per window, attempt, round, kind and slice. */
export interface PageKey {
  readonly windowId: string;
  readonly attempt: number;
  readonly round: number;
  readonly kind: PageKind;
  readonly slice: string;
}

/** A page as CXone sent it; `meta` holds what the activity must answer should it be asked again. */
export interface PageToLand extends PageKey {
  readonly tenant: string;
  readonly body: Buffer;
  readonly records: number;
  readonly meta: object;
}

export interface LandedPage {
  readonly pageId: string;
  readonly records: number;
  readonly meta: Readonly<Record<string, unknown>>;
}

export type Landing = ReturnType<typeof createLanding>;

const keyOf = ({ windowId, attempt, round, kind, slice }: PageKey) => [windowId, attempt, round, kind, slice];
const sameKey = 'window_id = $1 and attempt = $2 and round = $3 and kind = $4 and slice = $5';

/** This number of pages, megabytes each, goes within the time a statement has (pool.ts), however many have gathered. */
const prunedAtOnce = 200;

const pruneSql = `
  with old as (
    select p.page_id from cxone.landing_page p join cxone.sync_window w on w.window_id = p.window_id
    where p.landed_at < $1 and (w.status <> 'running' or p.attempt <> w.attempt)
    limit $2
  ), pruned as (
    delete from cxone.landing_page p using old where p.page_id = old.page_id returning 1
  )
  select count(*)::int as pruned from pruned`;

/**
 * Pages as received, kept so that they can be stored, and stored again, without asking CXone twice. Bodies are
 * compressed with Brotli: short-lived, so time counts more than size.
 */
export function createLanding(pool: Pool) {
  async function find(key: PageKey): Promise<LandedPage | null> {
    const rows = await run<LandedPage>(
      pool,
      `select page_id as "pageId", records, meta from cxone.landing_page where ${sameKey}`,
      keyOf(key),
    );
    return rows[0] ?? null;
  }

  return {
    find,
    /** Keeps a page. The first page landed under a key stays: landing again answers that one. */
    async land(page: PageToLand): Promise<{ readonly pageId: string }> {
      const rows = await run<{ pageId: string }>(
        pool,
        `insert into cxone.landing_page
           (window_id, attempt, round, kind, slice, tenant, body, body_bytes, records, meta)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict do nothing
         returning page_id as "pageId"`,
        [
          ...keyOf(page),
          page.tenant,
          await zip(page.body, fastest),
          page.body.length,
          page.records,
          JSON.stringify(page.meta),
        ],
      );
      const landed = rows[0] ?? (await find(page));
      if (landed !== null) return { pageId: landed.pageId };
      throw new StoreError('DatabaseConflict', 'The page was pruned while it was landed');
    },
    /** The ids of the pages of one reading. */
    async pagesOf({ windowId, attempt, round, kind }: Omit<PageKey, 'slice'>): Promise<readonly string[]> {
      const rows = await run<{ pageId: string }>(
        pool,
        `select page_id as "pageId" from cxone.landing_page
         where window_id = $1 and attempt = $2 and round = $3 and kind = $4 order by page_id`,
        [windowId, attempt, round, kind],
      );
      return rows.map(({ pageId }) => pageId);
    },
    /** The body as it was landed. Throws `StoreError` (PageMissing) when it was pruned. */
    async read(pageId: string): Promise<Buffer> {
      const pieces: Buffer[] = [];
      let size = 0;
      for (;;) {
        const [row] = await run<{ total: number; piece: Buffer }>(pool, pieceSql, [
          pageId,
          size + 1,
          bytesAtOnce,
        ]);
        if (row === undefined) {
          throw new StoreError('PageMissing', `Landed page ${pageId} is not there`);
        }
        pieces.push(row.piece);
        size += row.piece.length;
        if (size >= row.total || row.piece.length === 0) return unzip(Buffer.concat(pieces, size));
      }
    },
    /** Removes pages landed before `before`, except those of attempts that are still running; answers how many. */
    async prune(before: Date): Promise<number> {
      let all = 0;
      for (;;) {
        const rows = await run<{ pruned: number }>(pool, pruneSql, [before, prunedAtOnce]);
        const pruned = rows[0]?.pruned ?? 0;
        all += pruned;
        if (pruned < prunedAtOnce) return all;
      }
    },
  };
}
