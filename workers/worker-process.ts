import { Client, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import {
  createActivities,
  createAnswerKeeper,
  createPageMemory,
  createRequestLimiter,
  type Tenant,
  tenantDirectory,
  type TenantTuning,
  weightOf,
} from '../activities';
import { createCxoneClient, type CxoneClientOptions, type CxoneConnection } from '../cxone';
import {
  type Claimant,
  createSpaceGuard,
  openRecordingFiles,
  openStore,
  RecordingFileError,
  type RecordingFiles,
  type RecordingStorage,
} from '../store';
import { backfillId } from '../workflows/ids';
import { ensureSearchAttributes } from '../ops/search-attributes';
import { createHungSteps } from '../activities/interceptors/deadline';
import { attemptMetrics } from './metrics/attempt-metrics';
import { createWorkers, runWorkers } from './create-workers';
import { type BuildOfDeployment, deploymentOptions, logDeploymentRole } from './deployment';
import { watchGaps } from './metrics/gap-metrics';
import { type HealthServer, listenForHealth } from './health';
import { hungMetrics } from './metrics/hung-metrics';
import { watchClocks } from './metrics/clock-metrics';
import { type Address, chooseAddress, type WantedAddress } from './listen';
import { reportMisconfigured } from './misconfigured-tenants';
import { watchSessions } from './stuck-sessions';
import { watchEventLoop } from './metrics/loop-metrics';
import { watchOverview } from './metrics/overview-metrics';
import { storeConnections } from './queues';
import { limiterMetrics, type LimitedTenant, watchQuotas } from './metrics/quota-metrics';
import { requestMetrics } from './metrics/request-metrics';
import { runInspection } from './run-inspection';
import { adviseOnServer } from './server-advice';
import { temporalLogger } from './temporal-logger';

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

  const store = openStore({
    url: options.databaseUrl,
    maxConnections: storeConnections,
    applicationName: 'cxone-sync worker',
  });
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
    overrideEnvVars: { ...options.temporalEnv },
  });
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  let connection: NativeConnection | undefined;
  let health: HealthServer | undefined;
  let settle = async (): Promise<void> => undefined;
  let stopWatching: readonly (() => Promise<void>)[] = [];
  try {
    const files = options.recordings === null ? null : openRecordingFiles(options.recordings, store.storage);
    await probeStorage(files, logger);
    const connected = await NativeConnection.connect({ ...connectionOptions, address });
    connection = connected;
    await prepareSearchAttributes(connection, namespace, logger);
    const meter = Runtime.instance().metricMeter;
    const hung = createHungSteps(hungMetrics(meter));
    const [observe, countLimits] = [requestMetrics(meter), limiterMetrics(meter)];
    const names = options.tenants.map(({ tenant }) => tenant);
    await reportMisconfigured(options.misconfigured, names, store.misconfigured, meter, logger);
    const keeper = createAnswerKeeper({
      errors: store.apiErrors,
      now: Date.now,
      onError: (error) => logger.warn({ err: error }, 'an answer of CXone could not be kept'),
    });
    settle = () => keeper.settle();
    const clientOptions = ({ tenant, limits }: WorkerTenant): CxoneClientOptions => ({
      onRequest: observe(tenant),
      keepAnswer: keeper.forTenant(tenant),
      credentialsGeneration: () =>
        store.signIns.count(tenant).catch((error: unknown) => {
          logger.warn({ err: error, tenant }, 'could not check whether credentials were renewed');
          return null;
        }),
      limiter: createRequestLimiter({
        tenant,
        limits,
        quotas: store.quotas,
        onEvent: countLimits(tenant),
        onError: (error) => logger.warn({ err: error, tenant }, 'a 429 could not be noted'),
      }),
    });
    stopWatching = [watchSessions(store.stuckSessions, meter, logger)];
    if (metrics) {
      stopWatching = [
        ...stopWatching,
        watchQuotas(store.quotas, options.tenants, meter, logger),
        watchOverview(store.overview, names, meter, logger),
        watchClocks(store.clocks, names, meter, logger),
        watchGaps(store.gaps, options.tenants, meter, logger),
        watchEventLoop(meter, logger),
      ];
    }
    const client = new Client({ connection, namespace });
    const inspectRun = runInspection(client);
    const activities = createActivities({
      store,
      files,
      guardSpace: createSpaceGuard(options.recordings?.url ?? null, options.minFreeBytes),
      tenants: tenantDirectory(
        options.tenants.map((tenant) => toTenant(tenant, clientOptions(tenant))),
        options.misconfigured.keys(),
      ),
      memory: createPageMemory(pagesInMemory, weightOf),
      isRunning: runningCheck(client),
      inspectRun,
      inspectBackfill: (tenant, { from, to }) => inspectRun(backfillId({ tenant, from, to })),
      cancelRun: async (workflowId) => void (await client.workflow.getHandle(workflowId).cancel()),
      landingRetentionDays: options.landingRetentionDays,
      maxRecordingBytes: options.maxRecordingBytes,
      now: Date.now,
    });
    let workers: readonly Worker[] = [];
    if (options.health && healthAddress) {
      // Before the workers are made: a process with workers that never ran does not end.
      health = await listenForHealth(options.health, healthAddress, logger, {
        ready: () => workers.length > 0 && workers.every((worker) => worker.getState() === 'RUNNING'),
        database: () => store.ping(),
        temporal: () =>
          connected.withDeadline(Date.now() + 3_000, () => connected.workflowService.getSystemInfo({})),
        hungSteps: () => hung.count(),
      });
    }
    const deployment = await deploymentOptions(connection, namespace, options.build, logger);
    workers = await createWorkers({
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
    await runWorkers(workers);
    logger.info('the worker has stopped');
  } finally {
    await health?.close();
    for (const stop of stopWatching) await stop();
    // Workers that were made but never ran still hold it; that must not hide why they did not run.
    await connection?.close().catch((error: unknown) => {
      logger.warn({ err: error }, 'the connection to Temporal could not be closed');
    });
    await settle();
    await store.close();
  }
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

/** The SDK's runtime is one per process: where it logs, and where it shows its metrics. */
function installRuntime(metrics: Address | null, logger: Logger): void {
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: {
      logging: { filter: 'WARN', forward: {} },
      ...(metrics && {
        metrics: {
          prometheus: {
            bindAddress: `${metrics.host}:${metrics.port}`,
            // As Temporal's own dashboards and alert rules name them.
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
          },
        },
      }),
    },
  });
  if (metrics) logger.info({ host: metrics.host, port: metrics.port }, 'metrics are served');
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

/** Asks Temporal about the run that holds a window. A run it no longer knows is not running. */
function runningCheck(client: Client): (run: Claimant) => Promise<boolean> {
  return async ({ workflowId }) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING';
    } catch (error) {
      const notFound = 5;
      if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false;
      if (isGrpcServiceError(error) && error.code === notFound) return false;
      throw error;
    }
  };
}
