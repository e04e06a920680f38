import type { Pool, PoolClient } from 'pg';
import type { Batch, PageKind, PageOutcome, Rejected } from './batch';
import { createBulkUpsert, type Unstorable, unstorableReason } from './bulk-upsert';
import type { BulkTable } from './columns';
import { noteDrift } from './schema-drift';
import { StoreError } from '../postgres/errors';
import { keepRejected } from './keep-rejected';
import { rowAsJson } from './row-json';
import { inTransaction } from '../postgres/transaction';

interface PageState extends PageOutcome {
  readonly tenant: string;
  readonly kind: PageKind;
  readonly persisted: boolean;
}

/**
 * What a table family does with the staged rows in the same transaction, after they were stored; `rejected` says how
 * many records of the page were not.
 */
export type AfterUpsert = (client: PoolClient, staging: string, rejected: number) => Promise<void>;

async function lockPage(
  client: PoolClient,
  pageId: string,
  tenant: string,
  kind: PageKind,
): Promise<PageState> {
  const { rows } = await client.query<PageState>(
    `select tenant, kind, persisted_at is not null as persisted, inserted, updated, unchanged, rejected
     from cxone.landing_page where page_id = $1 for update`,
    [pageId],
  );
  const page = rows[0];
  if (page?.tenant === tenant && page.kind === kind) return page;
  throw new StoreError('PageMissing', `Landed page ${pageId} of ${kind} is not there for this tenant`);
}

/** A row that PostgreSQL would not take, as a rejected record. */
export function toRejected(one: Unstorable, { columns }: BulkTable): Rejected {
  const { origin } = one.row;
  const reason = unstorableReason(one);
  if (origin === undefined) return { reason, raw: rowAsJson(one.row, columns) };
  return { reason, raw: origin.text(), ...(!origin.isText && { bytes: Buffer.from(origin.bytes()) }) };
}

/**
 * Stores what a landed page holds, in one transaction: rows, rejected records, drift, whatever `after` adds, and the
 * outcome on the page itself. A page that was stored before answers its recorded outcome and changes nothing, so a
 * retried activity is harmless. Throws `StoreError` (PageMissing when the page was pruned or is another tenant's).
 */
export function createPagePersister(pool: Pool, table: BulkTable, kind: PageKind) {
  const writer = createBulkUpsert(table);
  return {
    persist: (pageId: string, tenant: string, batch: Batch, after?: AfterUpsert): Promise<PageOutcome> =>
      inTransaction(
        pool,
        async (client) => {
          const { persisted, ...outcome } = await lockPage(client, pageId, tenant, kind);
          if (persisted) {
            const { inserted, updated, unchanged, rejected: before } = outcome;
            return { inserted, updated, unchanged, rejected: before };
          }
          const { unstorable, ...counts } = await writer.write(client, tenant, batch.rows);
          const rejected = [...batch.rejected, ...unstorable.map((one) => toRejected(one, table))];
          const hashes = await keepRejected(client, { tenant, kind, pageId }, rejected);
          await noteDrift(client, tenant, kind, batch.drift);
          await after?.(client, writer.staging, rejected.length);
          const { rows } = await client.query<PageOutcome>(
            `update cxone.landing_page
             set persisted_at = now(), record_ids = ids, rejected_hashes = $2, inserted = $3, updated = $4,
                 unchanged = cardinality(ids) - $3 - $4, rejected = $5
             from (select coalesce(array_agg(distinct ${table.key}), '{}') as ids from ${writer.staging}) as staged
             where page_id = $1
             returning inserted, updated, unchanged, rejected`,
            [pageId, hashes, counts.inserted, counts.updated, rejected.length],
          );
          return rows[0] ?? { ...counts, unchanged: 0, rejected: rejected.length };
        },
        writer.prepare,
      ),
  };
}
