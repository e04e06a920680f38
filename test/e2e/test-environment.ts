import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { followWindow, startWindow, type WindowEnd, type WindowHandle } from '../../client/sync/window-run';
import { connectTemporal, requireWorkers } from '../../client/command/temporal';
import { type ManagedProcess, startProcess } from '../../local/process';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator';
import { parseSyncWindowInput, type SyncWindowInput } from '../../workflows/inputs';
import { openTestPool } from '../setup/pool';
import { createMigratedDatabase, createNamespace } from '../setup/servers';

/** The compiled command line; `npm run build` makes it, and `npm test` builds first. */
export const mainScript = join(__dirname, '..', '..', 'dist', 'client', 'main.js');

const dayMs = 86_400_000;

/** Where the simulated CXone's clock stands still, unless a test says otherwise: ten days after `settledDay`. */
export const settledNow = Date.parse('2025-03-20T12:00:00Z');

/** A day of which nothing changes any more. */
export const settledDay = dayOf(Date.parse('2025-03-10T00:00:00Z'));

/** A half-open window, as `syncWindow` takes it. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The UTC day that holds a moment (epoch ms). */
export function dayOf(moment: number): Span {
  const start = moment - (moment % dayMs);
  return { from: new Date(start).toISOString(), to: new Date(start + dayMs).toISOString() };
}

export interface TestEnvironmentOptions {
  readonly simulator?: SimulatorOptions;
  /** What the tenants file says of the tenant `acme` beyond address and credentials. */
  readonly tenant?: object;
}

/** A worker process and where it logs, everything from `debug` on. */
export interface TestWorker extends ManagedProcess {
  readonly log: () => string;
}

/** Real servers and a simulated CXone around the program as it is shipped, with nothing shared with other tests. */
export interface TestEnvironment {
  readonly simulator: Simulator;
  readonly client: Client;
  readonly namespace: string;
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly folder: string;
  readonly recordingsFolder: string;
  /** The environment of the program: settings and secrets of the tenant. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts the compiled worker and waits until it serves all task queues. */
  startWorker(env?: Readonly<Record<string, string>>): Promise<TestWorker>;
  /** Starts a window of the tenant `acme`, as the command line does. */
  start(window: Span & Partial<SyncWindowInput>): Promise<WindowHandle>;
  /** Starts a window and waits for its end. */
  sync(window: Span & Partial<SyncWindowInput>): Promise<WindowEnd>;
  query<R extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

/** Opens a test environment with a migrated database; simulator without media quota and with a clock that stands still. */
export async function openTestEnvironment({
  simulator: settings,
  tenant,
}: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  if (!existsSync(mainScript)) throw new Error('the program is not built: npm run build');
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-e2e-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const recordingsFolder = join(folder, 'recordings');
    mkdirSync(recordingsFolder);
    const simulator = await startSimulator({
      clock: () => settledNow,
      mediaQuota: 'off',
      mediaBytes: { min: 200, max: 4_000 },
      ...settings,
    });
    closers.push(() => simulator.close());
    const [database, { address, namespace }] = await Promise.all([
      createMigratedDatabase(),
      createNamespace(),
    ]);
    closers.push(() => database.drop());
    const pool = openTestPool(database.url, 4);
    closers.push(() => pool.end());
    const env = {
      ...inherited(),
      TENANTS_FILE: writeTenants(folder, simulator, tenant),
      DATABASE_URL: database.url,
      RECORDINGS_URL: pathToFileURL(recordingsFolder).href,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_UI_URL: process.env['TEST_TEMPORAL_UI'] || 'http://127.0.0.1:8233',
      HEALTH_ADDRESS: '127.0.0.1:0',
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'json',
      ACME_CLIENT_SECRET: simulator.credentials.clientSecret,
      ACME_ACCESS_KEY_SECRET: simulator.credentials.accessKeySecret,
    };
    const temporal = await connectTemporal(env);
    closers.push(() => temporal.close());
    let workers = 0;

    const environment: TestEnvironment = {
      simulator,
      client: temporal.client,
      namespace,
      databaseUrl: database.url,
      pool,
      folder,
      recordingsFolder,
      env,
      async startWorker(more = {}) {
        const logFile = join(folder, `worker-${(workers += 1)}.log`);
        const worker = startProcess({
          name: 'worker',
          command: process.execPath,
          args: [mainScript, 'worker'],
          env: { ...env, ...more },
          logFile,
        });
        closers.push(() => worker.stop());
        const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
        await untilListening(worker, log);
        await eventually('workers on all queues', () => requireWorkers(temporal));
        return { ...worker, log };
      },
      start(window) {
        const input = { tenant: 'acme', ...window };
        return startWindow(temporal.client, input, parseSyncWindowInput(input));
      },
      sync: async (window) => followWindow(await environment.start(window), () => undefined),
      async query<R extends object>(sql: string, values: readonly unknown[] = []) {
        return (await pool.query<R>(sql, [...values])).rows;
      },
      close,
    };
    return environment;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The report of a run that must have completed; its failure otherwise says why it has not. */
export function reportOf(end: WindowEnd) {
  if (!end.ok) throw new Error(`the run failed: ${end.code}: ${end.message}`);
  return end.report;
}

/** Repeats `attempt` until it succeeds. @throws its last error, named `what`, after `withinMs` */
export async function eventually<T>(what: string, attempt: () => Promise<T>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function untilListening(worker: ManagedProcess, log: () => string): Promise<void> {
  let ended = false;
  void worker.exited.then(() => (ended = true));
  await eventually('the worker listens', async () => {
    if (ended) throw new Error(`the worker ended: ${worker.tail()}`);
    if (!log().includes('the worker listens')) throw new Error('it has not said so');
  });
}

/** The environment a program needs to run at all: no setting of the person who runs the tests may reach it. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function writeTenants(folder: string, simulator: Simulator, more: object = {}): string {
  const { clientId, accessKeyId } = simulator.credentials;
  const acme = {
    issuer: simulator.address,
    clientId,
    clientSecret: { env: 'ACME_CLIENT_SECRET' },
    accessKeyId,
    accessKeySecret: { env: 'ACME_ACCESS_KEY_SECRET' },
    allowInsecureHosts: ['127.0.0.1'],
    // Runs fail at once instead of waiting for a person; the tests of parking say otherwise.
    parkedTimeoutHours: 0,
    // The simulated recorder logs what it records; every other query would find nothing and take time.
    recordedCalls: 'logged',
    // The simulator's quota is lifted; ours is then as good as none.
    limits: { media: { requests: 1_000_000, perSeconds: 1 } },
    ...more,
  };
  const file = join(folder, 'tenants.json');
  writeFileSync(file, JSON.stringify({ tenants: { acme } }));
  return file;
}
