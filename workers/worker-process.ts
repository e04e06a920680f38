import { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import {
  type Activities,
  createActivities,
  createAnswerKeeper,
  createPageMemory,
  isUnderWay,
  type Tenant,
  tenantDirectory,
  type TenantTuning,
  weightOf,
} from '../activities';
import { createCxoneClient, type CxoneClientOptions, type CxoneConnection } from '../cxone';
import {
  createSpaceGuard,
  openRecordingFiles,
  openStore,
  RecordingFileError,
  type RecordingFiles,
  type RecordingStorage,
  type Store,
} from '../store';
import { backfillId } from '../workflows/ids';
import { ensureSearchAttributes } from '../ops/search-attributes';
import { createHungSteps, type HungSteps } from '../activities/interceptors/deadline';
import { attemptMetrics } from './metrics/attempt-metrics';
import { installRuntime } from './install-runtime';
import { createClientOptions } from './client-options';
import { createWorkers, runWorkers } from './create-workers';
import { type BuildOfDeployment, deploymentOptions, logDeploymentRole } from './deployment';
import { watchGaps } from './metrics/gap-metrics';
import { listenForHealth } from './health';
import { hungMetrics } from './metrics/hung-metrics';
import { watchClocks } from './metrics/clock-metrics';
import { chooseAddress, type WantedAddress } from './listen';
import { reportMisconfigured } from './misconfigured-tenants';
import { watchSessions } from './stuck-sessions';
import { watchEventLoop } from './metrics/loop-metrics';
import { watchOverview } from './metrics/overview-metrics';
import { storeConnections } from './queues';
import { type LimitedTenant, watchQuotas } from './metrics/quota-metrics';
import { runInspection } from './run-inspection';
import { adviseOnServer } from './server-advice';

/** All a worker process needs, as values: it reads no environment of its own. */
export interface WorkerProcessOptions {
  readonly tenants: readonly WorkerTenant[];
  /** What is wrong with tenants whose entry is not in order, one line each: no secrets. Their runs park. */
  readonly misconfigured: ReadonlyMap<string, readonly string[]>;
  readonly databaseUrl: string;
  /** Null when no tenant has recordings. */
  readonly recordings: RecordingStorage | null;
  /** What `@temporalio/envconfig` reads the connection from. */
  readonly temporalEnv: Readonly<Record<string, string>>;
  readonly metrics: WantedAddress | null;
  readonly health: WantedAddress | null;
  readonly shutdownGraceSeconds: number;
  readonly landingRetentionDays: number;
  readonly maxRecordingBytes: number;
  /** Null when workers are not versioned. */
  readonly build: BuildOfDeployment | null;
  /** What has to stay free on the disk of the recordings. */
  readonly minFreeBytes: number;
  readonly logger: Logger;
}

/** A tenant as a worker needs it: where its CXone is, how it is read, and how often it may be asked. */
export type WorkerTenant = CxoneConnection & TenantTuning & LimitedTenant;

/** Pages kept parsed between fetch and persist; more than are in flight would only cost memory. */
const pagesInMemory = 8;

/**
 * Runs a worker process: connects, serves all task queues, health and metrics, and stops cleanly at SIGTERM or SIGINT.
 *
 * @returns when it was asked to stop and everything in hand is done or given back.
 * @throws StoreError, RecordingFileError or the SDK's error when it cannot start or cannot go on.
 */
export async function runWorkerProcess(options: WorkerProcessOptions): Promise<void> {
  const { logger } = options;
  // Before anything is opened: a process with workers that never ran does not end.
  const metrics = options.metrics && (await chooseAddress(options.metrics, 'metrics', logger));
  const healthAddress =
    options.health && (await chooseAddress(options.health, 'health', logger, metrics?.port));
  installRuntime(metrics, logger);
  /** What is open, the latest first. */
  const open: (() => Promise<void>)[] = [];
  const onClose = (close: () => Promise<void>): void => void open.unshift(close);
  try {
    const resources = await connect(options, onClose);
    const hung = createHungSteps(hungMetrics(resources.meter));
    const activities = await prepareActivities(options, resources, onClose);
    watch(options, resources, metrics !== null).forEach(onClose);
    let workers: readonly Worker[] = [];
    if (options.health && healthAddress) {
      // Before the workers are made: a process with workers that never ran does not end.
      const { connection, store } = resources;
      const health = await listenForHealth(options.health, healthAddress, logger, {
        ready: () => workers.length > 0 && workers.every((worker) => worker.getState() === 'RUNNING'),
        database: () => store.ping(),
        temporal: () =>
          connection.withDeadline(Date.now() + 3_000, () => connection.workflowService.getSystemInfo({})),
        hungSteps: () => hung.count(),
      });
      onClose(() => health.close());
    }
    workers = await startWorkers(options, resources, activities, hung);
    await runWorkers(workers);
    logger.info('the worker has stopped');
  } finally {
    for (const close of open) await close();
  }
}

type OnClose = (close: () => Promise<void>) => void;

/** What the parts of a worker work with. */
interface Resources {
  readonly store: Store;
  readonly files: RecordingFiles | null;
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Of Temporal, as logged. */
  readonly address: string;
  readonly meter: MetricMeter;
}

async function connect(options: WorkerProcessOptions, onClose: OnClose): Promise<Resources> {
  const { logger, recordings } = options;
  const store = openStore({
    url: options.databaseUrl,
    maxConnections: storeConnections,
    applicationName: 'cxone-sync worker',
  });
  onClose(() => store.close());
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
    overrideEnvVars: { ...options.temporalEnv },
  });
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  const files = recordings === null ? null : openRecordingFiles(recordings, store.storage);
  await probeStorage(files, logger);
  const connection = await NativeConnection.connect({ ...connectionOptions, address });
  // Workers that were made but never ran still hold it; that must not hide why they did not run.
  onClose(() =>
    connection.close().catch((error: unknown) => {
      logger.warn({ err: error }, 'the connection to Temporal could not be closed');
    }),
  );
  await prepareSearchAttributes(connection, namespace, logger);
  return { store, files, connection, namespace, address, meter: Runtime.instance().metricMeter };
}

async function prepareActivities(
  options: WorkerProcessOptions,
  { store, files, connection, namespace, meter }: Resources,
  onClose: OnClose,
): Promise<Activities> {
  const { logger, tenants, misconfigured } = options;
  const inOrder = tenants.map(({ tenant }) => tenant);
  await reportMisconfigured({ found: misconfigured, inOrder }, store.misconfigured, meter, logger);
  const keeper = createAnswerKeeper({
    errors: store.apiErrors,
    now: Date.now,
    onError: (error) => logger.warn({ err: error }, 'an answer of CXone could not be kept'),
  });
  onClose(() => keeper.settle());
  const clientOptions = createClientOptions({ store, keeper, meter, logger });
  const client = new Client({ connection, namespace });
  const inspectRun = runInspection(client);
  return createActivities({
    store,
    files,
    guardSpace: createSpaceGuard(options.recordings?.url ?? null, options.minFreeBytes),
    tenants: tenantDirectory(
      tenants.map((tenant) => toTenant(tenant, clientOptions(tenant))),
      misconfigured.keys(),
    ),
    memory: createPageMemory(pagesInMemory, weightOf),
    isRunning: async ({ workflowId }) => isUnderWay(await inspectRun(workflowId)),
    inspectRun,
    inspectBackfill: (tenant, { from, to }) => inspectRun(backfillId({ tenant, from, to })),
    cancelRun: async (workflowId) => void (await client.workflow.getHandle(workflowId).cancel()),
    landingRetentionDays: options.landingRetentionDays,
    maxRecordingBytes: options.maxRecordingBytes,
    now: Date.now,
  });
}

/** What is looked at now and then for as long as the process lives; each answers with how to stop that. */
function watch(
  { tenants, logger }: WorkerProcessOptions,
  { store, meter }: Resources,
  withMetrics: boolean,
): readonly (() => Promise<void>)[] {
  const names = tenants.map(({ tenant }) => tenant);
  const sessions = watchSessions(store.stuckSessions, meter, logger);
  if (!withMetrics) return [sessions];
  return [
    sessions,
    watchQuotas(store.quotas, tenants, meter, logger),
    watchOverview(store.overview, names, meter, logger),
    watchClocks(store.clocks, names, meter, logger),
    watchGaps(store.gaps, tenants, meter, logger),
    watchEventLoop(meter, logger),
  ];
}

async function startWorkers(
  options: WorkerProcessOptions,
  { store, connection, namespace, address, meter }: Resources,
  activities: Activities,
  hung: HungSteps,
): Promise<readonly Worker[]> {
  const { logger } = options;
  const deployment = await deploymentOptions(connection, namespace, options.build, logger);
  const workers = await createWorkers({
    connection,
    namespace,
    activities,
    waits: store.waits,
    onLateAttempt: attemptMetrics(meter),
    hung,
    shutdownGraceMs: options.shutdownGraceSeconds * 1_000,
    deployment,
  });
  logger.info({ temporal: address, namespace, tenants: options.tenants.length }, 'the worker listens');
  await adviseOnServer(connection, namespace, logger).catch((error: unknown) => {
    logger.warn({ err: error }, 'Temporal could not be asked what it does for workers that stop');
  });
  if (deployment) {
    await logDeploymentRole(connection, namespace, deployment.version, logger).catch((error: unknown) => {
      logger.warn({ err: error }, 'Temporal could not be asked whether this build is current');
    });
  }
  return workers;
}

/**
 * A storage that cannot be written keeps the worker from starting. One that is not mounted does not: contacts need none,
 * and what needs it waits for a person until it is there.
 */
async function probeStorage(files: RecordingFiles | null, logger: Logger): Promise<void> {
  try {
    await files?.probe();
  } catch (error) {
    if (!(error instanceof RecordingFileError && error.code === 'RecordingsNotMounted')) throw error;
    logger.error(
      { err: error, remedy: error.remedy },
      'no recordings are fetched: their storage is not there',
    );
  }
}

/**
 * Runs label themselves with search attributes, and a run that sets one the namespace lacks would be stuck. Where they
 * cannot be created from here (Temporal Cloud, or no right to) they must have been by hand.
 */
async function prepareSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  logger: Logger,
): Promise<void> {
  try {
    await ensureSearchAttributes(connection, namespace);
  } catch (error) {
    logger.warn(
      { err: error },
      'the search attributes could not be checked; if runs get stuck, create them as docs/deploying.md says',
    );
  }
}

function toTenant(settings: WorkerTenant, options: CxoneClientOptions): Tenant {
  return { name: settings.tenant, cxone: createCxoneClient(settings, options), tuning: settings };
}
