import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Pool } from 'pg';
import {
  type Activities,
  createActivities,
  createAnswerKeeper,
  createPageMemory,
  tenantDirectory,
  type TenantTuning,
} from '../../activities';
import { extractDefaults, tenantDefaults } from '../../config/tenant-schema';
import { createCxoneClient, type CxoneClient, type CxoneConnection, type KeepAnswer } from '../../cxone';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator';
import { openRecordingFiles, openStore, type RecordingFiles } from '../../store';
import { openTestPool } from '../setup/pool';
import { createMigratedDatabase } from '../setup/servers';
import type { CredentialChange } from './drawn-fault';
import type { FaultSchedule } from './fault-schedule';
import { createVirtualClock, type VirtualClock } from './virtual-clock';

/** A simulated CXone, a database and a folder in which schedules run one after the other, each as another tenant. */
export interface ChaosParts {
  readonly simulator: Simulator;
  readonly pool: Pool;
  readonly folder: string;
  /** The simulator's clock, epoch ms. */
  now(): number;
  /** A clock that continues where the previous one stopped; the simulator's is the same. */
  nextClock(): VirtualClock;
  /** The activities of a worker whose tenants file has this one tenant. */
  worker(options: ChaosWorkerOptions): ChaosWorker;
  close(): Promise<void>;
}

export interface ChaosWorkerOptions {
  readonly tenant: string;
  readonly clock: VirtualClock;
  readonly schedule: FaultSchedule;
  readonly credentials?: CredentialChange | undefined;
  /** Called after every HTTP exchange. */
  readonly onRequest: () => void;
}

export interface ChaosWorker {
  readonly activities: Activities;
  close(): void;
}

/**
 * When chaos begins by the simulator's clock: a window by update lies some hours back, and at the same hours whenever it
 * is run.
 */
export const chaosStart = Date.UTC(2026, 5, 17, 14);

/** What chaos simulators hold: an hour of the day has about sixty contacts, few of them recorded. */
export const chaosSimulator = {
  contactsPerDay: 1_100,
  loggedShare: 0.12,
  agents: 30,
  mediaQuota: 'off',
  mediaBytes: { min: 200, max: 4_000 },
  extractionSpacingSeconds: 5,
} as const satisfies SimulatorOptions;

/**
 * Real milliseconds: the only wait that is not skipped. Where a fault is to exceed it, it costs little; elsewhere it is
 * one that no machine under load exceeds: each time-out costs an attempt, and a recording has five.
 */
const timeoutMs = { exceeded: 500, never: 60_000 } as const;

export async function openChaosParts(): Promise<ChaosParts> {
  let clock = createVirtualClock(chaosStart);
  const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-chaos-'));
  const recordingsFolder = join(folder, 'recordings');
  mkdirSync(recordingsFolder);
  const simulator = await startSimulator({ ...chaosSimulator, clock: () => clock.now() });
  const database = await createMigratedDatabase();
  const pool = openTestPool(database.url, 2);
  const store = openStore({ url: database.url, maxConnections: 8, applicationName: 'chaos' });
  // A first recording, and with it the storage's mark: a folder that is empty afterwards is another one.
  const files = openRecordingFiles(pathToFileURL(recordingsFolder).href, store.storage);
  await saveFirst(files, pool);

  return {
    simulator,
    pool,
    folder: recordingsFolder,
    now: () => clock.now(),
    nextClock() {
      clock = createVirtualClock(clock.now());
      return clock;
    },
    worker(options) {
      const keeper = createAnswerKeeper({
        errors: store.apiErrors,
        now: options.clock.now,
        onError: (error) => {
          throw error;
        },
      });
      const cxone = clientOf(simulator, options, keeper.forTenant(options.tenant));
      const activities = createActivities({
        store,
        files,
        tenants: tenantDirectory([{ name: options.tenant, cxone, tuning: tuningOf(options.schedule) }]),
        memory: createPageMemory(8),
        isRunning: async () => false,
        inspectRun: unexpected('inspectRun'),
        inspectBackfill: unexpected('inspectBackfill'),
        cancelRun: unexpected('cancelRun'),
        landingRetentionDays: 14,
        maxRecordingBytes: 1_000_000,
        guardSpace: async () => {},
        now: options.clock.now,
      });
      return { activities, close: () => cxone.close() };
    },
    async close() {
      await simulator.close();
      await store.close();
      await pool.end();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function saveFirst(files: RecordingFiles, pool: Pool): Promise<void> {
  const key = 'first/1/1.mp4';
  const { bytes, sha256 } = await files.save(key, Readable.from([Buffer.from('first')]), { maxBytes: 100 });
  await pool.query(
    `insert into cxone.recording (tenant, master_contact_id, segment_id, status, storage_key, bytes, sha256)
     values ('first', 1, '1', 'stored', $1, $2, $3)`,
    [key, bytes, sha256],
  );
}

/** Windows of these schedules are no children of a backfill. */
function unexpected(what: string): () => Promise<never> {
  return async () => {
    throw new Error(`${what} is not expected here`);
  };
}

/** The tenant's entry, or what is left of it with a mistyped credential. */
export function connectionOf(
  simulator: Simulator,
  tenant: string,
  wrong?: CredentialChange,
): Omit<CxoneConnection, 'timeoutMs' | 'mediaHosts'> {
  const { clientId, clientSecret, accessKeyId, accessKeySecret } = simulator.credentials;
  const or = (name: CredentialChange, right: string): string => (wrong === name ? `not-${right}` : right);
  return {
    tenant,
    issuer: simulator.address,
    authentication: 'application',
    updatedSinceInclusive: true,
    clientAuthentication: wrong === 'clientAuthentication' ? 'client_secret_basic' : 'client_secret_post',
    clientId: or('clientId', clientId),
    clientSecret: or('clientSecret', clientSecret),
    accessKeyId: or('accessKeyId', accessKeyId),
    accessKeySecret: or('accessKeySecret', accessKeySecret),
    apiVersion: 'v34.0',
    allowInsecureHosts: ['127.0.0.1'],
  };
}

function clientOf(
  simulator: Simulator,
  { tenant, credentials, clock, onRequest, schedule }: ChaosWorkerOptions,
  keepAnswer: KeepAnswer,
): CxoneClient {
  const limit = { timeoutMs: timeoutMs[isExceeded(schedule) ? 'exceeded' : 'never'], mediaHosts: [] };
  const connection = { ...connectionOf(simulator, tenant, credentials), ...limit };
  return createCxoneClient(connection, { now: clock.now, onRequest, keepAnswer });
}

/** Whether some answer takes longer than `exceeded`: all of it, or its body piece by piece. */
function isExceeded({ faults }: FaultSchedule): boolean {
  const longestPieceMs = 50;
  return faults
    .flatMap(({ rules }) => rules)
    .some(
      ({ name, args: { delayMs = 0 } = {} }) =>
        (name === 'slow' && delayMs > timeoutMs.exceeded) ||
        (name === 'slowBody' && delayMs > longestPieceMs),
    );
}

function tuningOf({ job, pageSize, pagesInFlight }: FaultSchedule): TenantTuning {
  const none = { skillIds: [], campaignIds: [], mediaTypeIds: [] };
  // The database's clock is the real one, so by the skipped one every refresh of an agent is soon long ago.
  const agentRefreshHours = 8_760;
  // No operator is there to help a run that waits.
  const parkedTimeoutHours = 0;
  // Records are spoilt on purpose, up to every second one.
  const maxRejectedShare = 1;
  return {
    ...tenantDefaults,
    ...none,
    // What is compared here is what the contacts call logged; other queries would only take time.
    recordedCalls: 'logged',
    // By the clock of the database, which is not skipped; CXone's own spacing is.
    extract: { ...extractDefaults, secondsApart: 0 },
    // What they bring is compared by windows.
    recordings: job === 'window',
    agentRefreshHours,
    parkedTimeoutHours,
    maxRejectedShare,
    pageSize,
    pagesInFlight,
    recordingsInFlight: 2,
  };
}
