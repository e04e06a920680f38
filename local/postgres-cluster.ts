import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PostgresInstallation } from './postgres-binaries';
import { describeExit, startProcess } from './process';
import type { ServerUser } from './server-user';

/** The files of one private server: PostgreSQL's own data folder and, beside it, the password to it. */
export interface PostgresCluster {
  readonly data: string;
  readonly passwordFile: string;
  readonly password: string;
}

export const superuser = 'postgres';

/**
 * Opens the cluster in `folder`, which belongs to `user`, and makes it first when it is not there: UTF-8, C collation,
 * scram-sha-256 with a random password. The password is kept in a file of mode 0600 that psql reads as `PGPASSFILE`.
 * @throws Error when `initdb` fails, or when the data were made by another major version.
 */
export async function openCluster(
  folder: string,
  installation: PostgresInstallation,
  user: ServerUser | undefined,
): Promise<PostgresCluster> {
  const data = join(folder, 'cluster');
  const passwordFile = join(folder, 'pgpass');
  if (!existsSync(data)) await createCluster({ folder, data, passwordFile }, installation, user);
  const major = Number.parseInt(readFileSync(join(data, 'PG_VERSION'), 'utf8'), 10);
  if (major !== installation.major) {
    throw new Error(
      `${data} was made by PostgreSQL ${major}, but the programs here are ${installation.version}: ` +
        'start over with --fresh, or make that version available',
    );
  }
  const password = readFileSync(passwordFile, 'utf8').trim().split(':').at(-1) ?? '';
  return { data, passwordFile, password };
}

/** The server that uses a cluster's data at this moment. */
export interface RunningPostmaster {
  readonly pid: number;
  readonly stopping: boolean;
}

/**
 * After a crash `postmaster.pid` names a process that has gone, or one that has since got the same number; PostgreSQL
 * would refuse to start because of the latter. Removes the file unless the server it names still runs.
 * @returns the server that still runs, if any.
 */
export function runningPostmaster(data: string): RunningPostmaster | undefined {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  // The eighth line says how the server is: "starting", "ready", "stopping".
  if (pid > 0 && isPostmasterOf(pid, data)) return { pid, stopping: lines[7]?.trim() === 'stopping' };
  rmSync(file, { force: true });
  return undefined;
}

interface ClusterPaths {
  readonly folder: string;
  readonly data: string;
  readonly passwordFile: string;
}

async function createCluster(
  { folder, data, passwordFile }: ClusterPaths,
  installation: PostgresInstallation,
  user: ServerUser | undefined,
): Promise<void> {
  // Made under another name first: a run that is killed in between must not leave half a cluster behind.
  const draft = join(folder, 'cluster.new');
  const secret = join(folder, 'password.new');
  rmSync(draft, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  writePrivately(secret, password, user);
  writePrivately(passwordFile, `127.0.0.1:*:*:${superuser}:${password}\n`, user);
  const initdb = startProcess({
    name: 'initdb',
    command: join(installation.bin, 'initdb'),
    args: [
      `--pgdata=${draft}`,
      `--username=${superuser}`,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-instructions',
      '--no-sync',
    ],
    cwd: folder,
    ...user,
  });
  const exit = await initdb.exited;
  rmSync(secret, { force: true });
  if (exit.code !== 0) {
    throw new Error(`initdb ${describeExit(exit)}:\n${initdb.tail().trim()}`);
  }
  renameSync(draft, data);
}

function writePrivately(file: string, content: string, user: ServerUser | undefined): void {
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
  if (user) chownSync(file, user.uid, user.gid);
}

/** A postmaster works in its data folder; Linux shows where a process works, elsewhere a living process is enough. */
function isPostmasterOf(pid: number, data: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
