import type { Pool } from 'pg';
import { createAgentTable } from './tables/agents';
import type { AgentTable } from './tables/agents';
import { type ApiErrors, createApiErrors } from './tables/api-errors';
import { createContactTable } from './tables/contacts';
import type { ContactTable } from './tables/contacts';
import type { StorageLedger } from './files/marked-files';
import type { Extractions } from './extraction/types';
import { createExtractionSlots, type ExtractionSlots } from './extraction/job-slots';
import { createExtractions } from './extraction/extractions';
import { createHoldings } from './windows/holdings';
import type { Holdings } from './windows/holdings';
import { createLanding } from './ingest/landing-page';
import type { Landing } from './ingest/landing-page';
import { createLiveFilters, type LiveFilters } from './windows/live-filters';
import { createLiveGaps, type LiveGaps } from './windows/live-gaps';
import { createLookupTables } from './tables/lookups';
import type { LookupTables } from './tables/lookups';
import { createMisconfiguredTenants, type MisconfiguredTenants } from './tables/misconfigured-tenants';
import { createOverview, type Overview } from './tables/overview';
import { openPool } from './postgres/pool';
import { createQuotaWaits, type QuotaWaits } from './quotas/quota-waits';
import { createQuotas, type Quotas } from './quotas/quotas';
import { createRecordingTable } from './recordings/recordings';
import type { RecordingTable } from './recordings/recordings';
import { createRejectedTable } from './tables/rejected-records';
import type { RejectedTable } from './tables/rejected-records';
import { createSourceClocks, type SourceClocks } from './windows/source-clocks';
import { createStuckSessions, type StuckSessions } from './postgres/stuck-sessions';
import { createSignIns, type SignIns } from './tables/sign-ins';
import { createStorageLedger } from './recordings/storage-ledger';
import { run } from './postgres/transaction';
import { createWatermarks } from './tables/watermarks';
import type { Watermarks } from './tables/watermarks';
import type { WindowLedger } from './windows/window-ledger';
import { createWindowLedger } from './windows/create-window-ledger';

export interface StoreOptions {
  /** `DATABASE_URL`; see `secureConnection` for what it says about TLS. */
  readonly url: string;
  readonly maxConnections?: number | undefined;
  readonly applicationName?: string | undefined;
  /** How long the answer to a statement is waited for, in ms; pool.ts says how long if not given. */
  readonly silentAfterMs?: number | undefined;
}

export interface Store {
  readonly pool: Pool;
  readonly windows: WindowLedger;
  readonly landing: Landing;
  readonly contacts: ContactTable;
  readonly agents: AgentTable;
  readonly lookups: LookupTables;
  readonly recordings: RecordingTable;
  readonly extractions: Extractions;
  readonly extractionSlots: ExtractionSlots;
  readonly rejected: RejectedTable;
  readonly holdings: Holdings;
  readonly overview: Overview;
  readonly watermarks: Watermarks;
  readonly gaps: LiveGaps;
  readonly filters: LiveFilters;
  readonly clocks: SourceClocks;
  readonly signIns: SignIns;
  readonly apiErrors: ApiErrors;
  readonly misconfigured: MisconfiguredTenants;
  readonly quotas: Quotas;
  readonly waits: QuotaWaits;
  readonly stuckSessions: StuckSessions;
  /** Which storage the recordings lie in, for `openRecordingFiles`. */
  readonly storage: StorageLedger;
  /** Asks the server for its major version; throws `StoreError` when it cannot be reached. */
  ping(): Promise<{ readonly version: number }>;
  close(): Promise<void>;
}

/**
 * Opens the store; connections are made when first needed. What a statement, a lock and a silent connection are waited
 * for, so that no page hangs for ever, is in pool.ts.
 *
 * Staging tables live as long as a connection: between here and PostgreSQL a pooler must pool by session.
 */
export function openStore(options: StoreOptions): Store {
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
    storage: createStorageLedger(pool),
    async ping() {
      const sql = "select current_setting('server_version_num')::int / 10000 as version";
      const [answer] = await run<{ version: number }>(pool, sql, []);
      return { version: answer?.version ?? 0 };
    },
    close,
  };
}
