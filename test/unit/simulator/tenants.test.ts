import {
  describe as describeSimulator,
  readTenants,
  type SimulatedTenant,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../simulator';
import { ask, askToken, dayWindow, type Door, parse, Reader, simulatedNow, wholeDay } from './client';

const agentsPath = '/incontactapi/services/v34.0/agents?top=1';

describe('several tenants behind one issuer', () => {
  let simulator: Simulator;
  let acme: Reader;
  let zenith: Reader;
  const door = ({ credentials }: SimulatedTenant): Door => ({ address: simulator.address, credentials });

  beforeAll(async () => {
    simulator = await startSimulator({
      seed: 20,
      contactsPerDay: 100,
      clock: () => simulatedNow,
      mediaQuota: { requests: 3, perSeconds: 300 },
      tenants: [
        { name: 'acme' },
        {
          name: 'zenith',
          seed: 7,
          contactsPerDay: 40,
          agents: 9,
          clientAuthentication: 'client_secret_basic',
        },
        { name: 'third', mediaQuota: 'off' },
      ],
    });
    const [first, , third] = simulator.tenants as [SimulatedTenant, SimulatedTenant, SimulatedTenant];
    acme = await Reader.of(door(first));
    zenith = await Reader.of(door(third));
  });
  afterEach(() => {
    simulator.setFaults([]);
    simulator.journal.clear();
  });
  afterAll(() => simulator.close());

  const tenant = (place: number): SimulatedTenant => simulator.tenants[place] as SimulatedTenant;

  it('have credentials, volume and truth of their own; the first stands for the simulator', () => {
    expect(simulator.tenants.map(({ name }) => name)).toEqual(['acme', 'zenith', 'third']);
    expect(new Set(simulator.tenants.map(({ credentials }) => credentials.accessKeyId)).size).toBe(3);
    expect(simulator.tenants.map(({ truth }) => truth(dayWindow).contacts)).toEqual([100, 40, 100]);
    expect(tenant(1).truth(dayWindow).agents).toBe(9);
    expect(simulator.credentials).toEqual(tenant(0).credentials);
    expect(simulator.truth(dayWindow)).toEqual(tenant(0).truth(dayWindow));
    expect(tenant(2).truth(dayWindow).contactsHash).not.toBe(tenant(0).truth(dayWindow).contactsHash);
    for (const { credentials } of simulator.tenants)
      expect(simulator.canaries).toContain(credentials.accessKeySecret);
  });

  it('have the data that a simulator of the same seed has', async () => {
    const alone = await startSimulator({ seed: 7, contactsPerDay: 40, agents: 9, clock: () => simulatedNow });
    expect(alone.truth(dayWindow)).toEqual(tenant(1).truth(dayWindow));
    expect(alone.credentials).toEqual(tenant(1).credentials);
    await alone.close();
  });

  it('sign in each their own way, and never with the key of another', async () => {
    const { clientId, clientSecret, accessKeyId, accessKeySecret } = tenant(1).credentials;
    const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const headers = { Authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
    const noPost = { client_id: undefined, client_secret: undefined };
    expect((await askToken(door(tenant(1)), noPost, headers)).status).toBe(200);
    expect((await askToken(door(tenant(1)))).status).toBe(401);
    const foreign = { username: accessKeyId, password: accessKeySecret };
    expect(parse(await askToken(simulator, foreign))).toMatchObject({ error: 'invalid_grant' });
  });

  it('are discovered each by its id', async () => {
    for (const { credentials } of simulator.tenants) {
      const path = `/.well-known/cxone-configuration?tenantId=${credentials.tenantId}`;
      const answer = await ask(`${simulator.address}${path}`);
      expect(parse(answer)).toMatchObject({ tenantId: credentials.tenantId });
    }
    const unknown = `${simulator.address}/.well-known/cxone-configuration?tenantId=${tenant(0).credentials.clientId}`;
    expect((await ask(unknown)).status).toBe(404);
  });

  it('see their own rows and recordings only', async () => {
    const rows = await acme.pages({ ...wholeDay, orderBy: 'contactId' }, 1000);
    const others = await zenith.pages({ ...wholeDay, orderBy: 'contactId' }, 1000);
    expect(rows.map((row) => row['contactId'])).toEqual(others.map((row) => row['contactId']));
    expect(rows).not.toEqual(others);
    const { recordings = [] } = tenant(2).truth({ ...dayWindow, recordings: true });
    const path = `/media-playback/v1/contacts?acd-call-id=${recordings[0]?.masterContactId}&isDownload=true`;
    const { redirectUrl } = parse(await zenith.get(path)) as { redirectUrl: string };
    expect((await ask(redirectUrl)).status).toBe(200);
    const stolen = redirectUrl.replace(tenant(2).credentials.tenantId, tenant(0).credentials.tenantId);
    expect((await ask(stolen)).status).toBe(403);
    expect(simulator.journal.entries({ family: 'file' }).map((entry) => entry.tenant)).toEqual([
      'third',
      'acme',
    ]);
  });

  it('have quotas of their own', async () => {
    const status = async (reader: Reader): Promise<number> =>
      (await reader.get('/media-playback/v1/contacts?acd-call-id=1')).status;
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) seen.push(await status(acme));
    expect(seen).toEqual([404, 404, 404, 429]);
    expect(await status(zenith)).toBe(404);
  });

  it('are journalled by name, also with a token that no longer works', async () => {
    await acme.get(agentsPath);
    await zenith.get(agentsPath);
    await ask(`${simulator.address}${agentsPath}`, { headers: { Authorization: 'Bearer unknown' } });
    await askToken(door(tenant(1)));
    expect(simulator.journal.entries().map((entry) => entry.tenant)).toEqual([
      'acme',
      'third',
      undefined,
      'zenith',
    ]);
    expect(simulator.journal.count({ tenant: 'third' })).toBe(1);
    const listed = parse(await ask(`${simulator.address}/simulator/journal?tenant=acme`));
    expect(listed).toMatchObject({ count: 1, entries: [{ tenant: 'acme', family: 'agents' }] });
  });

  it('suffer faults that name them, and those that name no tenant', async () => {
    const statuses = async (): Promise<number[]> => [
      (await acme.get(agentsPath)).status,
      (await zenith.get(agentsPath)).status,
    ];
    simulator.setFaults([{ name: 'forbidden', match: { tenant: 'third' } }]);
    expect(await statuses()).toEqual([200, 403]);
    simulator.setFaults([{ name: 'forbidden' }]);
    expect(await statuses()).toEqual([403, 403]);
    simulator.setFaults([{ name: 'status', match: { tenant: 'acme' }, onCall: 2, args: { status: 503 } }]);
    expect([await statuses(), await statuses()]).toEqual([
      [200, 200],
      [503, 200],
    ]);
  });

  it('have rows spoilt, tokens revoked and rows changed each for itself', async () => {
    const spoilt = (): number[] => simulator.tenants.map(({ truth }) => truth(dayWindow).badRecords.length);
    const rule = { name: 'badRecords', args: { kinds: ['nul'], every: 1 } } as const;
    simulator.setFaults([{ ...rule, match: { tenant: 'zenith' } }]);
    expect(spoilt()).toEqual([0, 40, 0]);
    simulator.setFaults([rule]);
    expect(spoilt()).toEqual([100, 40, 100]);
    simulator.setFaults([{ name: 'insertLate', match: { family: 'contacts' }, args: { count: 2 } }]);
    await zenith.page({ ...wholeDay, orderBy: 'contactId' });
    expect(simulator.tenants.map(({ truth }) => truth(dayWindow).contacts)).toEqual([100, 40, 102]);
    simulator.setFaults([{ name: 'revokeTokens', match: { tenant: 'third', family: 'agents' }, onCall: 1 }]);
    expect([(await acme.get(agentsPath)).status, (await zenith.get(agentsPath)).status]).toEqual([200, 401]);
    zenith = await Reader.of(door(tenant(2)));
  });

  it('refuse faults for a tenant that is not there, and keep those in force', async () => {
    const unknown = [{ name: 'slow', match: { tenant: 'unknown' } }] as const;
    expect(() => simulator.setFaults(unknown)).toThrow('"unknown", which is not here');
    const put = await ask(`${simulator.address}/simulator/faults`, {
      method: 'PUT',
      body: JSON.stringify(unknown),
    });
    expect(put.status).toBe(400);
  });

  it('describe themselves', async () => {
    const get = async (path: string): Promise<unknown> =>
      parse(await ask(`${simulator.address}/simulator/${path}`));
    const expected = simulator.tenants.map(({ name, credentials }) => ({ name, ...credentials }));
    expect(await get('tenants')).toEqual(expected);
    expect(describeSimulator(simulator)).toMatchObject({ ...simulator.credentials, tenants: expected });
    const window = 'from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z';
    expect(await get(`truth?${window}&tenant=zenith`)).toEqual(tenant(1).truth(dayWindow));
    expect(await get(`truth?${window}&tenant=unknown`)).toEqual({ message: expect.any(String) as string });
  });
});

describe('options of tenants', () => {
  it.each<[SimulatorOptions, string]>([
    [{ tenants: [] }, 'tenants'],
    [{ tenants: [{ name: 'a' }, { name: 'a' }] }, 'share a name'],
    [
      {
        tenants: [
          { name: 'a', seed: 3 },
          { name: 'b', seed: 3 },
        ],
      },
      'share a seed',
    ],
    [{ tenants: [{ name: 'a', agents: 0 }] }, 'agents'],
    [{ faults: [{ name: 'slow', match: { tenant: 'x' } }] }, 'tenant "x"'],
  ])('are refused when they cannot be: %j', async (options, reason) => {
    await expect(startSimulator(options)).rejects.toThrow(reason);
  });

  it('pass from a file when they are right', () => {
    const tenants = [
      { name: 'a', seed: 3, mediaQuota: 'off', mediaBytes: { min: 64, max: 65 } },
      { name: 'b', mediaQuota: { requests: 1, perSeconds: 2 }, clientAuthentication: 'client_secret_basic' },
    ];
    expect(readTenants(tenants)).toEqual(tenants);
  });

  it.each([
    [{}, 'array'],
    [[1], 'tenant 0 is not an object'],
    [[{}], 'tenant 0 has a name that cannot be'],
    [[{ name: 'a', age: 3 }], 'unknown member "age"'],
    [[{ name: 'a', constructor: 3 }], 'unknown member "constructor"'],
    [[{ name: 'a' }, { name: 'b', seed: '3' }], 'tenant 1 has a seed'],
    [[{ name: 'a', mediaQuota: { requests: 1 } }], 'mediaQuota'],
    [[{ name: 'a', mediaBytes: null }], 'mediaBytes'],
    [[{ name: 'a', clientAuthentication: 'none' }], 'clientAuthentication'],
  ])('are refused from a file with a reason: %j', (value, reason) => {
    expect(() => readTenants(value)).toThrow(reason);
  });
});
