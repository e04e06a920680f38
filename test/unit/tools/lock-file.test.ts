import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, Entry>>;
}

const repository = join(__dirname, '..', '..', '..');
const sha512 = /^sha512-[\w+/]{86}==$/;

const read = (file: string): LockFile => JSON.parse(readFileSync(file, 'utf8')) as LockFile;

describe('package-lock.json', () => {
  const { packages } = read(join(repository, 'package-lock.json'));
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  it('has an integrity hash for every package: nothing is installed unverified', () => {
    const bare = installed.filter(([, { integrity = '', link }]) => link !== true && !sha512.test(integrity));
    expect(bare.map(([path]) => path)).toEqual([]);
    expect(installed.length).toBeGreaterThan(400);
  });

  it('has an entry for every optional package that one of its packages names, whatever the platform', () => {
    const missing = installed.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe('tools/complete-lock.mjs', () => {
  const hash = `sha512-${'A'.repeat(86)}==`;
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cxone-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Completes a lock file with an `npm` of ours that answers `npm view`. */
  const complete = (
    lock: LockFile,
    npm: string,
  ): { readonly status: number | null; readonly said: string } => {
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));
    writeFileSync(join(folder, 'npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const tool = join(repository, 'tools', 'complete-lock.mjs');
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, join(folder, 'lock.json')], {
      ...{ encoding: 'utf8', env },
    });
    return { status, said: `${stdout}${stderr}` };
  };

  const lock: LockFile = {
    packages: {
      '': {},
      'node_modules/parent': {
        version: '2.0.0',
        integrity: hash,
        optionalDependencies: { 'parent-linux-x64': '2.0.0', 'parent-darwin-arm64': '2.0.0' },
      },
    },
  };
  const served = `case "$2" in parent-linux-x64@2.0.0) echo '"${hash}"';; *) echo '{"error":{"code":"E404"}}'; exit 1;; esac`;

  it('writes down what the registry serves with its hash, and names no more what it does not serve', () => {
    expect(complete(lock, served)).toMatchObject({
      status: 0,
      said: expect.stringMatching(/hash: 1\n.*no hash of them: parent-darwin-arm64/) as string,
    });
    const { packages } = read(join(folder, 'lock.json'));
    expect(packages).toEqual({
      '': {},
      'node_modules/parent': {
        ...lock.packages['node_modules/parent'],
        optionalDependencies: { 'parent-linux-x64': '2.0.0' },
      },
      'node_modules/parent-linux-x64': {
        ...{ version: '2.0.0', integrity: hash, cpu: ['x64'], os: ['linux'], optional: true },
      },
    });
    expect(complete({ packages }, 'exit 7').said).toBe('The lock file is complete.\n');
  });

  it('changes nothing when the registry cannot be reached', () => {
    const { status, said } = complete(lock, 'echo "code ENOTFOUND" >&2; exit 1');
    expect([status, said]).toEqual([1, expect.stringContaining('ENOTFOUND')]);
    expect(read(join(folder, 'lock.json'))).toEqual(lock);
  });

  it('refuses a needed package whose hash the registry does not say', () => {
    const bare = { packages: { '': {}, 'node_modules/needed': { version: '1.0.0' } } };
    expect(complete(bare, served)).toMatchObject({ status: 1 });
    expect(read(join(folder, 'lock.json'))).toEqual(bare);
  });
});
