import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { executableOnPath } from './executables';
import { buildTemporal } from './temporal-build';
import { downloadTemporal } from './temporal-download';
import { RefusedDownload } from './temporal-hashes';

/** The release of the `temporal` command that is downloaded or built; `tools/temporal/go.mod` pins the same. */
export const temporalCliVersion = '1.8.2';

/** The `temporal` command on this machine. */
export interface TemporalCli {
  readonly command: string;
  readonly origin: 'TEMPORAL_CLI' | 'PATH' | 'cache' | 'download' | 'go build';
  /** As it says itself, for instance "1.8.2 (Server 1.31.2, UI 2.50.1)". */
  readonly version: string;
}

export interface ObtainOptions {
  readonly log: (message: string) => void;
  readonly env: NodeJS.ProcessEnv;
  /** By default `CXONE_SYNC_CACHE`, else `$XDG_CACHE_HOME/cxone-sync`, else `~/.cache/cxone-sync`. */
  readonly cacheDir?: string;
  /** The Go module that pins the command; by default `tools/temporal` of this checkout. */
  readonly goModule?: string;
  /** Where the SDK downloads from; probed before the download is tried. */
  readonly downloadUrl?: string;
  readonly signal?: AbortSignal;
}

/**
 * Finds a `temporal` command that runs, or gets one: `TEMPORAL_CLI`, the PATH, the copy in the user's cache, the SDK's
 * download, a build with Go (five minutes on two cores; shown as it goes on). What was downloaded or built is cached.
 * Not for callers that were given a server by `TEMPORAL_ADDRESS`: they need no command.
 * @throws Error when `TEMPORAL_CLI` names something that does not run, or, naming what was tried and the three ways
 * to get a server, when nothing works; `AbortError` when `signal` was aborted.
 */
export async function obtainTemporal(options: ObtainOptions): Promise<TemporalCli> {
  const { log, env, signal } = options;
  const chosen = env['TEMPORAL_CLI'];
  if (chosen) {
    const version = await versionOf(chosen);
    if (version === undefined) {
      throw new Error(`TEMPORAL_CLI is ${chosen}, which does not run: correct it, or unset it`);
    }
    return announced({ command: chosen, origin: 'TEMPORAL_CLI', version }, log);
  }

  const onPath = executableOnPath('temporal', env);
  const pathVersion = onPath && (await versionOf(onPath));
  if (onPath && pathVersion) return announced({ command: onPath, origin: 'PATH', version: pathVersion }, log);

  const folder = join(options.cacheDir ?? defaultCacheDir(env), 'temporal', temporalCliVersion);
  const cached = join(folder, 'temporal');
  const cachedVersion = existsSync(cached) ? await versionOf(cached) : undefined;
  if (cachedVersion) return announced({ command: cached, origin: 'cache', version: cachedVersion }, log);

  const failures: string[] = [];
  const target = { file: cached, version: temporalCliVersion, log, ...(signal && { signal }) };
  const goModule = options.goModule ?? join(__dirname, '..', 'tools', 'temporal');
  const ways = [
    { origin: 'download', get: () => downloadTemporal(target, options.downloadUrl) },
    { origin: 'go build', get: () => buildTemporal(target, existingModule(goModule), env) },
  ] as const;
  for (const { origin, get } of ways) {
    try {
      await get();
      const version = await versionOf(cached);
      if (version) return announced({ command: cached, origin, version }, log);
      failures.push(`${origin}: ${cached} does not run on this machine`);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : 'failed';
      // Not only when nothing else works: what is served may have been replaced.
      if (error instanceof RefusedDownload) log(`Temporal: ${reason}`);
      failures.push(`${origin}: ${reason}`);
    }
  }
  throw new Error(nothingWorks(failures));
}

/** Where the user's copies of the `temporal` command are kept. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  return env['CXONE_SYNC_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cxone-sync');
}

/** What `temporal --version` says, without its name; undefined when it does not run. */
async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: 15_000 });
    return stdout.replace(/^temporal version /, '').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The compiled program lies one folder deeper than its sources. */
function existingModule(folder: string): string {
  return existsSync(folder) ? folder : join(__dirname, '..', '..', 'tools', 'temporal');
}

function announced(found: TemporalCli, log: ObtainOptions['log']): TemporalCli {
  log(`Temporal: ${found.command} (${found.origin}), version ${found.version}`);
  return found;
}

function nothingWorks(failures: readonly string[]): string {
  return [
    'No Temporal server could be obtained. Do one of these three and start again:',
    '  1. set TEMPORAL_ADDRESS to a Temporal server that runs, for instance 127.0.0.1:7233',
    '  2. install the `temporal` command (https://docs.temporal.io/cli), or set TEMPORAL_CLI to its path',
    '  3. install Go ≥ 1.26 (https://go.dev/dl) to build it, or allow https://temporal.download to fetch it',
    'What was tried:',
    '  TEMPORAL_CLI: not set; PATH: no `temporal` that runs; cache: no copy that runs',
    ...failures.map((failure) => `  ${failure}`),
  ].join('\n');
}
