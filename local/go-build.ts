import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { executableOnPath } from './executables';
import { describeExit, isAlive, startProcess } from './process';

/** What to build with Go, and where to put it. */
export interface GoBuild {
  /** What people call it, at the head of each message. */
  readonly name: string;
  /** Without a leading "v". */
  readonly version: string;
  /** The path of the executable to be; it appears there complete or not at all. */
  readonly file: string;
  /** "about five minutes". */
  readonly takes: string;
  /** Go's arguments and what its environment needs, so that the executable comes to be at `draft`. */
  command(draft: string): { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv };
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (message: string) => void;
  readonly signal?: AbortSignal;
}

const progressMs = 10_000;
const lockPollMs = 500;

/** The `go` command: on the PATH, or where its installer puts it. */
export function findGo(env: NodeJS.ProcessEnv): string | undefined {
  return executableOnPath('go', env) ?? executableOnPath('go', { PATH: '/usr/local/go/bin' });
}

/**
 * Builds one executable. One build at a time per file: a second run waits for the first and uses its result.
 * @throws Error when Go is missing or the build fails, with Go's last lines; `AbortError` when `signal` aborts.
 */
export async function buildWithGo(build: GoBuild): Promise<void> {
  const go = findGo(build.env);
  if (go === undefined) throw new Error('there is no `go` command on the PATH');
  mkdirSync(dirname(build.file), { recursive: true });
  const lock = join(dirname(build.file), 'build.lock');
  if (!(await takeLock(lock, build))) return;
  try {
    await runBuild(go, build);
  } finally {
    rmSync(lock, { force: true });
  }
}

async function runBuild(go: string, build: GoBuild): Promise<void> {
  const { name, version, file, takes, log, signal } = build;
  signal?.throwIfAborted();
  const draft = `${file}.${process.pid}`;
  const { args, env } = build.command(draft);
  log(`${name}: building version ${version} with ${go}; this takes ${takes}, once`);
  const started = Date.now();
  const running = startProcess({
    name: 'go build',
    command: go,
    args,
    ...(build.cwd !== undefined && { cwd: build.cwd }),
    // An older Go (≥ 1.21) fetches the release that go.mod asks for.
    env: { ...build.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'auto', GOWORK: 'off', ...env },
  });
  const progress = setInterval(() => log(`${name}: still building, ${elapsed(started)} so far`), progressMs);
  const onAbort = (): void => void running.stop({ graceMs: 2000 });
  signal?.addEventListener('abort', onAbort, { once: true });
  const exit = await running.exited;
  clearInterval(progress);
  signal?.removeEventListener('abort', onAbort);
  if (exit.code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    signal?.throwIfAborted();
    throw new Error(`\`go build\` ${describeExit(exit)}: ${lastLines(running.tail())}`);
  }
  takeOver(draft, file);
  log(`${name}: built in ${elapsed(started)}`);
}

/** `go build` makes a file of the given name, `go install` one below a folder of that name. */
function takeOver(draft: string, file: string): void {
  const inFolder = join(draft, basename(file));
  renameSync(existsSync(inFolder) ? inFolder : draft, file);
  rmSync(draft, { recursive: true, force: true });
}

/** True when the lock is ours; false when another run held it and has left a finished file behind. */
async function takeLock(lock: string, { name, file, log, signal }: GoBuild): Promise<boolean> {
  for (let waited = false; ; waited = true) {
    if (waited && existsSync(file)) return false;
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!isHolderAlive(lock)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!waited) log(`${name}: another run is building it; waiting for that one`);
    await delay(lockPollMs, undefined, signal && { signal });
  }
}

function isHolderAlive(lock: string): boolean {
  try {
    const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
    // Between making the lock and writing the number into it the holder is certainly alive.
    return Number.isNaN(pid) || isAlive(pid);
  } catch {
    return false;
  }
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' · ');
}
