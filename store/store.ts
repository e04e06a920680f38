import { createAgentTable } from './tables/agents';
import { createApiErrors } from './tables/api-errors';
import { createContactTable } from './tables/contacts';
import { createExtractionSlots } from './extraction/job-slots';
import { createExtractions } from './extraction/extractions';
import { createHoldings } from './windows/holdings';
import { createLanding } from './ingest/landing-page';
import { createLiveFilters } from './windows/live-filters';
import { createLiveGaps } from './windows/live-gaps';
import { createLookupTables } from './tables/lookups';
import { createMisconfiguredTenants } from './tables/misconfigured-tenants';
import { createOverview } from './tables/overview';
import { openPool } from './postgres/pool';
import { createQuotaWaits } from './quotas/quota-waits';
import { createQuotas } from './quotas/quotas';
import { createRecordingTable } from './recordings/recordings';
import { createRejectedTable } from './tables/rejected-records';
import { createSourceClocks } from './windows/source-clocks';
import { createStuckSessions } from './postgres/stuck-sessions';
import { createSignIns } from './tables/sign-ins';
import { createStorageLedger } from './recordings/storage-ledger';
import { run } from './postgres/transaction';
import { createWatermarks } from './tables/watermarks';
import { createWindowLedger } from './windows/create-window-ledger';

export interface StoreOptions {
  /** `DATABASE_URL`; see `secureConnection` for what it says about TLS. */
  readonly url: string;
  readonly maxConnections?: number | undefined;
  readonly applicationName?: string | undefined;
  /** How long the answer to a statement is waited for, in ms; pool.ts says how long if not given. */
  readonly silentAfterMs?: number | undefined;
}

export type Store = ReturnType<typeof openStore>;

/**
 * Opens the store; connections are made when first needed. What a statement, a lock and a silent connection are waited
 * for, so that no page hangs for ever, is in pool.ts.
 *
 * Staging tables live as long as a connection: between here and PostgreSQL a pooler must pool by session.
 */
export function openStore(options: StoreOptions) {
  const { maxConnections = 10, applicationName = 'cxone-sync' } = options;
  const { pool, close } = openPool({ ...options, maxConnections, applicationName });
  const recordings = createRecordingTable(pool);
  return {
    pool,
    recordings,
    windows: createWindowLedger(pool, recordings),
    landing: createLanding(pool),
    contacts: createContactTable(pool),
    agents: createAgentTable(pool),
    lookups: createLookupTables(pool),
    extractions: createExtractions(pool),
    extractionSlots: createExtractionSlots(pool),
    rejected: createRejectedTable(pool),
    holdings: createHoldings(pool),
    overview: createOverview(pool),
    watermarks: createWatermarks(pool),
    gaps: createLiveGaps(pool),
    filters: createLiveFilters(pool),
    clocks: createSourceClocks(pool),
    signIns: createSignIns(pool),
    apiErrors: createApiErrors(pool),
    misconfigured: createMisconfiguredTenants(pool),
    quotas: createQuotas(pool),
    waits: createQuotaWaits(pool),
    stuckSessions: createStuckSessions(pool, applicationName),
    /** Which storage the recordings lie in, for `openRecordingFiles`. */
    storage: createStorageLedger(pool),
    /** Asks the server for its major version; throws `StoreError` when it cannot be reached. */
    async ping(): Promise<{ readonly version: number }> {
      const sql = "select current_setting('server_version_num')::int / 10000 as version";
      const [answer] = await run<{ version: number }>(pool, sql, []);
      return { version: answer?.version ?? 0 };
    },
    close,
  };
}
