import { type FaultRule, type Simulator, startSimulator } from '../../../simulator';
import { type Answer, ask, askToken, parse, Reader, simulatedNow } from './client';

const agentsPath = '/incontactapi/services/v34.0/agents?top=1';

describe('tokens, keys and applications', () => {
  let now = simulatedNow;
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 10, clock: () => now });
  });
  afterEach(() => {
    simulator.setFaults([]);
    now = simulatedNow;
  });
  afterAll(() => simulator.close());

  const under = (...rules: FaultRule[]): void => simulator.setFaults(rules);
  const reach = async (reader: Reader): Promise<number> => (await reader.get(agentsPath)).status;
  const errorOf = (answer: Answer): [number, unknown] => [
    answer.status,
    (parse(answer) as { error?: string }).error,
  ];

  it('stop working in the middle, all that were issued so far, and new ones work', async () => {
    const [one, other] = [await Reader.of(simulator), await Reader.of(simulator)];
    under({ name: 'revokeTokens', match: { family: 'agents' }, onCall: 3 });
    expect([await reach(one), await reach(other), await reach(one), await reach(other)]).toEqual([
      200, 200, 401, 401,
    ]);
    expect(await reach(await Reader.of(simulator))).toBe(200);
  });

  it('stop working together with their refresh tokens', async () => {
    const { refresh_token } = parse(await askToken(simulator)) as { refresh_token: string };
    const reader = await Reader.of(simulator);
    under({ name: 'revokeTokens', match: { family: 'agents' }, onCall: 1 });
    expect(await reach(reader)).toBe(401);
    const refreshed = await askToken(simulator, { grant_type: 'refresh_token', refresh_token });
    expect(errorOf(refreshed)).toEqual([401, 'invalid_grant']);
  });

  it.each([
    [{ seconds: 5 }, 5],
    [{ seconds: 5, silently: true }, 3600],
  ])('live seconds, announced or not: %j', async (args, announced) => {
    under({ name: 'shortTokens', args });
    expect(parse(await askToken(simulator))).toMatchObject({ expires_in: announced });
    const reader = await Reader.of(simulator);
    now += 4_999;
    expect(await reach(reader)).toBe(200);
    now += 1;
    expect(await reach(reader)).toBe(401);
  });

  it('a deactivated key opens nothing new and lets old tokens be', async () => {
    const reader = await Reader.of(simulator);
    under({ name: 'keyDeactivated' });
    expect(errorOf(await askToken(simulator))).toEqual([401, 'invalid_grant']);
    expect(await reach(reader)).toBe(200);
  });

  it('a revoked key takes its tokens along', async () => {
    const reader = await Reader.of(simulator);
    under({ name: 'keyRevoked' });
    expect(await reach(reader)).toBe(401);
    expect(errorOf(await askToken(simulator))).toEqual([401, 'invalid_grant']);
  });

  it('an application that is not approved is no client, whatever the key', async () => {
    under({ name: 'unapprovedApplication' });
    expect(errorOf(await askToken(simulator))).toEqual([401, 'invalid_client']);
    expect(errorOf(await askToken(simulator, { password: 'wrong' }))).toEqual([401, 'invalid_client']);
  });

  it('a tenant of another environment is unknown here', async () => {
    const path = `${simulator.address}/.well-known/cxone-configuration?tenantId=${simulator.credentials.tenantId}`;
    under({ name: 'tenantUnknown' });
    expect([(await ask(path)).status, (await askToken(simulator)).status]).toEqual([404, 200]);
  });

  it('a JSON body is refused where the switch says so', async () => {
    const { clientId, clientSecret, accessKeyId, accessKeySecret } = simulator.credentials;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const send = (): Promise<Answer> =>
      ask(`${simulator.address}/auth/token`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Basic ${basic}` },
        body: JSON.stringify({ grant_type: 'password', username: accessKeyId, password: accessKeySecret }),
      });
    expect((await send()).status).toBe(200);
    under({ name: 'refuseJsonTokens' });
    expect((await send()).status).toBe(415);
    expect((await askToken(simulator)).status).toBe(200);
  });

  it('refresh tokens rotate, or serve again and again', async () => {
    const refresh = async (refresh_token: string): Promise<number> =>
      (await askToken(simulator, { grant_type: 'refresh_token', refresh_token })).status;
    const { refresh_token } = parse(await askToken(simulator)) as { refresh_token: string };
    under({ name: 'keepRefreshTokens', times: 2 });
    expect([
      await refresh(refresh_token),
      await refresh(refresh_token),
      await refresh(refresh_token),
      await refresh(refresh_token),
    ]).toEqual([200, 200, 200, 401]);
  });
});

describe('the route with an access key alone', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 10, clock: () => simulatedNow });
  });
  afterEach(() => simulator.setFaults([]));
  afterAll(() => simulator.close());

  const send = (body: string, type = 'application/json'): Promise<Answer> =>
    ask(`${simulator.address}/authentication/v1/token/access-key`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    });
  const pair = (): { accessKeyId: string; accessKeySecret: string } => {
    const { accessKeyId, accessKeySecret } = simulator.credentials;
    return { accessKeyId, accessKeySecret };
  };

  it('gives tokens that the APIs take, with or without an application', async () => {
    for (const extra of [{}, { client_id: 'x', client_secret: 'y' }]) {
      const answer = await send(JSON.stringify({ ...pair(), ...extra }));
      const token = parse(answer) as { access_token: string };
      expect([answer.status, token]).toMatchObject([
        200,
        {
          expires_in: 3600,
          refresh_token: expect.any(String) as string,
          id_token: expect.any(String) as string,
        },
      ]);
      const headers = { Authorization: `Bearer ${token.access_token}`, Accept: 'application/json' };
      expect((await ask(`${simulator.address}${agentsPath}`, { headers })).status).toBe(200);
    }
    expect(simulator.journal.entries({ path: 'access-key' })[0]).toMatchObject({
      family: 'auth',
      tenant: 'default',
      status: 200,
    });
  });

  it('has a route beside it that refreshes, under names of its own, once with each refresh token', async () => {
    const { refresh_token } = parse(await send(JSON.stringify(pair()))) as { refresh_token: string };
    const refresh = (): Promise<Answer> =>
      ask(`${simulator.address}/public/user/refresh`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ token: refresh_token }),
      });
    const answer = await refresh();
    expect(parse(answer)).toEqual({
      token: expect.any(String) as string,
      refreshToken: expect.any(String) as string,
      tokenExpirationTimeSec: 3600,
      refreshTokenExpirationTimeSec: 3600,
    });
    const { token } = parse(answer) as { token: string };
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
    expect((await ask(`${simulator.address}${agentsPath}`, { headers })).status).toBe(200);
    expect((await refresh()).status).toBe(401);
  });

  it('refuses wrong keys, forms and nonsense', async () => {
    expect((await send(JSON.stringify({ ...pair(), accessKeySecret: 'x' }))).status).toBe(401);
    for (const body of ['', '{', '[]', '"text"', 'null', '7']) expect((await send(body)).status).toBe(401);
    const form = new URLSearchParams(pair()).toString();
    expect((await send(form, 'application/x-www-form-urlencoded')).status).toBe(415);
    simulator.setFaults([{ name: 'keyDeactivated' }]);
    expect((await send(JSON.stringify(pair()))).status).toBe(401);
  });
});
