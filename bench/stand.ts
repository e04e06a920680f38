import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client as PostgresClient } from 'pg';
import { mainScript, simulatorFacts, type SimulatorFacts, untilStarted } from '../client/demo/processes';
import { connectTemporal, requireWorkers, type TemporalClient } from '../client/command/temporal';
import { startPostgres } from '../local/postgres';
import { type ManagedProcess, startProcess } from '../local/process';
import { obtainTemporal } from '../local/temporal-cli';
import { startTemporalServer } from '../local/temporal-server';
import { searchAttributes } from '../ops/search-attributes';
import { migrate } from '../store';

/** Servers and simulator for a benchmark, in a folder that goes away with them. */
export interface BenchStand {
  readonly temporal: TemporalClient;
  readonly simulator: SimulatorFacts;
  readonly versions: string;
  /** An empty database, migrated unless `bare`. */
  createDatabase(bare?: boolean): Promise<string>;
  /**
   * Starts a worker with a prebuilt bundle, as in production, and waits until it polls. `tenant` changes what the
   * tenants file says of the tenant `bench`; `source` is another simulator than the stand's.
   */
  startWorker(
    databaseUrl: string,
    tenant: { readonly pageSize: number } & object,
    source?: SimulatorFacts,
  ): Promise<ManagedProcess>;
  stop(): Promise<void>;
}

export async function startBenchStand(
  contactsPerDay: number,
  log: (line: string) => void,
): Promise<BenchStand> {
  const folder = mkdtempSync(join(tmpdir(), 'cxone-sync-bench-'));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.toReversed()) await each();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { versions, temporalEnv, postgres } = await startServers(folder, stops, log);
    const simulator = startProcess({
      name: 'simulator',
      command: process.execPath,
      args: [mainScript, 'simulator', '--contacts-per-day', String(contactsPerDay), '--no-media-quota'],
    });
    stops.push(() => simulator.stop());
    const facts = await simulatorFacts(simulator);
    const temporal = await connectTemporal(temporalEnv);
    stops.push(() => temporal.close());

    let databases = 0;
    return {
      temporal,
      simulator: facts,
      versions,
      async createDatabase(bare = false) {
        databases += 1;
        const url = new URL(postgres.url);
        const name = `bench_${databases}`;
        await execute(postgres.url, `create database ${name}`);
        url.pathname = `/${name}`;
        if (!bare) await migrate(url.href);
        return url.href;
      },
      async startWorker(databaseUrl, tenant, source = facts) {
        const tenantsFile = join(folder, 'tenants.json');
        writeFileSync(tenantsFile, JSON.stringify({ tenants: { bench: tenantOf(source, tenant) } }));
        const worker = startProcess({
          name: 'worker',
          command: process.execPath,
          args: [mainScript, 'worker'],
          env: {
            ...process.env,
            ...temporalEnv,
            TENANTS_FILE: tenantsFile,
            DATABASE_URL: databaseUrl,
            RECORDINGS_URL: pathToFileURL(join(folder, 'recordings')).href,
            HEALTH_ADDRESS: 'off',
            LOG_LEVEL: 'warn',
            BENCH_CLIENT_SECRET: source.clientSecret,
            BENCH_ACCESS_KEY_SECRET: source.accessKeySecret,
          },
        });
        stops.push(() => worker.stop());
        await untilStarted(worker, () => requireWorkers(temporal));
        return worker;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Temporal and PostgreSQL for a benchmark; how they are stopped is put into `stops`. */
export async function startServers(
  folder: string,
  stops: (() => Promise<unknown>)[],
  log: (line: string) => void,
) {
  const { command, version } = await obtainTemporal({ log, env: process.env });
  const server = await startTemporalServer({ command, searchAttributes, port: 0, uiPort: 0, log });
  stops.push(() => server.stop());
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), log });
  stops.push(async () => {
    await postgres.stop();
    rmSync(postgres.dataDir, { recursive: true, force: true });
  });
  return {
    versions: `Temporal ${version}, PostgreSQL ${postgres.version}, Node ${process.versions.node}`,
    temporalEnv: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace },
    postgres,
  };
}

/** The most memory a process has held, in bytes; null where the system does not say (only Linux does). */
export async function peakMemory(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

function tenantOf(facts: SimulatorFacts, tenant: object): object {
  return {
    issuer: facts.address,
    clientId: facts.clientId,
    clientSecret: { env: 'BENCH_CLIENT_SECRET' },
    accessKeyId: facts.accessKeyId,
    accessKeySecret: { env: 'BENCH_ACCESS_KEY_SECRET' },
    allowInsecureHosts: ['127.0.0.1'],
    recordings: false,
    recordedCalls: 'logged',
    ...tenant,
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new PostgresClient({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
