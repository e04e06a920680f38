import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  defaultCacheDir,
  type ObtainOptions,
  obtainTemporal,
  temporalCliVersion,
} from '../../../local/temporal-cli';
import { until } from '../../setup/script';

let folder: string;
let messages: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-test-'));
  messages = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function executable(path: string, script: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const fakeTemporal = (path: string, version: string): string =>
  executable(path, `[ "$1" = --version ] && echo "temporal version ${version} (Server 1, UI 2)"`);

/** A `go` that takes what `-o` names and writes a `temporal` there. */
const workingGo = `
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho temporal version built\\n' > "$2"
chmod +x "$2"`;

const cachedPath = join('cache', 'temporal', temporalCliVersion, 'temporal');

/** Only what `folder` holds: no command of this machine, no network beyond a port where nothing listens. */
function options(more: Partial<ObtainOptions> = {}): ObtainOptions {
  mkdirSync(join(folder, 'module'), { recursive: true });
  return {
    log: (message) => void messages.push(message),
    env: { PATH: join(folder, 'bin') },
    cacheDir: join(folder, 'cache'),
    goModule: join(folder, 'module'),
    downloadUrl: 'http://127.0.0.1:9',
    ...more,
  };
}

describe('the temporal command', () => {
  test('is TEMPORAL_CLI before everything else', async () => {
    const command = fakeTemporal('mine/temporal', 'mine');
    fakeTemporal('bin/temporal', 'path');
    fakeTemporal(cachedPath, 'cached');
    const { env } = options();
    const found = await obtainTemporal(options({ env: { ...env, TEMPORAL_CLI: command } }));
    expect(found).toEqual({ command, origin: 'TEMPORAL_CLI', version: 'mine (Server 1, UI 2)' });
    expect(messages).toEqual([expect.stringContaining(command)]);
  });

  test('is refused when TEMPORAL_CLI does not run, rather than replaced by another', async () => {
    fakeTemporal('bin/temporal', 'path');
    const env = { ...options().env, TEMPORAL_CLI: join(folder, 'missing') };
    await expect(obtainTemporal(options({ env }))).rejects.toThrow(
      /TEMPORAL_CLI is .*missing, which does not run/,
    );
  });

  test('is the one on the PATH before the cached copy', async () => {
    const command = fakeTemporal('bin/temporal', 'path');
    fakeTemporal(cachedPath, 'cached');
    expect(await obtainTemporal(options())).toMatchObject({ command, origin: 'PATH' });
  });

  test('on the PATH is passed over when it does not run', async () => {
    executable('bin/temporal', 'exit 1');
    const command = fakeTemporal(cachedPath, 'cached');
    expect(await obtainTemporal(options())).toMatchObject({ command, origin: 'cache' });
  });

  test('on the PATH is passed over when it is not executable', async () => {
    chmodSync(fakeTemporal('bin/temporal', 'path'), 0o644);
    fakeTemporal(cachedPath, 'cached');
    expect(await obtainTemporal(options())).toMatchObject({ origin: 'cache' });
  });

  test('is built with Go when nothing else is there, and cached for the next run', async () => {
    executable('bin/go', workingGo);
    const first = await obtainTemporal(options());
    expect(first).toEqual({ command: join(folder, cachedPath), origin: 'go build', version: 'built' });
    expect(messages.join('\n')).toMatch(/building.*\n.*built in \d+ s/s);
    expect(readdirSync(dirname(first.command))).toEqual(['temporal']);
    expect((await obtainTemporal(options())).origin).toBe('cache');
  });

  test('is built again when the cached copy does not run', async () => {
    executable(cachedPath, 'exit 1');
    executable('bin/go', workingGo);
    expect((await obtainTemporal(options())).origin).toBe('go build');
  });

  test('is built from the pinned module without cgo, by whichever Go release go.mod asks for', async () => {
    const seen = join(folder, 'seen');
    executable('bin/go', `pwd > ${seen}; env >> ${seen}; echo "$@" >> ${seen}; ${workingGo}`);
    await obtainTemporal(options());
    const call = readFileSync(seen, 'utf8');
    expect(call).toContain(join(folder, 'module'));
    expect(call).toContain('CGO_ENABLED=0');
    expect(call).toContain('GOTOOLCHAIN=auto');
    expect(call).toContain('github.com/temporalio/cli/cmd/temporal');
  });
});

describe('two runs at once', () => {
  test('build once: the second waits for the first and takes its result', async () => {
    const count = join(folder, 'count');
    executable('bin/go', `echo x >> ${count}; sleep 0.2; ${workingGo}`);
    const [one, two] = await Promise.all([obtainTemporal(options()), obtainTemporal(options())]);
    expect(one.command).toBe(two.command);
    expect(readFileSync(count, 'utf8')).toBe('x\n');
    expect(messages).toContainEqual(expect.stringContaining('waiting for that one'));
  });

  test('do not wait for a build whose process has gone', async () => {
    executable('bin/go', workingGo);
    mkdirSync(dirname(join(folder, cachedPath)), { recursive: true });
    writeFileSync(join(dirname(join(folder, cachedPath)), 'build.lock'), '2147483646');
    expect((await obtainTemporal(options())).origin).toBe('go build');
  });
});

describe('when it cannot be had', () => {
  test('one message names what was tried and the three ways to get a server', async () => {
    executable('bin/go', 'echo "go: module lookup disabled" >&2; exit 1');
    const problem = await obtainTemporal(options()).catch((error: Error) => error.message);
    for (const part of [
      'TEMPORAL_ADDRESS',
      'TEMPORAL_CLI',
      'Go ≥ 1.26',
      'download: http://127.0.0.1:9 does not answer',
      'go build: `go build` exited with status 1: go: module lookup disabled',
    ]) {
      expect(problem).toContain(part);
    }
    expect(existsSync(join(folder, cachedPath))).toBe(false);
    expect(readdirSync(dirname(join(folder, cachedPath)))).toEqual([]);
  });

  test('what was built but does not run is named too', async () => {
    executable('bin/go', `${workingGo}; echo 'exit 1' > "$2"`);
    await expect(obtainTemporal(options())).rejects.toThrow(/go build: .* does not run on this machine/);
  });

  test('a build that is called off stops at once and leaves nothing', async () => {
    executable('bin/go', 'exec sleep 1000');
    const controller = new AbortController();
    const obtained = obtainTemporal(options({ signal: controller.signal }));
    const outcome = obtained.catch((error: Error) => error.name);
    await until('the build has begun', () => messages.some((message) => message.includes('building')));
    controller.abort();
    expect(await outcome).toBe('AbortError');
    expect(readdirSync(dirname(join(folder, cachedPath)))).toEqual([]);
  });
});

test('the cache belongs to the user, and can be moved', () => {
  expect(defaultCacheDir({})).toBe(join(homedir(), '.cache', 'cxone-sync'));
  expect(defaultCacheDir({ XDG_CACHE_HOME: '/x' })).toBe('/x/cxone-sync');
  expect(defaultCacheDir({ XDG_CACHE_HOME: '/x', CXONE_SYNC_CACHE: '/y' })).toBe('/y');
});

test('the pinned module and the version we ask for are the same', () => {
  const module = readFileSync(join(__dirname, '../../../tools/temporal/go.mod'), 'utf8');
  expect(module).toContain(`github.com/temporalio/cli v${temporalCliVersion}`);
});
