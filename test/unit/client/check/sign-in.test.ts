import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkTenant } from '../../../../client/check/run-all';
import type { Tenant } from '../../../../config';
import type { FaultRule } from '../../../../simulator';
import { paths, startFake, type Reply } from '../../cxone/fake-cxone';
import { simulateTenant, type SimulatedTenant } from '../simulated-tenant';
import { checkUnder, names, now, result, withStatus } from './checked';

let given: SimulatedTenant;
beforeAll(async () => {
  given = await simulateTenant({ clock: now, mediaQuota: 'off', contactsPerDay: 50 });
});
afterAll(() => given.simulator.close());
beforeEach(() => {
  given.simulator.setFaults([]);
  given.simulator.journal.clear();
});

const check = (faults: readonly FaultRule[] = [], changes: Partial<Tenant> = {}) =>
  checkUnder(given, faults, changes);
const tokens = () => given.simulator.journal.count({ family: 'auth' });

describe('what is wrong before there is a token', () => {
  const after = (name: string) => names.slice(names.indexOf(name) + 1);

  it.each<[string, string, string, RegExp, readonly FaultRule[], Partial<Tenant>]>([
    [
      'a wrong client secret',
      'application',
      'InvalidClient',
      /clientSecret.*copy both again/,
      [],
      { clientSecret: 'guess-0123' },
    ],
    ['a wrong client id', 'application', 'InvalidClient', /clientId/, [], { clientId: 'unknown' }],
    [
      'an application not approved',
      'application',
      'InvalidClient',
      /NICE has not approved/,
      [{ name: 'unapprovedApplication' }],
      {},
    ],
    [
      'a key that was deactivated',
      'access-key',
      'InvalidAccessKey',
      /Security > Access Keys.*active/,
      [{ name: 'keyDeactivated' }],
      {},
    ],
    [
      'a key that was revoked',
      'access-key',
      'InvalidAccessKey',
      /generate a new key/,
      [{ name: 'keyRevoked' }],
      {},
    ],
    [
      'a wrong key secret',
      'access-key',
      'InvalidAccessKey',
      /"===="/,
      [],
      { accessKeySecret: 'MFRGG0123====' },
    ],
    ['a tenant at home elsewhere', 'tenant', 'TenantUnknown', /issuer/, [{ name: 'tenantUnknown' }], {}],
    [
      'no server listening',
      'discovery',
      'CxoneUnreachable',
      /firewall/,
      [],
      { issuer: 'http://127.0.0.1:1' },
    ],
    [
      'an issuer that is down',
      'discovery',
      'CxoneUnavailable',
      /NICE/,
      [{ name: 'status', match: { family: 'discovery' }, args: { status: 503 } }],
      {},
    ],
    [
      'a token endpoint that is down',
      'application',
      'CxoneUnavailable',
      /NICE/,
      [{ name: 'status', match: { family: 'auth' }, args: { status: 503 } }],
      {},
    ],
  ])('%s fails at %s and leaves the rest untried', async (_what, name, code, remedy, faults, changes) => {
    const report = await check(faults, changes);
    expect(withStatus(report, 'failed')).toEqual([name]);
    expect(result(report, name)).toMatchObject({ code, remedy: expect.stringMatching(remedy) });
    expect(withStatus(report, 'ok')).toEqual(names.slice(0, names.indexOf(name)));
    expect(withStatus(report, 'unknown')).toEqual(after(name));
    expect(tokens()).toBeLessThanOrEqual(2);
  });

  it('an issuer that is no CXone is reported as such', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('not here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const report = await check([], { issuer: `http://127.0.0.1:${port}` });
      expect(result(report, 'discovery')).toMatchObject({
        status: 'failed',
        code: 'IssuerUnknown',
        remedy: expect.stringContaining('https://cxone-gov.niceincontact.com'),
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each<[string, Reply, string]>([
    ['says not whose it is', { body: { access_token: 'opaque', expires_in: 9 } }, 'token'],
    ['is none', { body: { expires_in: 3_600 } }, 'token'],
    ['is a redirect', { status: 302, headers: { location: '/login' } }, 'application'],
    ['is a page of HTML', { body: '<html>proxy</html>' }, 'application'],
  ])('a token that %s fails where it says something', async (_what, reply, name) => {
    const fake = await startFake();
    try {
      fake.on(paths.token, reply);
      const report = await check([], { issuer: fake.origin });
      expect(withStatus(report, 'failed')).toEqual([name]);
      expect(withStatus(report, 'ok')).toEqual(names.slice(0, names.indexOf(name)));
      expect(fake.seen(paths.token)).toHaveLength(1);
    } finally {
      await fake.close();
    }
  });

  it('an API address that our rules refuse fails the tenant', async () => {
    const fake = await startFake();
    try {
      fake.on(paths.configuration, { body: { api_endpoint: 'http://10.0.0.7' } });
      const report = await check([], { issuer: fake.origin });
      expect(result(report, 'tenant')).toMatchObject({ status: 'failed', code: 'HostRefused' });
    } finally {
      await fake.close();
    }
  });

  it.each<[Partial<Record<'clientSecret' | 'accessKeyId' | 'accessKeySecret', string>>, string, string]>([
    [{ clientSecret: 'a%2Fb%2Bc' }, 'application', 'clientSecret in the tenants file looks percent-encoded'],
    [{ clientSecret: 'a%2fb' }, 'application', 'clientSecret in the tenants file looks percent-encoded'],
    [{ accessKeySecret: 'ABC%3D%3D%3D%3D' }, 'access-key', 'accessKeySecret in the tenants file looks'],
    [{ accessKeyId: 'ABC%3D', accessKeySecret: 'D%3D' }, 'access-key', 'accessKeyId and accessKeySecret in'],
  ])('of %j, refused, it is said that it looks percent-encoded', async (changes, name, words) => {
    const { status, remedy = '' } = result(await check([], changes), name);
    expect([status, remedy]).toEqual(['failed', expect.stringContaining(words)]);
    // The secret itself is not shown.
    for (const secret of Object.values(changes)) expect(remedy).not.toContain(secret);
  });

  it.each<Partial<Tenant>>([{ clientSecret: 'a%/b+c=%2X' }, { accessKeySecret: 'ABC====' }])(
    'of %j, refused, nothing is said of an encoding',
    async (changes) => {
      const report = await check([], changes);
      expect(JSON.stringify(report)).not.toContain('percent-encoded');
      expect(report.ok).toBe(false);
    },
  );

  it('an access key that is refused says nothing against the application', async () => {
    const report = await check([{ name: 'keyDeactivated' }]);
    expect(result(report, 'application')).toMatchObject({ status: 'ok' });
    expect(tokens()).toBe(1);
  });
});

describe('an application registered for the other authentication method', () => {
  it.each([
    ['client_secret_post', 'client_secret_basic'],
    ['client_secret_basic', 'client_secret_post'],
  ] as const)('is distinguished from a wrong secret: settings %s, registered %s', async (set, registered) => {
    const other = await simulateTenant({ clientAuthentication: registered, contactsPerDay: 10, clock: now });
    try {
      const report = await checkTenant(other.tenant({ clientAuthentication: set }), { now });
      expect(withStatus(report, 'failed')).toEqual(['application']);
      expect(result(report, 'application')).toMatchObject({
        code: 'WrongClientAuthentication',
        remedy: expect.stringContaining(`"clientAuthentication": "${registered}"`),
      });
      expect(other.simulator.journal.count({ family: 'auth' })).toBe(2);
    } finally {
      await other.simulator.close();
    }
  });

  it('is found out even when the access key is wrong as well', async () => {
    const other = await simulateTenant({
      clientAuthentication: 'client_secret_basic',
      contactsPerDay: 10,
      clock: now,
    });
    try {
      const report = await checkTenant(other.tenant({ accessKeySecret: 'MFRGG0123====' }), { now });
      expect(result(report, 'application').code).toBe('WrongClientAuthentication');
    } finally {
      await other.simulator.close();
    }
  });
});
