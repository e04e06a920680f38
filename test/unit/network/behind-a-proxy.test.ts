import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Simulator, startSimulator } from '../../../simulator';
import { createAuthority } from '../../setup/certificates';
import {
  type ConnectProxy,
  type ConnectProxyOptions,
  startConnectProxy,
  startTlsFront,
} from '../../setup/connect-proxy';
import type { Reached } from './reach';

// A process of its own compiles the sources first.
jest.setTimeout(120_000);

const authority = createAuthority();
const cxone = 'cxone.example.test';
const media = 'bucket.s3.amazonaws.com';
const day = { from: '2026-03-10T00:00:00.000Z', to: '2026-03-10T06:00:00.000Z' };
const now = Date.parse('2026-03-12T00:00:00Z');

let folder: string;
let simulator: Simulator;
let routes: ConnectProxyOptions['routes'];
let calls: readonly string[];
let expected: Reached;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cxone-sync-proxy-'));
  simulator = await startSimulator({
    contactsPerDay: 200,
    loggedShare: 1,
    clock: () => now,
    publicOrigins: { main: `https://${cxone}`, media: `https://${media}` },
  });
  const front = await startTlsFront(authority.issue(cxone), simulator.ports.main);
  const mediaFront = await startTlsFront(authority.issue(media), simulator.ports.media);
  closing.push(front.close, mediaFront.close, () => simulator.close());
  routes = { [`${cxone}:443`]: front.port, [`${media}:443`]: mediaFront.port };
  const window = { from: Date.parse(day.from), to: Date.parse(day.to) };
  const truth = simulator.truth({ ...window, recordings: true });
  calls = [...new Set((truth.recordings ?? []).map((one) => String(one.masterContactId)))].slice(0, 3);
  const files = (truth.recordings ?? []).filter((one) => calls.includes(String(one.masterContactId)));
  expected = {
    contacts: truth.contacts,
    recordings: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
});
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function proxy(options: Partial<ConnectProxyOptions> = {}): Promise<ConnectProxy> {
  const started = await startConnectProxy({ routes, ...options });
  closing.unshift(() => started.close());
  return started;
}

/** What each environment reaches, in a process that trusts our authority by NODE_EXTRA_CA_CERTS (or does not). */
async function reach(
  environments: readonly Readonly<Record<string, string>>[],
  { changes = {}, trust = true } = {},
): Promise<readonly Reached[]> {
  const tenants = join(folder, 'tenants.json');
  const acme = {
    issuer: `https://${cxone}`,
    clientId: simulator.credentials.clientId,
    clientSecret: { env: 'SECRET' },
    accessKeyId: simulator.credentials.accessKeyId,
    accessKeySecret: { env: 'KEY_SECRET' },
    ...changes,
  };
  writeFileSync(tenants, JSON.stringify({ tenants: { acme } }));
  const secrets = {
    TENANTS_FILE: tenants,
    SECRET: simulator.credentials.clientSecret,
    KEY_SECRET: simulator.credentials.accessKeySecret,
  };
  const scenarios = environments.map((env) => ({ env: { ...secrets, ...env }, ...day, calls }));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['-r', join(__dirname, '..', '..', 'setup', 'typescript.js'), join(__dirname, 'reach.ts')],
      JSON.stringify(scenarios),
    ],
    { env: { PATH: process.env['PATH'], ...(trust ? { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } : {}) } },
  );
  return JSON.parse(stdout) as readonly Reached[];
}

describe('CXone and its media host behind a proxy', () => {
  it('are reached through it alone, by names that only the proxy resolves, with a CA of the company', async () => {
    const plain = await proxy();
    const closed = await proxy({ login: 'us%er:p@ss' });
    const spoken = await proxy({ certificate: authority.issue('localhost') });
    const [upper, lower, signedIn, secure] = await reach([
      { HTTPS_PROXY: `http://127.0.0.1:${plain.port}`, NO_PROXY: 'other.example.test,10.0.0.0/8' },
      { https_proxy: `127.0.0.1:${plain.port}`, HTTPS_PROXY: 'http://127.0.0.1:9' },
      { HTTPS_PROXY: `http://us%25er:p%40ss@127.0.0.1:${closed.port}/` },
      { HTTPS_PROXY: `https://localhost:${spoken.port}` },
    ]);
    expect({ upper, lower, signedIn, secure }).toEqual({
      upper: expected,
      lower: expected,
      signedIn: expected,
      secure: expected,
    });
    expect(expected.bytes).toBeGreaterThan(0);
    expect([...new Set(plain.asked)].sort()).toEqual([`${media}:443`, `${cxone}:443`].sort());
    // One tunnel carries several requests: a page, a token and the playback queries are more than that.
    expect(closed.asked.length).toBeLessThanOrEqual(3);
  });

  it('are called what they are when the proxy is at fault, without its password', async () => {
    const refusing = await proxy({ refuseWith: 403 });
    const login = await proxy({ login: 'user:right' });
    const silent = await proxy({ silent: true });
    const elsewhere = await proxy({ routes: {} });
    const answers = await reach([
      { HTTPS_PROXY: `http://127.0.0.1:${refusing.port}` },
      { HTTPS_PROXY: `http://user:canary@127.0.0.1:${login.port}` },
      { HTTPS_PROXY: `http://127.0.0.1:${silent.port}` },
      { HTTPS_PROXY: `http://127.0.0.1:${elsewhere.port}` },
      { HTTPS_PROXY: 'http://user:canary@127.0.0.1:9' },
    ]);
    const said = answers.map(({ problem }) => problem?.message.replace(/127\.0\.0\.1:\d+/, 'PROXY'));
    const cannot = `${cxone} cannot be reached: the proxy PROXY`;
    expect(said).toEqual([
      `${cannot} answered 403.`,
      `${cannot} answered 407.`,
      `${cannot} cannot be reached (ETIMEDOUT).`,
      `${cannot} answered 502.`,
      `${cannot} cannot be reached (ECONNREFUSED).`,
    ]);
    for (const { problem } of answers) {
      expect(problem).toMatchObject({
        code: 'CxoneUnreachable',
        remedy: expect.stringMatching(/HTTPS_PROXY.*NO_PROXY/),
      });
    }
    expect(JSON.stringify(answers)).not.toContain('canary');
  });

  it('are reached directly where NO_PROXY names them, and then resolved here', async () => {
    const unused = await proxy();
    const [answer] = await reach([
      { HTTPS_PROXY: `http://127.0.0.1:${unused.port}`, NO_PROXY: 'example.test' },
    ]);
    expect(answer?.problem).toMatchObject({ message: expect.stringContaining('ENOTFOUND') });
    expect(unused.asked).toEqual([]);
  });

  it('are held to the names of the tenants file: a proxy opens no other host', async () => {
    const open = await proxy();
    const [answer] = await reach([{ HTTPS_PROXY: `http://127.0.0.1:${open.port}` }], {
      changes: { mediaHosts: ['files.example.com'] },
    });
    expect(answer?.problem).toMatchObject({ code: 'MediaHostRefused' });
    expect(open.asked).not.toContain(`${media}:443`);
  });

  it('are not trusted without the CA', async () => {
    const open = await proxy();
    const [answer] = await reach([{ HTTPS_PROXY: `http://127.0.0.1:${open.port}` }], { trust: false });
    expect(answer?.problem).toMatchObject({
      code: 'CxoneUnreachable',
      message: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/),
    });
  });
});
