import { createCxoneClient, type CxoneClient, type CxoneConnection } from '../../../cxone';
import { type Simulator, startSimulator } from '../../../simulator';
import { failureOf, paths, startFake } from './fake-cxone';

const keyRoute = '/authentication/v1/token/access-key';

describe('an access key alone', () => {
  let simulator: Simulator;
  const clients: CxoneClient[] = [];
  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 10 });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    simulator.setFaults([]);
    simulator.journal.clear();
  });
  afterAll(() => simulator.close());

  function clientOf(changes: Partial<CxoneConnection> = {}): CxoneClient {
    const { accessKeyId, accessKeySecret } = simulator.credentials;
    const made = createCxoneClient({
      tenant: 'acme',
      issuer: simulator.address,
      authentication: 'access_key',
      clientAuthentication: 'client_secret_post',
      accessKeyId,
      accessKeySecret,
      apiVersion: 'v34.0',
      updatedSinceInclusive: true,
      mediaHosts: [],
      allowInsecureHosts: ['127.0.0.1'],
      timeoutMs: 10_000,
      ...changes,
    });
    clients.push(made);
    return made;
  }

  it('gets a token from the area’s host, finds the tenant’s endpoints and reads', async () => {
    const cxone = clientOf();
    await expect(cxone.authenticate()).resolves.toMatchObject({
      area: 'na1',
      apiEndpoint: simulator.address,
    });
    const { records } = await cxone.agentPage({ skip: 0, top: 3 });
    expect(records).toHaveLength(3);
    expect(simulator.journal.entries({}).map(({ path }) => path)).toEqual([
      keyRoute,
      paths.configuration,
      paths.agents,
    ]);
  });

  it('renews the token by the same route when it was revoked', async () => {
    const cxone = clientOf();
    simulator.setFaults([{ name: 'revokeTokens', match: { family: 'agents' }, onCall: 1 }]);
    await expect(cxone.agentPage({ skip: 0, top: 1 })).resolves.toMatchObject({ records: [{}] });
    expect(simulator.journal.count({ path: keyRoute })).toBe(2);
  });

  it.each<[string, Partial<CxoneConnection>]>([
    ['a wrong secret', { accessKeySecret: 'WRONG====' }],
    ['a wrong id', { accessKeyId: 'WRONG====' }],
  ])('that has %s is InvalidAccessKey', async (_what, changes) => {
    await expect(clientOf(changes).authenticate()).rejects.toMatchObject({
      code: 'InvalidAccessKey',
      kind: 'operator',
    });
  });

  it('that was deactivated is InvalidAccessKey', async () => {
    simulator.setFaults([{ name: 'keyDeactivated' }]);
    await expect(clientOf().authenticate()).rejects.toMatchObject({ code: 'InvalidAccessKey' });
  });
});

it('is sent as JSON, percent signs and all, and to no other host', async () => {
  const fake = await startFake();
  try {
    fake.on(keyRoute, { body: { access_token: 'x', expires_in: 5 } });
    const key = { authentication: 'access_key', accessKeySecret: 'A"%2F====' } as const;
    await failureOf(fake.client(key).authenticate());
    const [seen] = fake.seen(keyRoute);
    expect(seen).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      accessKeyId: 'KEYID234567====',
      accessKeySecret: 'A"%2F====',
    });
  } finally {
    await fake.close();
  }
});

it('says where to look when the issuer is not the host of an area', async () => {
  const fake = await startFake();
  try {
    const error = await failureOf(fake.client({ authentication: 'access_key' }).authenticate());
    expect(error).toMatchObject({ code: 'TokenRefused', status: 404, kind: 'operator' });
    expect(error['remedy']).toMatch(/https:\/\/na1\.nice-incontact\.com/);
  } finally {
    await fake.close();
  }
});
