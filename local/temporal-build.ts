import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { executableOnPath } from './executables';
import { describeExit, startProcess } from './process';
import type { TemporalTarget } from './temporal-download';

const sourcePackage = 'github.com/temporalio/cli/cmd/temporal';
const progressMs = 10_000;
const lockPollMs = 500;

/**
 * Builds the command from the Go module in `goModule`, whose go.sum pins every source (facts §1.1: five minutes on
 * two cores with empty caches). One build at a time per target: a second run waits for the first and uses its result.
 * @throws Error when Go is missing or the build fails, with Go's last lines; `AbortError` when `target.signal` aborts.
 */
export async function buildTemporal(
  target: TemporalTarget,
  goModule: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const go = executableOnPath('go', env) ?? executableOnPath('go', { PATH: '/usr/local/go/bin' });
  if (go === undefined) throw new Error('there is no `go` command on the PATH');
  mkdirSync(dirname(target.file), { recursive: true });
  const lock = join(dirname(target.file), 'build.lock');
  if (!(await takeLock(lock, target))) return;
  try {
    await runBuild(go, target, goModule, env);
  } finally {
    rmSync(lock, { force: true });
  }
}

async function runBuild(
  go: string,
  target: TemporalTarget,
  goModule: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  target.signal?.throwIfAborted();
  const draft = `${target.file}.${process.pid}`;
  const versionFlag = `-X github.com/temporalio/cli/internal/temporalcli.Version=${target.version}`;
  target.log(`Temporal: building version ${target.version} with ${go}; this takes about five minutes, once`);
  const started = Date.now();
  const build = startProcess({
    name: 'go build',
    command: go,
    args: ['build', '-trimpath', `-ldflags=-s -w ${versionFlag}`, '-o', draft, sourcePackage],
    cwd: goModule,
    // An older Go (≥ 1.21) fetches the release that go.mod asks for.
    env: { ...env, CGO_ENABLED: '0', GOTOOLCHAIN: 'auto', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  });
  const progress = setInterval(
    () => target.log(`Temporal: still building, ${elapsed(started)} so far`),
    progressMs,
  );
  const onAbort = (): void => void build.stop({ graceMs: 2000 });
  target.signal?.addEventListener('abort', onAbort, { once: true });
  const exit = await build.exited;
  clearInterval(progress);
  target.signal?.removeEventListener('abort', onAbort);
  if (exit.code !== 0) {
    rmSync(draft, { force: true });
    target.signal?.throwIfAborted();
    throw new Error(`\`go build\` ${describeExit(exit)}: ${lastLines(build.tail())}`);
  }
  renameSync(draft, target.file);
  target.log(`Temporal: built in ${elapsed(started)}`);
}

/** True when the lock is ours; false when another run held it and has left a finished file behind. */
async function takeLock(lock: string, target: TemporalTarget): Promise<boolean> {
  for (let waited = false; ; waited = true) {
    if (waited && existsSync(target.file)) return false;
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
    if (!waited) target.log('Temporal: another run is building it; waiting for that one');
    await delay(lockPollMs, undefined, target.signal && { signal: target.signal });
  }
}

function isHolderAlive(lock: string): boolean {
  try {
    const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
    // Between making the lock and writing the number into it the holder is certainly alive.
    if (Number.isNaN(pid)) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' · ');
}
