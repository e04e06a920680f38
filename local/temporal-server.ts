import { Connection } from '@temporalio/client';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { findPort } from './ports';
import { type ManagedProcess, type ProcessExit, startProcess } from './process';
import { untilReady } from './readiness';

export interface TemporalServerOptions {
  /** The `temporal` command, see `obtainTemporal`. */
  readonly command: string;
  /** SQLite file that keeps the runs; without one they are lost when the server stops. */
  readonly dataFile?: string;
  /** Made at the start; `default` by default. */
  readonly namespace?: string;
  /** Made at the start as well: one made later can be used only after the server's next look at its list, 2 s. */
  readonly moreNamespaces?: readonly string[];
  /** Registered in the namespaces made at the start, for instance `{ name: 'CxoneTenant', type: 'Keyword' }`. */
  readonly searchAttributes?: readonly { readonly name: string; readonly type: string }[];
  /** Taken when free, else any others; 7233 and 8233 by default, 0 for any. */
  readonly port?: number;
  readonly uiPort?: number;
  readonly logFile?: string;
  /** Further values of the dynamic config, for instance `{ 'limit.historyCount.suggestContinueAsNew': 100 }`. */
  readonly dynamicConfig?: Readonly<Record<string, number | boolean | string>>;
  readonly log: (message: string) => void;
}

/** A Temporal dev server that listens on loopback only and ends with this process. */
export interface RunningTemporal {
  /** `host:port` of its gRPC service. */
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: string;
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<void>;
}

const attempts = 3;
const lockedWithinMs = 15_000;
const lockedPauseMs = 250;

/**
 * Without the first, each step of a workflow waits up to 50 ms on the dev server's single shard.
 * Fairness lets live work of one tenant pass the backfill of another. The others are what ops/temporal/dynamic-config.yaml
 * says of workers that stop, freeze or are cut off.
 */
const dynamicConfig = {
  'history.transferProcessorMaxPollRPS': 2000,
  'system.enableActivityEagerExecution': true,
  'matching.enableFairness': true,
  'frontend.enableCancelWorkerPollsOnShutdown': true,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.keepAliveTime': '10s',
  'frontend.keepAliveTimeout': '5s',
} as const;

/**
 * Starts `temporal server start-dev` with its Web UI and returns when it answers and its namespace is there
 * (about 1 s). Ports in use are replaced by free ones.
 * @throws Error with the server's last words when it does not start.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<RunningTemporal> {
  const namespace = options.namespace ?? 'default';
  const began = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    const port = await findPort([options.port ?? 7233]);
    const uiPort = await findPort([options.uiPort ?? 8233], [port]);
    const server = startProcess({
      name: 'temporal',
      command: options.command,
      args: serverArguments(options, namespace, port, uiPort),
      ...(options.logFile !== undefined && { logFile: options.logFile }),
    });
    const address = `127.0.0.1:${port}`;
    const problem = await untilReady(server, () => answer(address, namespace));
    if (problem === undefined) {
      return {
        address,
        uiUrl: `http://127.0.0.1:${uiPort}`,
        namespace,
        exited: server.exited,
        async stop() {
          await server.stop();
        },
      };
    }
    await server.stop();
    // Between asking for a free port and opening it another process may take it.
    if (attempt < attempts && /address already in use|can't set frontend port/i.test(server.tail())) continue;
    // A process that was killed a moment ago has a guardian that is stopping its server: wait for that.
    if (/database is locked/.test(server.tail()) && Date.now() - began < lockedWithinMs) {
      await delay(lockedPauseMs);
      continue;
    }
    throw new Error(startFailure(problem, server, options.dataFile));
  }
}

function serverArguments(
  options: TemporalServerOptions,
  namespace: string,
  port: number,
  uiPort: number,
): readonly string[] {
  const { dataFile, moreNamespaces = [], searchAttributes = [] } = options;
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    ...[namespace, ...moreNamespaces].map((name) => `--namespace=${name}`),
    '--ui-disable-news-fetch',
    '--color=never',
    ...(dataFile === undefined ? [] : [`--db-filename=${dataFile}`]),
    ...Object.entries({ ...dynamicConfig, ...options.dynamicConfig }).map(
      ([key, value]) => `--dynamic-config-value=${key}=${JSON.stringify(value)}`,
    ),
    ...searchAttributes.map(({ name, type }) => `--search-attribute=${name}=${type}`),
  ];
}

async function answer(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '1 second' });
  try {
    await connection.withDeadline(Date.now() + 1000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}

function startFailure(problem: string, server: ManagedProcess, dataFile: string | undefined): string {
  const tail = server.tail().trim();
  const message = `Temporal's dev server did not start: ${problem}\n${tail}`;
  if (dataFile === undefined || !existsSync(dataFile)) return message;
  return /database is locked/.test(tail)
    ? `${message}\nAnother run uses ${dataFile}: end that run first.`
    : `${message}\nIf another version of Temporal made ${dataFile}, remove it: its layout is made once, not renewed.`;
}
