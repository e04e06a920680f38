import type { Pool } from 'pg';
import type { Batch, PageOutcome } from './batch';
import { contactTable } from './contact-columns';
import { createPagePersister } from './landed-page';
import { expectRecordings } from './recordings';

export interface ContactTable {
  /** Stores the contacts of a landed page; with `recordings`, also notes which recordings are to be fetched. */
  persistPage(
    pageId: string,
    tenant: string,
    batch: Batch,
    options: { readonly recordings: boolean },
  ): Promise<PageOutcome>;
}

/** Notes the agents of a page on it: looking through the contacts of a whole window afterwards takes much longer. */
const agentsSql = (staging: string) => `
  update cxone.landing_page
  set agent_ids = (select array_agg(distinct agent_id) from ${staging} where agent_id is not null)
  where page_id = $1`;

/** The contacts behind `pool`, stored page by page as `createPagePersister` tells. */
export function createContactTable(pool: Pool): ContactTable {
  const pages = createPagePersister(pool, contactTable, 'contacts');
  return {
    persistPage: (pageId, tenant, batch, { recordings }) =>
      pages.persist(pageId, tenant, batch, async (client, staging) => {
        await client.query(agentsSql(staging), [pageId]);
        if (recordings) await expectRecordings(client, tenant, staging);
      }),
  };
}
