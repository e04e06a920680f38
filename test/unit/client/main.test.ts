import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createProgram, main } from '../../../client/main';
import { captureOutput, type Captured } from './captured';

const day = ['--from', '2026-11-01T00:00:00Z', '--to', '2026-11-02T00:00:00Z'];
const sync = ['sync', '--tenant', 'acme', ...day];

let folder: string;
let seen: Captured;
const environment = process.env;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-client-'));
  const tenants = {
    acme: {
      issuer: 'https://cxone.niceincontact.com',
      clientId: 'client',
      clientSecret: { env: 'ACME_SECRET' },
      accessKeyId: 'key',
      accessKeySecret: { env: 'ACME_KEY_SECRET' },
    },
  };
  writeFileSync(join(folder, 'tenants.json'), JSON.stringify({ tenants }));
  mkdirSync(join(folder, 'recordings'));
  process.env = {
    PATH: environment['PATH'],
    TENANTS_FILE: join(folder, 'tenants.json'),
    // Nothing listens on port 1.
    DATABASE_URL: 'postgresql://me:canary@127.0.0.1:1/cxone',
    RECORDINGS_URL: pathToFileURL(join(folder, 'recordings')).href,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    ACME_SECRET: 'canary',
    ACME_KEY_SECRET: 'canary',
  };
  process.stderr.isTTY ??= false;
  seen = captureOutput();
});
afterEach(() => {
  expect(seen.out() + seen.err()).not.toContain('canary');
  jest.restoreAllMocks();
  process.env = environment;
  rmSync(folder, { recursive: true, force: true });
});

describe('help', () => {
  const commands = createProgram().commands.map((command) => command.name());

  it('lists the commands there are', () => {
    expect(commands).toEqual(
      expect.arrayContaining(['migrate', 'worker', 'sync', 'check', 'plan', 'simulator', 'demo']),
    );
  });

  it.each(commands)('of %s says what it does and ends with status 0', async (command) => {
    expect(await main([command, '--help'])).toBe(0);
    expect(seen.out()).toContain(`Usage: cxone-sync ${command}`);
  });

  it('of the program lists the exit statuses', async () => {
    expect(await main(['--help'])).toBe(0);
    expect(seen.out()).toContain('Exit status: 0 done and complete');
  });
});

describe('a command line that cannot be read', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['synch']],
    ['an unknown flag', ['migrate', '--force']],
    ['a flag that is missing', ['sync', '--tenant', 'acme']],
    ['ids that are none', [...sync, '--skill', 'sales']],
    ['a port that is none', ['simulator', '--port', '70000']],
    ['a share that is none', ['simulator', '--logged-share', '2']],
    ['a hash that is none', ['rejected', 'show', 'ab', '--tenant', 'acme']],
    ['an id of an answer that is none', ['errors', 'show', 'ab']],
    ['a watch that checks', ['status', '--watch', '--check']],
    ['an unknown kind', ['rejected', 'list', '--kind', 'letters']],
    ['a range without its end', ['verify', '--tenant', 'acme', '--from', '2026-11-01T00:00:00Z']],
    ['a faults file that is not there', ['simulator', '--faults', '/nowhere/faults.json']],
    ['a tenants file that is not there', ['simulator', '--tenants', '/nowhere/tenants.json']],
  ])('for %s ends with status 2', async (_what, args) => {
    expect(await main(args)).toBe(2);
    expect(seen.err()).not.toContain('Unexpected');
  });

  it.each([
    ['2026-11-01T00:00:00', '2026-11-02T00:00:00Z', 'no time zone'],
    ['2026-11-02T00:00:00Z', '2026-11-01T00:00:00Z', 'must be later'],
    ['yesterday', '2026-11-01T00:00:00Z', 'is not a date'],
  ])('with a window from %s to %s says what is wrong', async (from, to, problem) => {
    expect(await main(['sync', '--tenant', 'acme', '--from', from, '--to', to])).toBe(2);
    expect(seen.err()).toContain(problem);
    expect(seen.out()).toBe('');
  });

  it('answers a JSON document when asked for one', async () => {
    expect(await main([...sync, '--by', 'month', '--json'])).toBe(2);
    expect(JSON.parse(seen.out())).toMatchObject({ ok: false, error: { code: 'InvalidInput' } });
  });

  it('answers a JSON document for a flag that does not exist, too', async () => {
    expect(await main([...sync, '--no-such-flag', '--json'])).toBe(2);
    expect(JSON.parse(seen.out())).toMatchObject({ ok: false, error: { code: 'BadInput' } });
  });
});

describe('settings that are not in order', () => {
  it('are named, with status 2', async () => {
    delete process.env['DATABASE_URL'];
    expect(await main(['migrate'])).toBe(2);
    expect(seen.err()).toContain('DATABASE_URL');
  });

  it('like a tenant that the file does not have are reported with those it has', async () => {
    expect(await main(['sync', '--tenant', 'acne', ...day])).toBe(2);
    expect(seen.err()).toContain('No tenant "acne"');
    expect(seen.err()).toContain('known: acme');
  });

  it('like a literal secret are refused with advice', async () => {
    const tenants = {
      acme: { issuer: 'https://cxone.niceincontact.com', clientId: 'c', clientSecret: 'canary' },
    };
    writeFileSync(join(folder, 'tenants.json'), JSON.stringify({ tenants }));
    expect(await main(sync)).toBe(2);
    expect(seen.err()).toContain('clientSecret');
  });

  it('like a recordings folder that cannot be one are reported before anything is started', async () => {
    writeFileSync(join(folder, 'file'), '');
    process.env['RECORDINGS_URL'] = pathToFileURL(join(folder, 'file', 'below')).href;
    expect(await main(sync)).toBe(2);
    expect(seen.err()).toContain('RECORDINGS_URL');
  });

  it('do not matter for recordings that are left out', async () => {
    delete process.env['RECORDINGS_URL'];
    expect(await main([...sync, '--no-recordings'])).toBe(3);
  });
});

describe('a server that cannot be reached', () => {
  it.each([
    ['migrate', ['migrate']],
    ['sync', sync],
    ['verify', ['verify', '--tenant', 'acme', ...day]],
    ['rejected list', ['rejected', 'list']],
    ['errors list', ['errors', 'list']],
    ['errors show', ['errors', 'show', '0123456789ab']],
    ['rejected replay', ['rejected', 'replay', '--tenant', 'acme']],
    ['worker', ['worker']],
    ['status', ['status']],
    ['status that watches', ['status', '--watch']],
  ])('ends %s with status 3 when it is the database', async (_command, args) => {
    expect(await main(args)).toBe(3);
    expect(seen.err()).toContain('PostgreSQL cannot be reached');
  });

  it('is printed as JSON when asked for', async () => {
    expect(await main(['migrate', '--json'])).toBe(3);
    expect(JSON.parse(seen.out())).toMatchObject({ ok: false, error: { code: 'DatabaseUnavailable' } });
  });
});
