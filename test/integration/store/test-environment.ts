import { openStore, type Store } from '../../../store/store';
import type { Batch, ColumnValue, PageOutcome, Row } from '../../../store/ingest/batch';
import type { WindowKey } from '../../../store/windows/window-ledger';
import { createMigratedDatabase, type PostgresServer } from '../../setup/servers';

export const day = new Date('2026-07-20T00:00:00.000Z');
export const at = (seconds: number, from = day) => new Date(from.getTime() + seconds * 1000);
export const everything = { skillIds: [], campaignIds: [], mediaTypeIds: [] };
export const wholeDay: WindowKey = {
  tenant: 'acme',
  from: day,
  to: at(86_400),
  by: 'start',
  filter: everything,
};
export const someone = { workflowId: 'sync-window:acme', runId: 'run-1' };

/** Contact number `n` of the day, as an activity hands it over. */
export function contact(
  n: number,
  values: Readonly<Record<string, ColumnValue>> = {},
  extra: string | null = null,
): Row {
  return {
    values: {
      contactId: 693_159_000_000 + n,
      masterContactId: 693_159_000_000 + n,
      contactStartDate: at(n).toISOString(),
      lastUpdateTime: at(n + 600).toISOString(),
      isLogged: true,
      ...values,
    },
    extra,
  };
}

export function batch(rows: readonly Row[], more: Partial<Batch> = {}): Batch {
  return { rows, rejected: [], drift: [], ...more };
}

/** A migrated database of its own and a store on it, with shortcuts for what nearly every test does. */
export interface TestEnvironment {
  readonly store: Store;
  readonly url: string;
  /** Claims a window for `someone` and answers its first page position. */
  claim(key?: WindowKey): Promise<{ windowId: string; attempt: number }>;
  land(slice: string, more?: Partial<Parameters<Store['landing']['land']>[0]>): Promise<string>;
  /** Lands a page of its own in the whole day's window and stores contacts from it. */
  persist(contents: Batch, tenant?: string): Promise<PageOutcome>;
  query<R extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Empties all tables, which is quicker than another database. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openTestEnvironment(server: PostgresServer): Promise<TestEnvironment> {
  const database = await createMigratedDatabase(server);
  const store = openStore({ url: database.url, maxConnections: 8 });
  let pages = 0;

  const environment: TestEnvironment = {
    store,
    url: database.url,
    async claim(key = wholeDay) {
      const claim = await store.windows.claim(key, someone);
      if (claim.status === 'busy') throw new Error('the window is busy');
      return claim;
    },
    async land(slice, more = {}) {
      const tenant = more.tenant ?? 'acme';
      const { windowId, attempt } = await environment.claim({ ...wholeDay, tenant });
      const page = {
        windowId,
        attempt,
        round: 1,
        kind: 'contacts',
        slice,
        tenant,
        records: 0,
        meta: {},
      } as const;
      return (await store.landing.land({ ...page, body: Buffer.from('{}'), ...more })).pageId;
    },
    async persist(contents, tenant = 'acme') {
      const pageId = await environment.land(`page-${(pages += 1)}`, { tenant });
      return store.contacts.persistPage(pageId, tenant, contents, { recordings: true });
    },
    async query<R extends object>(sql: string, values: readonly unknown[] = []) {
      return (await store.pool.query<R>(sql, [...values])).rows;
    },
    async empty() {
      await store.pool.query(
        `truncate cxone.contact, cxone.agent, cxone.agent_look, cxone.recording, cxone.interaction, cxone.rejected_record,
                  cxone.schema_drift, cxone.landing_page, cxone.sync_window, cxone.watermark, cxone.quota,
                  cxone.skill, cxone.campaign, cxone.team, cxone.disposition, cxone.lookup_list,
                  cxone.interaction_metadata, cxone.evaluation, cxone.extraction, cxone.extraction_slot,
                  cxone.extraction_key, cxone.extraction_wait, cxone.sign_in, cxone.live_gap, cxone.api_error, cxone.misconfigured_tenant,
                  cxone.recording_storage`,
      );
    },
    async close() {
      await store.close();
      await database.drop();
    },
  };
  return environment;
}
