import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Activities } from '../../activities';
import type { LoadedDay } from '../../activities/extraction/types';
import type { FetchedPage, OpenWindow, WindowReport } from '../../activities/types';
import { createWorkers, runWorkers } from '../../workers/create-workers';
import { memoryWaits } from '../setup/memory-waits';
import { createNamespace, type TestNamespace, workflowBundle } from '../setup/servers';

/** A contact source in memory, behind mocked activities: what workflows see of CXone. */
export const openWindow: OpenWindow = {
  tenant: 'acme',
  from: '2026-11-01T00:00:00Z',
  to: '2026-11-02T00:00:00Z',
  windowId: '1',
  attempt: 1,
  by: 'start',
  passes: [{}],
  recordings: true,
  downloads: true,
  usualFilter: true,
  pageSize: 10,
  pagesInFlight: 3,
  recordingsInFlight: 4,
  maxRereads: 2,
  // Runs fail at once instead of waiting for an operator; the tests of parking say otherwise.
  parkedTimeoutHours: 0,
  leavesAgents: false,
};

export const report: WindowReport = {
  status: 'complete',
  expected: 25,
  fetched: 25,
  inserted: 25,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  absent: 0,
  recordings: { pending: 0, stored: 0, absent: 0, failed: 0, bytes: 0 },
  pages: 3,
  rereads: 0,
  durationMs: 1,
};

/** A day of Data Extraction with ten rows. */
export const loadedDay: LoadedDay = {
  status: 'complete',
  records: 10,
  inserted: 10,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  absent: 0,
};

/** The same, once it may be loaded. */
export async function released(held: { readonly loading: boolean }): Promise<LoadedDay> {
  while (held.loading) await new Promise((resolve) => setTimeout(resolve, 20));
  return loadedDay;
}

/** A page of a source with `total` contacts that stands still. */
export function pageOf(total: number, skip: number, top: number, round = 0): FetchedPage {
  const records = Math.max(0, Math.min(top, total - skip));
  const stamp = (index: number): string => new Date(Date.UTC(2026, 10, 1, 0, 0, index)).toISOString();
  return {
    pageId: records === 0 ? null : `${round}-${skip}`,
    records,
    top,
    totalRecords: records === 0 ? null : total,
    lastPollTime: '2026-11-20T01:00:00.000Z',
    firstStart: records === 0 ? null : stamp(skip),
    lastStart: records === 0 ? null : stamp(skip + records - 1),
  };
}

/** Activities of a quiet source with 25 contacts and no recordings; a test replaces those it is about. */
export function quietActivities(total = 25): Activities {
  return {
    authenticate: async () => ({ expiresAt: '2026-11-20T01:00:00.000Z', area: 'na1' }),
    openWindow: async () => openWindow,
    fetchContactPage: async ({ skip, top, round }) => pageOf(total, skip, top, round),
    countContacts: async () => ({ totals: [total], lastPollTime: null }),
    persistContacts: async () => ({ inserted: 1, updated: 0, unchanged: 0, rejected: 0 }),
    tallyRound: async () => ({ fetched: total }),
    countDoubles: async () => ({ doubles: 0 }),
    markAbsent: async () => 0,
    noteParked: async () => undefined,
    moveWatermark: async () => true,
    skipGap: async () => undefined,
    readRejectedAgain: async () => undefined,
    lookAtGap: async () => null,
    dismissGap: async () => undefined,
    parkedTimeout: async () => ({ hours: 168 }),
    recordingsToSweep: async () => [],
    planIncrement: async () => ({
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-20T00:10:00.000Z',
      gap: null,
      recordings: true,
    }),
    fetchAgents: async () => ({ pageId: null, records: 0, hiddenAgents: 0, watermark: null, next: null }),
    persistAgents: async () => ({ inserted: 0, updated: 0, unchanged: 0, rejected: 0 }),
    claimLookups: async () => ({ due: [], failed: [] }),
    fetchLookups: async () => ({ pageId: null, records: 0, totalRecords: null, next: null, refused: null }),
    persistLookups: async () => ({ inserted: 0, updated: 0, unchanged: 0, rejected: 0, problem: null }),
    dueRecordings: async () => [],
    downloadRecording: async () => ({ status: 'stored', files: 1, bytes: 1 }),
    closeWindow: async ({ status }) => ({ ...report, status }),
    closeSplitWindow: async () => report,
    findComplete: async () => ({ complete: [], mediaPerSecond: null }),
    inspectRuns: async (ids) => ids.map(() => ({ status: 'running', contacts: 0, recordings: 0 })),
    cancelBackfill: async () => undefined,
    findExtracted: async () => [],
    createExtractionJob: async ({ day }) => ({ status: 'created', jobId: `job-${day}`, lookAfterMs: 10 }),
    lookAtExtractionJob: async () => ({ status: 'succeeded' }),
    loadExtraction: async () => loadedDay,
    endExtraction: async () => undefined,
  };
}

export interface WorkflowEnvironment {
  readonly client: Client;
  /** Runs `test` while the workers serve these activities. */
  serve<T>(activities: Activities, test: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// Failures are what many of these tests are about; the SDK's warnings of them would bury the results.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/**
 * Workers for the workflows as their sources are now, in a namespace of its own on the test server.
 * @param on another server, whose namespace has our search attributes.
 */
export async function openWorkflowEnvironment(on?: TestNamespace): Promise<WorkflowEnvironment> {
  const { address, namespace } = on ?? (await createNamespace());
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  let served = quietActivities();
  const workers = await createWorkers({
    connection: native,
    namespace,
    activities: new Proxy(served, {
      get: (_target, name: keyof Activities) => (input: never) => served[name](input),
    }),
    waits: memoryWaits(),
    shutdownGraceMs: 1_000,
    workflows: { workflowBundle: workflowBundle() },
  });
  const run = runWorkers(workers);
  return {
    client: new Client({ connection, namespace }),
    async serve(activities, test) {
      served = activities;
      return Promise.race([test(), run.then(() => Promise.reject(new Error('the workers ended')))]);
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await run;
      await connection.close();
      await native.close();
    },
  };
}
