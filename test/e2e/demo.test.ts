import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../setup/script';

const mainScript = join(__dirname, '..', '..', 'dist', 'client', 'main.js');
const marker = 'CXONE_SYNC_DEMO_TEST';

interface Demo {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>;
  /** All it has written so far. */
  said(): string;
  /** Process ids of the demo and everything it started. */
  family(): number[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every process inherits the environment of what started it; the marker finds them wherever they end up. */
function startDemo(...args: string[]): Demo {
  const id = randomUUID();
  const { TEMPORAL_ADDRESS: _none, ...env } = process.env;
  const child = spawn(process.execPath, [mainScript, 'demo', '--contacts-per-day', '600', ...args], {
    cwd: folder,
    env: { ...env, [marker]: id },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return {
    process: child,
    ended: new Promise((resolve) => {
      child.once('close', (status, signal) => resolve({ status, signal }));
    }),
    said: () => text,
    family: () =>
      readdirSync('/proc')
        .filter((pid) => carries(pid, id))
        .map(Number),
  };
}

function carries(pid: string, id: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${marker}=${id}`);
  } catch {
    return false;
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Processes that were asked to end may still be ending when the demo has ended, on a busy machine. */
function allGone(demo: Demo): Promise<void> {
  return until('all processes have ended', () => demo.family().length === 0, 30_000);
}

describe('npm run demo', () => {
  it('syncs a day, finds it equal to the truth and leaves no process behind', async () => {
    const demo = startDemo('--once');
    expect(await demo.ended).toEqual({ status: 0, signal: null });
    expect(demo.said()).toMatch(/✓ contacts +600 expected, 600 stored, equal/);
    expect(demo.said()).toMatch(/✓ agents +120 expected, 120 stored, equal/);
    expect(demo.said()).toMatch(/✓ recordings +\d+ expected, \d+ stored, equal/);
    expect(demo.said()).toMatch(/Web UI +http:\/\/127\.0\.0\.1:\d+/);
    expect(demo.said()).toMatch(/psql +.*psql -h 127\.0\.0\.1 -p \d+/);
    await allGone(demo);
  }, 180_000);

  it('resumes from its folder: a second run changes nothing and still equals the truth', async () => {
    const demo = startDemo('--once');
    expect(await demo.ended).toEqual({ status: 0, signal: null });
    expect(demo.said()).toMatch(/600 fetched: 0 new, 0 changed, 600 unchanged, 0 rejected/);
  }, 180_000);

  it('serves until it is interrupted, then leaves no process behind', async () => {
    const demo = startDemo();
    await until('the demo serves', () => demo.said().includes('Serving until Ctrl-C'), 150_000);
    demo.process.kill('SIGINT');
    expect((await demo.ended).status).toBe(130);
    await allGone(demo);
  }, 180_000);

  it('stops everything when one part dies', async () => {
    const demo = startDemo();
    await until('the demo serves', () => demo.said().includes('Serving until Ctrl-C'), 150_000);
    const simulator = demo.family().find((pid) => nameOf(pid).includes('main.js simulator'));
    if (simulator === undefined) throw new Error('no simulator runs');
    process.kill(simulator, 'SIGKILL');
    expect((await demo.ended).status).toBe(1);
    expect(demo.said()).toContain('simulator was ended by SIGKILL');
    await allGone(demo);
  }, 180_000);

  it('leaves no process behind when it is killed itself', async () => {
    const demo = startDemo();
    await until('the worker starts', () => demo.said().includes('starting a worker'), 60_000);
    demo.process.kill('SIGKILL');
    await demo.ended;
    await allGone(demo);
  }, 180_000);
});
