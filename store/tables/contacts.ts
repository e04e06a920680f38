import type { Pool } from 'pg';
import type { Batch, PageOutcome, Row } from '../ingest/batch';
import { createBulkUpsert } from '../ingest/bulk-upsert';
import { contactTable } from './contact-columns';
import { createPagePersister } from '../ingest/page-persister';
import { inTransaction } from '../postgres/transaction';
import { enqueueRecordings, type RecordingOptions } from './expected-recordings';

export type ContactTable = ReturnType<typeof createContactTable>;

/**
 * Notes on a page what is asked of it later: its agents (looking through the contacts of a whole window takes much
 * longer), and which of its contacts lie beyond a window by update.
 */
const notesSql = (staging: string) => `
  update cxone.landing_page p
  set agent_ids = (select array_agg(distinct agent_id) from ${staging} where agent_id is not null),
      beyond_ids = case when w.read_by = 'update' then (
        select array_agg(distinct contact_id) from ${staging} where last_update_time >= w.window_end) end
  from cxone.sync_window w
  where p.page_id = $1 and w.window_id = p.window_id`;

/** The contacts behind `pool`, stored page by page as described at `createPagePersister`. */
export function createContactTable(pool: Pool) {
  const pages = createPagePersister(pool, contactTable, 'contacts');
  const upsert = createBulkUpsert(contactTable);
  return {
    /** Stores the contacts of a landed page; with `recordings`, also notes which recordings are to be fetched. */
    persistPage: (
      pageId: string,
      tenant: string,
      batch: Batch,
      { recordings, ...choice }: RecordingOptions,
    ): Promise<PageOutcome> =>
      pages.persist(pageId, tenant, batch, async (client, staging) => {
        await client.query(notesSql(staging), [pageId]);
        if (recordings) await enqueueRecordings(client, tenant, staging, choice);
      }),

    /**
     * Whether storing the rows as `persistPage` does would change nothing, recordings to be fetched included. They are
     * stored to see that, and the transaction taken back.
     */
    holds: (
      tenant: string,
      rows: readonly Row[],
      { recordings, ...choice }: RecordingOptions,
    ): Promise<boolean> =>
      inTransaction(
        pool,
        async (client) => {
          await client.query('savepoint trial');
          const { inserted, updated, unstorable } = await upsert.write(client, tenant, rows);
          const expected = recordings ? await enqueueRecordings(client, tenant, upsert.staging, choice) : 0;
          await client.query('rollback to savepoint trial');
          return inserted + updated + unstorable.length + expected === 0;
        },
        upsert.prepare,
      ),
  };
}
