import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findPort } from './ports';
import {
  embeddedPostgres,
  findPostgresInstallations,
  type PostgresInstallation,
  runnableBy,
} from './postgres-binaries';
import { openCluster, type PostgresCluster, runningPostmaster, superuser } from './postgres-cluster';
import { type ManagedProcess, type ProcessExit, startProcess } from './process';
import { untilReady } from './readiness';
import { ownFolder, serverUser } from './server-user';

export interface PostgresOptions {
  /** Where the data lie and are found again; see `RunningPostgres.dataDir` for where they really are. */
  readonly dataDir: string;
  /** Taken when free, else any other. */
  readonly port?: number;
  readonly log: (message: string) => void;
  /** The server's programs; by default the npm package's, else the newest on this machine. */
  readonly binaries?: PostgresInstallation;
  /** Made when it is not there and named in `url`; `postgres` by default. */
  readonly database?: string;
  /** False gives up safety against a crash of the machine for speed: for tests. */
  readonly durable?: boolean;
  /** Throws away what `dataDir` holds first. */
  readonly fresh?: boolean;
}

/** A private PostgreSQL server that listens on loopback only and ends with this process. */
export interface RunningPostgres {
  /** With user and password: not to be logged. */
  readonly url: string;
  readonly port: number;
  /** For instance "18.4". */
  readonly version: string;
  /** A command line that opens `psql` on the database; it names the password's file, not the password. */
  readonly psql: string;
  /** `dataDir`, or a folder under /var/tmp when we are root and the server's user cannot reach `dataDir`. */
  readonly dataDir: string;
  readonly exited: Promise<ProcessExit>;
  /** Ends it without waiting for its clients ("fast shutdown"). */
  stop(): Promise<void>;
}

const stoppingWithinMs = 30_000;
const guardianWithinMs = 2000;
const attempts = 3;

/**
 * Starts a real PostgreSQL server of our own, making its data folder at the first time (about 1 s; 0.1 s later), and
 * returns when it answers. Works as an ordinary user and as root, where the server runs as uid 65534, since it refuses root.
 * @throws Error when no server programs are found (naming `DATABASE_URL`), when another run uses the same data, or
 * with the server's last words when it does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const user = serverUser();
  const installation = runnableBy(options.binaries ?? choosePostgres(), user);
  const folder = ownFolder(options.dataDir, user);
  if (folder !== options.dataDir) {
    options.log(`PostgreSQL's user cannot reach ${options.dataDir}: its data lie in ${folder}`);
  }
  const data = join(folder, 'cluster');
  await waitForOrphan(data);
  if (options.fresh) {
    for (const name of ['cluster', 'cluster.new', 'pgpass', 'postgres.log']) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
  const cluster = await openCluster(folder, installation, user);

  for (let attempt = 1; ; attempt += 1) {
    const port = await findPort(options.port === undefined ? [] : [options.port]);
    const server = startProcess({
      name: 'postgres',
      command: join(installation.bin, 'postgres'),
      args: ['-D', cluster.data, ...serverSettings(port, options.durable ?? true)],
      cwd: folder,
      logFile: join(folder, 'postgres.log'),
      stopSignal: 'SIGINT',
      ...user,
    });
    const problem = await untilReady(server, () =>
      ensureDatabase(connectionUrl(cluster, port, superuser), options.database ?? superuser),
    );
    if (problem === undefined) {
      const { version } = installation;
      const { database = superuser } = options;
      return describe(server, cluster, { port, dataDir: folder, version, database });
    }
    await server.stop();
    // Between asking for a free port and opening it another process may take it.
    if (attempt < attempts && /Address already in use/.test(server.tail())) continue;
    throw new Error(`PostgreSQL did not start: ${problem}\n${server.tail().trim()}`);
  }
}

/**
 * The server programs to use: the npm package's, else the newest on this machine.
 * @throws Error naming what can be done when there are none.
 */
export function choosePostgres(): PostgresInstallation {
  const found = embeddedPostgres() ?? findPostgresInstallations().at(-1);
  if (found) return found;
  throw new Error(
    `No PostgreSQL server programs for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL ≥ 15, ` +
      'or install the PostgreSQL server (initdb and postgres on the PATH)',
  );
}

function serverSettings(port: number, durable: boolean): readonly string[] {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: '128MB',
    max_wal_size: '4GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Commits stay synchronous: tests that kill the server must still find what it had promised.
    ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A process that was killed a moment ago has a guardian that is stopping its server: wait for that. */
async function waitForOrphan(data: string): Promise<void> {
  const began = Date.now();
  for (;;) {
    const found = runningPostmaster(data);
    if (found === undefined) return;
    if (Date.now() - began > (found.stopping ? stoppingWithinMs : guardianWithinMs)) {
      throw new Error(
        `Another run uses the PostgreSQL data in ${data} (process ${found.pid}): end that run first`,
      );
    }
    await delay(50);
  }
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A server that shuts down while we talk to it shows in the query that fails.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query('select from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

function connectionUrl(cluster: PostgresCluster, port: number, database: string): string {
  return `postgresql://${superuser}:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

function describe(
  server: ManagedProcess,
  cluster: PostgresCluster,
  {
    port,
    dataDir,
    version,
    database,
  }: Pick<RunningPostgres, 'port' | 'dataDir' | 'version'> & {
    readonly database: string;
  },
): RunningPostgres {
  return {
    url: connectionUrl(cluster, port, database),
    port,
    version,
    psql: `PGPASSFILE='${cluster.passwordFile}' psql -h 127.0.0.1 -p ${port} -U ${superuser} ${database}`,
    dataDir,
    exited: server.exited,
    async stop() {
      await server.stop();
    },
  };
}
