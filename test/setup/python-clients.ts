import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { executableOnPath } from '../../local/executables';
import { defaultCacheDir } from '../../local/temporal-cli';

const folder = join(__dirname, 'python');
const requirements = join(folder, 'requirements.txt');

/** Where a request for CXone's hosts goes: what `sitecustomize.py` changes in a client, and nothing else. */
export const redirection: Readonly<Record<string, string>> = { PYTHONPATH: folder };

/** The programs of a virtual environment with the public clients of `requirements.txt`. */
export interface PythonClients {
  readonly python: string;
  readonly tap: string;
}

/** Printed where the clients are not available. */
export const withoutPythonClients =
  'The public clients (the Singer tap, NicePy) were NOT RUN against the simulator: they need Python ≥ 3.9 with venv ' +
  '(Debian, Ubuntu: apt-get install python3-venv) and, for the first time, a way to PyPI.';

/**
 * The clients from PyPI, installed into the cache when a run first needs them (some 10 seconds).
 *
 * @returns undefined where there is no Python with venv, or PyPI cannot be reached, which is said: the tests then are
 * left out, and fail where `CI` is set.
 */
export function obtainPythonClients(env: NodeJS.ProcessEnv = process.env): PythonClients | undefined {
  const python = executableOnPath('python3', env);
  if (python === undefined) return undefined;
  const wanted = createHash('sha256').update(readFileSync(requirements)).update(python).digest('hex');
  const place = join(defaultCacheDir(env), 'python-clients', wanted.slice(0, 16));
  const mark = join(place, 'whole');
  try {
    if (!existsSync(mark)) install(python, place, mark);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
  return { python: join(place, 'bin', 'python'), tap: join(place, 'bin', 'tap-nice-incontact') };
}

/** Scripts of an environment contain its path, so it is made where it stays; the mark says that it is complete. */
function install(python: string, place: string, mark: string): void {
  process.stderr.write(`Installing the public clients of ${requirements} into ${place} …\n`);
  const run = (command: string, ...args: readonly string[]): void =>
    void execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  run(python, '-m', 'venv', place);
  const quietly = ['--quiet', '--disable-pip-version-check', '--no-deps', '--use-pep517'];
  run(join(place, 'bin', 'python'), '-m', 'pip', 'install', ...quietly, '--requirement', requirements);
  mkdirSync(`${mark}-draft`);
  renameSync(`${mark}-draft`, mark);
}
