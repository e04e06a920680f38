import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '../../simulator';
import { leaks, secretForms } from './leaks';
import { type CommandResult, runCommand } from './run-command';

interface Report {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly need: string;
    readonly code?: string;
  }[];
}

let simulator: Simulator;
let folder: string;
/** No database, no Temporal, no worker: only the tenants file and its secrets. */
let env: Readonly<Record<string, string>>;
let outputs: CommandResult[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ contactsPerDay: 1_000, mediaQuota: 'off' });
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-check-'));
  const { clientId, accessKeyId, clientSecret, accessKeySecret } = simulator.credentials;
  const acme = {
    issuer: simulator.address,
    clientId,
    clientSecret: { env: 'ACME_CLIENT_SECRET' },
    accessKeyId,
    accessKeySecret: { env: 'ACME_ACCESS_KEY_SECRET' },
    allowInsecureHosts: ['127.0.0.1'],
  };
  const tenants = { acme, gone: { ...acme, issuer: 'http://127.0.0.1:1' } };
  writeFileSync(join(folder, 'tenants.json'), JSON.stringify({ tenants }));
  env = {
    PATH: process.env['PATH'] ?? '',
    TENANTS_FILE: join(folder, 'tenants.json'),
    ACME_CLIENT_SECRET: clientSecret,
    ACME_ACCESS_KEY_SECRET: accessKeySecret,
  };
});
afterAll(async () => {
  await simulator?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  outputs = [];
  simulator.setFaults([]);
});
afterEach(() => {
  const { accessKeyId } = simulator.credentials;
  for (const { stdout, stderr } of outputs) {
    const text = `${stdout}${stderr}`;
    expect(leaks(secretForms(simulator), [{ where: 'the output', text }])).toEqual([]);
    expect(text).not.toContain(accessKeyId);
  }
});

async function run(...args: string[]): Promise<CommandResult> {
  const result = await runCommand({ env }, args);
  outputs.push(result);
  return result;
}

const check = (...more: string[]) => run('check', '--tenant', 'acme', ...more);

describe('cxone-sync check', () => {
  it('prints a table and ends with 0 when nothing is refused', async () => {
    const { status, stdout, stderr } = await check();
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('failed') });
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^✓ discovery +127\.0\.0\.1:\d+ answers as a CXone issuer\.$/);
    expect(lines.filter((line) => line.startsWith('✓'))).toHaveLength(14);
    expect(lines.filter((line) => line.startsWith('?'))).toHaveLength(1);
    expect(lines.some((line) => line.startsWith('✗'))).toBe(false);
  });

  it('says what is refused and where to change it, writes it down for the customer, and ends with 3', async () => {
    simulator.setFaults([{ name: 'forbidden', match: { family: 'media' } }]);
    const file = join(folder, 'acme.html');
    const { status, stdout, stderr } = await check('--report', file);
    expect(stderr).toContain(`The page for the customer: ${file}`);
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>[\s\S]*Please change[\s\S]*Play Any[\s\S]*<\/html>\n$/);
    expect(leaks(secretForms(simulator), [{ where: 'the page', text: page }])).toEqual([]);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^✗ media-playback .*403.*\n +→ .*Play Any & Download.*registration form/m);
    expect(stdout).toMatch(/^\? download +Not tried: needs media-playback first\.$/m);
    expect(stderr).toContain('1 of 15 checks failed.');
  });

  it('with --json prints one document, whether it ends with 0 or with 3', async () => {
    for (const [faults, expected] of [
      [[], 0],
      [[{ name: 'keyDeactivated' }], 3],
    ] as const) {
      simulator.setFaults(faults);
      const { status, stdout } = await check('--json', '--quiet');
      expect(status).toBe(expected);
      const report = JSON.parse(stdout) as Report;
      expect(report.ok).toBe(expected === 0);
      expect(report.checks).toHaveLength(15);
      for (const one of report.checks) {
        expect(['ok', 'failed', 'unknown']).toContain(one.status);
        expect(['required', 'wanted', 'optional']).toContain(one.need);
      }
    }
  });

  it('finds a secret that is wrong without showing it', async () => {
    const result = await runCommand({ env }, ['check', '--tenant', 'acme', '--json'], {
      ACME_CLIENT_SECRET: 'a-guess-at-the-secret-42',
    });
    expect(result.status).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: false });
    expect(result.stdout).toContain(
      '"name":"application","need":"required","status":"failed","code":"InvalidClient"',
    );
    expect(result.stdout + result.stderr).not.toContain('a-guess-at-the-secret-42');
  });

  it('ends with 3 when nothing answers, and with 2 for settings that are not in order', async () => {
    const gone = await run('check', '--tenant', 'gone', '--json');
    expect(gone.status).toBe(3);
    expect((JSON.parse(gone.stdout) as Report).checks[0]).toMatchObject({
      name: 'discovery',
      code: 'CxoneUnreachable',
    });
    const unknown = await run('check', '--tenant', 'acne', '--json');
    expect(unknown.status).toBe(2);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ ok: false, error: { code: 'UnknownTenant' } });
    const nowhere = await check('--report', join(folder, 'no', 'such', 'folder.html'));
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining('in a folder that exists') });
    const unset = await runCommand({ env }, ['check', '--tenant', 'acme'], { ACME_CLIENT_SECRET: undefined });
    expect(unset).toMatchObject({ status: 2, stderr: expect.stringContaining('ACME_CLIENT_SECRET') });
  });
});

describe('cxone-sync plan', () => {
  const from = '2025-03-01T00:00:00Z';
  const to = '2025-03-11T00:00:00Z';
  const plan = (...more: string[]) => run('plan', '--tenant', 'acme', '--from', from, '--to', to, ...more);

  it('prints what a load takes and what it assumes, with status 0', async () => {
    const { status, stdout } = await plan();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^windows +10 of 1d$/m);
    expect(stdout).toMatch(/^contacts +10,000, of these [\d,]+ logged/m);
    expect(stdout).toMatch(/Media Playback [\d,]+: [\d.]+ h under the tenant’s quota/);
    expect(stdout).toMatch(/^assuming /m);
  });

  it('with --json prints one document', async () => {
    const { status, stdout } = await plan('--window', '12h', '--json', '--quiet');
    const truth = simulator.truth({ from: Date.parse(from), to: Date.parse(to) });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      tenant: 'acme',
      from,
      to,
      by: 'start',
      window: '12h',
      windows: 20,
      contacts: truth.contacts,
      agents: truth.agents,
      requests: { contacts: 40 },
    });
  });

  it.each([
    ['--window', '1w', '--window "1w" is not a span'],
    ['--by', 'month', '"by"'],
    ['--to', '2999-01-01T00:00:00Z', 'lies in the future'],
    ['--to', '2025-02-01T00:00:00Z', 'must be later'],
  ])('with %s %s ends with 2 and says why', async (flag, value, reason) => {
    simulator.journal.clear();
    const { status, stderr } = await plan(flag, value);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(reason) });
    expect(simulator.journal.count()).toBe(0);
  });

  it('ends with 3 when CXone refuses', async () => {
    simulator.setFaults([{ name: 'forbidden', match: { family: 'contacts' } }]);
    expect(await plan()).toMatchObject({ status: 3, stderr: expect.stringContaining('403') });
  });
});
