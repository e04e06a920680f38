import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CheckReport, CheckResult } from '../../../../client/check/check';
import { checkTenant, type CheckOptions } from '../../../../client/check/setup';
import { reportText } from '../../../../client/check/table';
import type { Tenant } from '../../../../config';
import type { Family, FaultRule } from '../../../../simulator';
import { secretForms, leaks } from '../../../e2e/leaks';
import { paths, startFake, type Reply } from '../../cxone/fake-cxone';
import { simulateTenant, type SimulatedTenant } from '../simulated-tenant';

// Noon: the last hour has calls, some of them too young for a recording.
const noon = Date.parse('2026-03-10T12:00:00Z');
const now = () => noon;

const names = [
  'discovery',
  'application',
  'access-key',
  'token',
  'tenant',
  'contacts',
  'agents',
  'look-ups',
  'filters',
  'clock',
  'media-playback',
  'download',
  'sentiments',
  'extraction',
  'evaluations',
];

let world: SimulatedTenant;
beforeAll(async () => {
  world = await simulateTenant({ clock: now, mediaQuota: 'off', contactsPerDay: 1_000 });
});
afterAll(() => world.simulator.close());
beforeEach(() => {
  world.simulator.setFaults([]);
  world.simulator.journal.clear();
});

/** Checks under faults. Whatever comes out, in whatever form, must hold no secret. */
async function check(
  faults: readonly FaultRule[] = [],
  changes: Partial<Tenant> = {},
  options: CheckOptions = { now },
): Promise<CheckReport> {
  const { simulator, tenant } = world;
  simulator.setFaults(faults);
  const report = await checkTenant(tenant(changes), options);
  const exposed = [JSON.stringify(report), reportText(report).join('\n')];
  const ids = [simulator.credentials.accessKeyId];
  for (const text of exposed) {
    expect(leaks(secretForms(simulator), [{ where: 'the report', text }])).toEqual([]);
    for (const id of ids) expect(text).not.toContain(id);
  }
  expect(report.checks.map(({ name }) => name)).toEqual(names);
  expect(report.ok).toBe(report.checks.every(({ status }) => status !== 'failed'));
  return report;
}

function result({ checks }: CheckReport, name: string): CheckResult {
  const found = checks.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
}

const withStatus = ({ checks }: CheckReport, status: CheckResult['status']) =>
  checks.filter((one) => one.status === status).map(({ name }) => name);
const tokens = () => world.simulator.journal.count({ family: 'auth' });

describe('a tenant that is set up as it should be', () => {
  it('has every check in order but evaluations, which no reading can tell', async () => {
    const report = await check();
    expect(withStatus(report, 'ok')).toEqual(names.filter((name) => name !== 'evaluations'));
    expect(result(report, 'evaluations')).toMatchObject({
      status: 'unknown',
      code: 'NotTestable',
      remedy: expect.stringContaining('QM Workflow API'),
    });
    expect(report.ok).toBe(true);
  });

  it('is asked little: one token, no job, a few look-ups, and no personal fields of a contact', async () => {
    await check();
    const { journal } = world.simulator;
    expect(tokens()).toBe(1);
    expect(journal.count()).toBeLessThan(20);
    expect(journal.count({ family: 'media' })).toBeLessThanOrEqual(6);
    expect(journal.entries({ family: 'extraction' }).map(({ method }) => method)).toEqual(['GET']);
    for (const { query } of journal.entries({ family: 'contacts' })) {
      expect(query['fields']).toMatch(/^contactId,(?:masterContactId,)?contactStartDate$/);
    }
    const called = journal.entries({ family: 'contacts', path: 'completed' }).at(-1);
    expect(called?.query).toMatchObject({
      isLogged: 'true',
      mediaTypeId: '4',
      orderBy: 'contactStartDate desc',
    });
  });

  it('may have filters that CXone lists', async () => {
    const changes = { skillIds: [4501, 4502], mediaTypeIds: [4] };
    expect(result(await check([], changes), 'filters')).toMatchObject({
      status: 'ok',
      message: 'CXone lists all 3 ids of the tenants file.',
    });
  });

  it('may have no recordings', async () => {
    const report = await check([], { recordings: false });
    expect(withStatus(report, 'unknown')).toEqual([
      'media-playback',
      'download',
      'sentiments',
      'evaluations',
    ]);
    expect(result(report, 'media-playback').code).toBe('RecordingsOff');
    expect(world.simulator.journal.count({ family: 'media' })).toBe(0);
  });
});

describe('what is wrong before there is a token', () => {
  const after = (name: string) => names.slice(names.indexOf(name) + 1);

  it.each<[string, string, string, RegExp, readonly FaultRule[], Partial<Tenant>]>([
    [
      'a wrong client secret',
      'application',
      'InvalidClient',
      /clientSecret.*copy both anew/,
      [],
      { clientSecret: 'guess-0123' },
    ],
    ['a wrong client id', 'application', 'InvalidClient', /clientId/, [], { clientId: 'somebody' }],
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
    ['nobody listening', 'discovery', 'CxoneUnreachable', /firewall/, [], { issuer: 'http://127.0.0.1:1' }],
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

  it('an issuer that is no CXone is told as such', async () => {
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
  ] as const)('is told from a wrong secret: settings %s, registered %s', async (set, registered) => {
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

describe('a family that is refused', () => {
  const media = ['media-playback', 'download', 'sentiments'];
  it.each<[FaultRule['name'], Family, string, RegExp, RegExp, readonly string[]]>([
    ['forbidden', 'contacts', 'contacts', /Search interactions = On/, /Reporting – Contacts/, media],
    ['forbidden', 'agents', 'agents', /Admin > Employees > View/, /Admin – Agents/, []],
    ['forbidden', 'lookups', 'look-ups', /Admin > Employees > View/, /Admin – Agents/, ['filters']],
    ['forbidden', 'media', 'media-playback', /Play Any & Download/, /"Media Playback"/, media.slice(1)],
    ['forbidden', 'extraction', 'extraction', /Extract interaction metadata = On/, /Data Extraction/, []],
    ['unauthorized', 'agents', 'agents', /Admin > Employees > View/, /Admin – Agents/, []],
    ['unauthorized', 'media', 'media-playback', /Play Any & Download/, /"Media Playback"/, media.slice(1)],
  ])(
    'by %s on %s names permission and registration form',
    async (name, family, failed, menu, form, untried) => {
      const report = await check([{ name, match: { family } }]);
      expect(withStatus(report, 'failed')).toEqual([failed]);
      const { remedy = '' } = result(report, failed);
      expect(remedy).toMatch(menu);
      expect(remedy).toMatch(form);
      expect(remedy).toContain('registration form');
      expect(withStatus(report, 'unknown')).toEqual([...untried, 'evaluations']);
    },
  );
});

describe('what is allowed, but not in full', () => {
  it.each([1, 7])('%i agents that are hidden are counted', async (count) => {
    const report = await check([{ name: 'hiddenAgents', args: { count } }]);
    expect(withStatus(report, 'failed')).toEqual(['agents']);
    expect(result(report, 'agents')).toMatchObject({
      code: 'HiddenAgents',
      message: `The service user cannot see ${count} agents.`,
      remedy: expect.stringContaining('data view'),
    });
  });

  it('a list of agents without any, though the service user is one', async () => {
    const report = await check([{ name: 'status', match: { family: 'agents' }, args: { status: 204 } }]);
    expect(withStatus(report, 'failed')).toEqual(['agents']);
    expect(result(report, 'agents')).toMatchObject({ code: 'NoAgents' });
  });

  it('sentiments withheld on several calls name their permission', async () => {
    const report = await check([{ name: 'sentimentsWithheld' }]);
    expect(withStatus(report, 'failed')).toEqual(['sentiments']);
    expect(result(report, 'sentiments').remedy).toContain('View sentiments and categories = On');
    expect(world.simulator.journal.count({ family: 'media' })).toBeLessThanOrEqual(12);
  });

  it('no recording of any call is told with a call to try by hand', async () => {
    const report = await check([{ name: 'mediaMissing' }]);
    expect(withStatus(report, 'failed')).toEqual(['media-playback']);
    expect(result(report, 'media-playback')).toMatchObject({
      code: 'NoRecording',
      remedy: expect.stringMatching(/Play call \d+ in CXone.*Play Any & Download.*not licensed/),
    });
  });

  it('recordings without links leave the download unknown', async () => {
    const report = await check([{ name: 'nullUrls' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'download')).toMatchObject({ status: 'unknown', code: 'NoLink' });
  });

  it('a media host that is not listed is named with the setting to add it to', async () => {
    const host = new URL(world.simulator.address).host;
    const mediaHost = new URL(world.simulator.mediaAddress).host;
    const report = await check([], { allowInsecureHosts: [host] });
    expect(withStatus(report, 'failed')).toEqual(['download']);
    expect(result(report, 'download')).toMatchObject({
      code: 'MediaHostRefused',
      remedy: expect.stringContaining(`"${mediaHost}" to mediaHosts`),
    });
    expect(world.simulator.journal.count({ family: 'file' })).toBe(0);
  });

  it('files that their host refuses fail the download alone', async () => {
    const report = await check([{ name: 'expireUrls' }]);
    expect(withStatus(report, 'failed')).toEqual(['download']);
    expect(result(report, 'download').code).toBe('MediaLinkExpired');
  });

  it('filters that CXone does not list are named', async () => {
    const changes = { skillIds: [4501, 99], campaignIds: [98], mediaTypeIds: [4, 97] };
    const report = await check([], changes);
    expect(withStatus(report, 'failed')).toEqual(['filters']);
    const { code, message, remedy } = result(report, 'filters');
    expect({ code, remedy }).toEqual({
      code: 'UnknownFilter',
      remedy: expect.stringContaining('tenants file'),
    });
    expect(message).toMatch(/skillIds 99 .*campaignIds 98 .*mediaTypeIds 97 /);
    expect(message).not.toMatch(/450[12]/);
  });

  it.each([-20, 20])('a clock that is %i minutes off is told', async (minutes) => {
    const report = await check([{ name: 'clockSkew', args: { minutes } }]);
    expect(withStatus(report, 'failed')).toEqual(['clock']);
    expect(result(report, 'clock')).toMatchObject({
      code: 'ClockDifference',
      message: expect.stringContaining(`20 min 0 s ${minutes < 0 ? 'behind' : 'ahead of'} this machine’s`),
      remedy: expect.stringContaining('NTP'),
    });
  });

  it('a clock that no answer tells is unknown', async () => {
    const report = await check([{ name: 'withoutLastPollTime' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'clock')).toMatchObject({ status: 'unknown', code: 'NoClock' });
  });
});

describe('what says nothing about the set-up', () => {
  it('a quota that is used up leaves playback unknown', async () => {
    const report = await check([{ name: 'tooManyRequests', match: { family: 'media' } }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'media-playback')).toMatchObject({ status: 'unknown', code: 'Throttled' });
  });

  it('a quota that runs out after the first look-up keeps what was learnt', async () => {
    const faults: FaultRule[] = [
      { name: 'tooManyRequests', match: { family: 'media' }, onCall: [5, 6, 7, 8, 9, 10] },
      { name: 'sentimentsWithheld' },
    ];
    const report = await check(faults);
    expect(report.ok).toBe(true);
    expect(result(report, 'media-playback').status).toBe('ok');
    expect(result(report, 'sentiments').status).toBe('unknown');
  });

  it('a second caller of Data Extraction is no missing permission', async () => {
    const report = await check([{ name: 'extractionBusy' }]);
    expect(report.ok).toBe(true);
    expect(result(report, 'extraction')).toMatchObject({ status: 'unknown', code: 'ExtractionBusy' });
  });

  it('a tenant without a single logged call', async () => {
    const silent = await simulateTenant({ loggedShare: 0, contactsPerDay: 50, clock: now });
    try {
      const report = await checkTenant(silent.tenant(), { now });
      expect(report.ok).toBe(true);
      expect(result(report, 'media-playback')).toMatchObject({ status: 'unknown', code: 'NoLoggedCall' });
      const searched = silent.simulator.journal.entries({ family: 'contacts' }).slice(1);
      expect(searched.map(({ query }) => query['startDate'])).toEqual([
        '2026-03-10T11:00:00.000Z',
        '2026-03-09T12:00:00.000Z',
        '2026-03-03T12:00:00.000Z',
        '2026-02-08T12:00:00.000Z',
      ]);
    } finally {
      await silent.simulator.close();
    }
  });

  it('a Reporting that shows no contact of thirty days', async () => {
    const report = await check(
      [{ name: 'status', match: { family: 'contacts' }, args: { status: 204 } }],
      {},
    );
    expect(report.ok).toBe(true);
    expect(result(report, 'contacts')).toMatchObject({
      status: 'unknown',
      code: 'NoContacts',
      remedy: expect.stringContaining('data view'),
    });
    expect(result(report, 'media-playback').message).toBe('Not tried: needs contacts first.');
  });
});
