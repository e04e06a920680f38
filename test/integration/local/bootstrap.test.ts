import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isRunning, until } from '../../setup/script';

/** A small checkout with our tools and packages, and an `npm` that only notes its calls. */
const root = join(__dirname, '../../..');
let checkout: string;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function write(path: string, content: string): string {
  const file = join(checkout, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function environment(): NodeJS.ProcessEnv {
  const { npm_execpath: _, ...env } = process.env;
  return { ...env, PATH: `${join(checkout, 'bin')}:${process.env['PATH']}` };
}

function run(...args: readonly string[]): Outcome {
  return spawnSync(process.execPath, args, { cwd: checkout, encoding: 'utf8', env: environment() });
}

const bootstrap = (...args: readonly string[]): Outcome => run('tools/bootstrap.mjs', ...args);

function fakeNpm(script: string): void {
  chmodSync(write('bin/npm', `#!/bin/sh\necho "$@" >> calls\n${script}\n`), 0o755);
}

const npmCalls = (): string =>
  existsSync(join(checkout, 'calls')) ? readFileSync(join(checkout, 'calls'), 'utf8') : '';

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'cxone-sync-test-'));
  cpSync(join(root, 'tools'), join(checkout, 'tools'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json']) {
    copyFileSync(join(root, file), join(checkout, file));
  }
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.')) continue;
    symlinkSync(join(root, 'node_modules', name), join(checkout, 'node_modules', name));
  }
  write('node_modules/.package-lock.json', '{}');
  write('workflows/index.ts', 'export async function syncWindow(): Promise<number> {\n  return 1;\n}\n');
  write('store/migrations/0001-start.sql', 'select 1;\n');
  write(
    'client/main.ts',
    `#!/usr/bin/env node
if (require.main === module) {
  process.on('SIGTERM', () => process.exit(9));
  process.stdout.write(JSON.stringify(process.argv.slice(2)) + ' ' + process.pid + '\\n');
  if (process.argv[3] === 'stay') setInterval(() => undefined, 1000);
  else process.exitCode = Number(process.argv[3] ?? 0);
}
`,
  );
  fakeNpm('exit 0');
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

describe('the build', () => {
  test('leaves the program, its migrations and one bundle of the workflows in dist', () => {
    write('dist/store/gone.js', '// compiled from a source that is no more');
    write('dist/store/migrations/0000-gone.sql', 'select 0;');
    expect(run('tools/build.mjs')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(checkout, 'dist/store'))).toEqual(['migrations']);
    expect(readdirSync(join(checkout, 'dist/store/migrations'))).toEqual(['0001-start.sql']);
    expect(statSync(join(checkout, 'dist/client/main.js')).mode & 0o111).toBe(0o111);
    expect(readFileSync(join(checkout, 'dist/workflow-bundle.js'), 'utf8')).toContain('syncWindow');

    rmSync(join(checkout, 'dist/workflow-bundle.js'));
    expect(run('tools/build.mjs').status).toBe(0);
    expect(existsSync(join(checkout, 'dist/workflow-bundle.js'))).toBe(true);
  });

  test('fails when the workflows are missing', () => {
    rmSync(join(checkout, 'workflows/index.ts'));
    const outcome = run('tools/build.mjs');
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain('workflows/index.ts is missing');
  });

  test('fails when a source does not compile, saying where', () => {
    write('store/wrong.ts', 'export const = "text";\n');
    const outcome = run('tools/build.mjs');
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/do not compile: .*store\/wrong\.ts:1:1/s);
  });
});

describe('the first command', () => {
  test('builds and becomes the program: same process, its arguments, its status', async () => {
    const child = spawn(process.execPath, ['tools/bootstrap.mjs', 'demo', '5', '--once'], {
      cwd: checkout,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(output).toBe(`["demo","5","--once"] ${child.pid}\n`);
    expect(status).toBe(5);
  });

  test('lets a signal reach the program, and nothing remains', async () => {
    const child = spawn(process.execPath, ['tools/bootstrap.mjs', 'demo', 'stay'], {
      cwd: checkout,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await until('the program runs', () => output.includes('stay'), 60_000);
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(9);
    expect(isRunning(child.pid ?? 0)).toBe(false);
  });

  test('installs the packages once for each package-lock.json', () => {
    rmSync(join(checkout, 'node_modules/.package-lock.json'));
    expect(bootstrap('verify').stderr).toContain('Installing');
    expect(npmCalls()).toMatch(/^ci .*\nrun --silent verify\n$/);
    expect(bootstrap('verify').stderr).toBe('');
    expect(npmCalls().match(/^ci /gm)).toHaveLength(1);
    write('package-lock.json', '{}');
    bootstrap('verify');
    expect(npmCalls().match(/^ci /gm)).toHaveLength(2);
  });

  test('accepts packages that a person has installed, while they are not older than the lock file', () => {
    bootstrap('verify');
    expect(npmCalls()).toBe('run --silent verify\n');
    rmSync(join(checkout, 'node_modules/.cxone-sync-lock'));
    const past = new Date('2020-01-01T00:00:00Z');
    utimesSync(join(checkout, 'node_modules/.package-lock.json'), past, past);
    bootstrap('verify');
    expect(npmCalls()).toContain('ci ');
  });

  test('shows what npm said only when it failed, and tries again the next time', () => {
    rmSync(join(checkout, 'node_modules/.package-lock.json'));
    fakeNpm('echo much noise; [ "$1" != ci ] || { echo no network >&2; exit 1; }');
    const outcome = bootstrap('verify');
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/much noise\nno network\n\nnpm ci failed/);
    fakeNpm('[ "$1" = ci ] && echo much noise; exit 0');
    expect(bootstrap('verify')).toMatchObject({ status: 0, stdout: '' });
  });

  test('hands on the status of the checks', () => {
    fakeNpm('exit 3');
    expect(bootstrap('verify').status).toBe(3);
  });

  test('does not run what it could not build', () => {
    write('store/wrong.ts', 'export const = "text";\n');
    const outcome = bootstrap('demo');
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).not.toContain('demo');
  });

  test.each([[[]], [['nonsense']], [['toString']]])('refuses %j with a line of usage', (args) => {
    expect(bootstrap(...args)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^usage: /) as string,
    });
  });
});
