import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Connection } from '@temporalio/client';
import { startPostgres, type RunningPostgres } from '../../local/postgres';
import { describeExit, type ProcessExit, startProcess } from '../../local/process';
import { findPort } from '../../local/ports';
import { obtainTemporal } from '../../local/temporal-cli';
import { startTemporalServer } from '../../local/temporal-server';
import { ensureNamespace, ensureSearchAttributes, searchAttributes } from '../../ops/search-attributes';
import { migrate } from '../../store';
import { connectTemporal, requireWorkers, type TemporalClient } from '../command/temporal';
import { CommandError, exitStatus } from '../command/exit-status';
import { allEnded } from '../command/side-by-side';
import { mainScript, simulatorFacts, type SimulatorFacts, untilStarted } from './processes';

/** Everything a demo consists of, running. */
export interface DemoEnvironment {
  readonly temporal: TemporalClient;
  readonly uiUrl: string;
  readonly postgres: RunningPostgres;
  readonly recordingsFolder: string;
  /** Origin of the simulated CXone. */
  readonly simulator: string;
  /** Resolves with a description when a part ends by itself. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

export interface EnvironmentOptions {
  readonly folder: string;
  readonly fresh: boolean;
  readonly contactsPerDay: number;
  readonly note: (line: string) => void;
}

interface Part {
  readonly name: string;
  readonly exited: Promise<ProcessExit>;
  stop(): Promise<unknown>;
}

/** Starts server, database and simulator side by side, then the worker. When one fails, those started are stopped. */
export async function startEnvironment(options: EnvironmentOptions): Promise<DemoEnvironment> {
  const parts: Part[] = [];
  const stop = async (): Promise<void> => {
    // In the order of dependence: the worker lets go of the others first.
    for (const part of parts.toReversed()) await part.stop();
  };
  const keep = (name: string, part: Omit<Part, 'name'>): void => {
    parts.push({ name, exited: part.exited, stop: () => part.stop() });
  };
  try {
    return await assemble(options, keep, stop, parts);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: EnvironmentOptions,
  keep: (name: string, part: Omit<Part, 'name'>) => void,
  stop: () => Promise<void>,
  parts: readonly Part[],
): Promise<DemoEnvironment> {
  const { folder, note } = options;
  const [temporal, postgres, simulator] = await allEnded([
    startTemporal(options, keep),
    startDatabase(options, keep),
    startSimulator(options, keep),
  ]);

  const recordingsFolder = join(folder, 'recordings');
  const tenantsFile = writeTenantsFile(folder, simulator);
  const env = {
    ...process.env,
    ...temporal.env,
    TENANTS_FILE: tenantsFile,
    DATABASE_URL: postgres.url,
    RECORDINGS_URL: pathToFileURL(recordingsFolder).href,
    HEALTH_ADDRESS: '127.0.0.1:0',
    LOG_FORMAT: 'json',
    DEMO_CLIENT_SECRET: simulator.clientSecret,
    DEMO_ACCESS_KEY_SECRET: simulator.accessKeySecret,
  };
  note(`starting a worker (log: ${join(folder, 'logs', 'worker.log')})`);
  const worker = startProcess({
    name: 'worker',
    command: process.execPath,
    args: [mainScript, 'worker'],
    env,
    logFile: join(folder, 'logs', 'worker.log'),
  });
  keep('worker', worker);
  const client = await connectTemporal(temporal.env);
  await untilStarted(worker, () => requireWorkers(client));
  return {
    temporal: client,
    uiUrl: temporal.uiUrl,
    postgres,
    recordingsFolder,
    simulator: simulator.address,
    died: Promise.race(parts.map((part) => part.exited.then((exit) => `${part.name} ${describeExit(exit)}`))),
    stop: async () => {
      await client.close();
      await stop();
    },
  };
}

async function startTemporal(
  { folder, note }: EnvironmentOptions,
  keep: (name: string, part: Omit<Part, 'name'>) => void,
) {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (address) {
    const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'cxone-sync-demo';
    note(`Temporal: the server of TEMPORAL_ADDRESS, ${address}, namespace ${namespace}`);
    await prepareNamespace(address, namespace);
    const uiUrl = process.env['TEMPORAL_UI_URL'] ?? 'http://127.0.0.1:8233';
    return { env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }, uiUrl };
  }
  const cli = await obtainTemporal({ log: note, env: process.env });
  const server = await startTemporalServer({
    command: cli.command,
    // The layout of the file belongs to the version that made it.
    dataFile: join(folder, `temporal-${cli.version.replace(/[^\w.]+/g, '-')}.sqlite`),
    searchAttributes,
    logFile: join(folder, 'logs', 'temporal.log'),
    log: note,
  });
  keep('temporal', server);
  note(`Temporal listens at ${server.address}, its Web UI at ${server.uiUrl}`);
  const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace };
  return { env, uiUrl: server.uiUrl };
}

async function prepareNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address }).catch(() => {
    throw new CommandError(
      exitStatus.unavailable,
      `No Temporal server answers at TEMPORAL_ADDRESS ${address}. Correct it, or unset it to start one.`,
      'TemporalUnavailable',
    );
  });
  try {
    await ensureNamespace(connection, namespace);
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

async function startDatabase(
  { folder, fresh, note }: EnvironmentOptions,
  keep: (name: string, part: Omit<Part, 'name'>) => void,
) {
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: 55_432,
    database: 'cxone',
    fresh,
    log: note,
  });
  keep('postgres', postgres);
  const { applied } = await migrate(postgres.url);
  const made = applied.length > 0 ? `, ${applied.length} migrations applied` : '';
  note(`PostgreSQL ${postgres.version} listens at port ${postgres.port}${made}`);
  return postgres;
}

async function startSimulator(
  { contactsPerDay, note }: EnvironmentOptions,
  keep: (name: string, part: Omit<Part, 'name'>) => void,
): Promise<SimulatorFacts> {
  const port = await findPort([4010]);
  const mediaPort = await findPort([4011], [port]);
  const simulator = startProcess({
    name: 'simulator',
    command: process.execPath,
    args: [
      ...[mainScript, 'simulator', '--port', String(port), '--media-port', String(mediaPort)],
      ...['--contacts-per-day', String(contactsPerDay), '--agents', '120'],
      // A tenth of the calls is recorded and the quota of Media Playback lifted, so that the demo takes a minute.
      ...['--logged-share', '0.1', '--no-media-quota'],
    ],
  });
  keep('simulator', simulator);
  const facts = await simulatorFacts(simulator);
  note(`the simulated CXone listens at ${facts.address}`);
  return facts;
}

function writeTenantsFile(folder: string, simulator: SimulatorFacts): string {
  const file = join(folder, 'tenants.json');
  const demo = {
    issuer: simulator.issuer,
    clientId: simulator.clientId,
    clientSecret: { env: 'DEMO_CLIENT_SECRET' },
    accessKeyId: simulator.accessKeyId,
    accessKeySecret: { env: 'DEMO_ACCESS_KEY_SECRET' },
    allowInsecureHosts: ['127.0.0.1'],
    pageSize: 1_000,
    // The simulated recorder logs what it records, so that no other call needs a playback query.
    recordedCalls: 'logged',
    // As the simulator's, which is lifted.
    limits: { media: { requests: 1_000_000, perSeconds: 1 } },
  };
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify({ tenants: { demo } }, null, 2)}\n`);
  return file;
}
