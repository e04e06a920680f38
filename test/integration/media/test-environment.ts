import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLiveActivities } from '../../../activities/live/live';
import {
  type RecordingDependencies,
  createRecordingActivities,
} from '../../../activities/recordings/recordings';
import { tenantDirectory, type TenantTuning } from '../../../activities/tenants';
import type { DownloadResult } from '../../../activities/types';
import { createCxoneClient } from '../../../cxone';
import {
  type RecordingTruth,
  type SimulatorOptions,
  type Simulator,
  startSimulator,
} from '../../../simulator';
import { openRecordingFiles, openStore, type RecordingRow, type Store } from '../../../store';
import { filesBelow } from '../../e2e/truth';
import { createMigratedDatabase, type PostgresServer } from '../../setup/servers';
import { activityEnvironment, tuning } from '../../unit/activities/fakes';

/** Media Playback, a database and a folder: all that recordings need, without workflows. */
export interface MediaEnvironment {
  readonly simulator: Simulator;
  readonly store: Store;
  readonly folder: string;
  /** Moves the clock of everything, in ms. */
  forward(ms: number): void;
  now(): number;
  /** The simulator's recordings of the day, one call with one file after the other; each is given once. */
  nextCall(): Promise<RecordingTruth>;
  /** The same of calls with two files. */
  nextPair(): Promise<readonly [RecordingTruth, RecordingTruth]>;
  /** A worker's activities, with a client of its own. */
  worker(changes?: Partial<RecordingDependencies>, tuned?: Partial<TenantTuning>): MediaWorker;
  row(masterContactId: number): Promise<RecordingRow | undefined>;
  /** Length and hash of every file below the folder, unfinished ones too, by its path. */
  files(): ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>;
  close(): Promise<void>;
}

export interface MediaWorker {
  readonly activities: ReturnType<typeof activitiesOf>;
  /** Runs an activity of a call as Temporal does, attempt after attempt, at most five; its last failure is thrown. */
  fetch(masterContactId: number, runId?: string): Promise<DownloadResult>;
  /** Runs any activity likewise. */
  attempt<T>(work: () => Promise<T>, runId?: string): Promise<T>;
}

function activitiesOf(dependencies: RecordingDependencies) {
  return {
    ...createRecordingActivities(dependencies),
    ...createLiveActivities({
      ...dependencies,
      inspectBackfill: async () => ({ status: 'gone', contacts: 0, recordings: 0 }),
    }),
  };
}

const noon = Date.parse('2026-11-20T12:00:00Z');
export const hourMs = 3_600_000;
const day = { from: noon - 12 * hourMs, to: noon };

export async function openMediaEnvironment(
  server: PostgresServer | undefined,
  options: SimulatorOptions = {},
): Promise<MediaEnvironment> {
  const folder = mkdtempSync(join(tmpdir(), 'cxone-media-'));
  const database = await createMigratedDatabase(server);
  const store = openStore({ url: database.url });
  let now = noon + 6 * hourMs;
  const simulator = await startSimulator({
    contactsPerDay: 200,
    loggedShare: 1,
    mediaQuota: 'off',
    clock: () => now,
    ...options,
  });
  const { recordings = [] } = simulator.truth({ ...day, recordings: true });
  const filesOf = (id: number) => recordings.filter(({ masterContactId }) => masterContactId === id);
  const singles = recordings.filter(({ masterContactId: id }) => filesOf(id).length === 1);
  const waiting = singles[Symbol.iterator]();
  const firsts = recordings.filter((one) => {
    const files = filesOf(one.masterContactId);
    return files.length === 2 && files[0] === one;
  });
  const pairs = firsts[Symbol.iterator]();
  const closers: (() => void)[] = [];
  let runs = 0;

  const expect = async ({ masterContactId }: RecordingTruth): Promise<void> => {
    await store.pool.query(
      `insert into cxone.contact (tenant, contact_id, master_contact_id, contact_start_date)
       values ('acme', $1, $1, $2)`,
      [masterContactId, new Date(now - 6 * hourMs)],
    );
    await store.pool.query(
      `insert into cxone.recording (tenant, master_contact_id, next_attempt_at) values ('acme', $1, now())`,
      [masterContactId],
    );
  };

  const environment: MediaEnvironment = {
    simulator,
    store,
    folder,
    forward: (ms) => void (now += ms),
    now: () => now,
    async nextCall() {
      const { value } = waiting.next() as { value?: RecordingTruth };
      if (value === undefined) throw new Error('the simulator has no more calls');
      await expect(value);
      return value;
    },
    async nextPair() {
      const { value } = pairs.next() as { value?: RecordingTruth };
      const [first, second] = value ? filesOf(value.masterContactId) : [];
      if (!first || !second) throw new Error('the simulator has no more calls with two files');
      await expect(first);
      return [first, second];
    },
    worker(changes = {}, tuned = {}) {
      const cxone = createCxoneClient(
        {
          tenant: 'acme',
          issuer: simulator.address,
          authentication: 'application',
          clientAuthentication: 'client_secret_post',
          ...simulator.credentials,
          apiVersion: 'v34.0',
          updatedSinceInclusive: true,
          mediaHosts: [],
          allowInsecureHosts: ['127.0.0.1'],
          // No test here waits for a time-out, and a busy machine may be slow.
          timeoutMs: 60_000,
        },
        { now: () => now },
      );
      closers.push(() => cxone.close());
      const activities = activitiesOf({
        store,
        files: openRecordingFiles(pathToFileURL(folder).href),
        tenants: tenantDirectory([{ name: 'acme', cxone, tuning: { ...tuning, ...tuned } }]),
        guardSpace: async () => {},
        maxRecordingBytes: 1_000_000_000,
        now: () => now,
        ...changes,
      });
      const worker: MediaWorker = {
        activities,
        fetch(masterContactId, runId) {
          const input = { tenant: 'acme', masterContactId: String(masterContactId) };
          return worker.attempt(() => activities.downloadRecording(input), runId);
        },
        async attempt(work, runId = `run-${(runs += 1)}`) {
          for (let attempt = 1; ; attempt += 1) {
            const workflowExecution = { workflowId: 'window', runId };
            const activity = activityEnvironment({ attempt, activityId: '1', workflowExecution });
            try {
              return await activity.run(work);
            } catch (error) {
              const retryable = (error as { retryable?: boolean; kind?: string }).kind === 'retryable';
              if (!retryable || attempt === 5) throw error;
            }
          }
        },
      };
      return worker;
    },
    row: async (masterContactId) => (await store.recordings.known('acme', String(masterContactId)))[0],
    files: () => filesBelow(folder),
    async close() {
      for (const close of closers) close();
      await simulator.close();
      await store.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return environment;
}
