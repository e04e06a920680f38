import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto';
import { describe as describeSimulator, type Simulator, startSimulator } from '../../../simulator';
import { ask, askToken, parse, Reader } from './client';
import names from './published-field-names.json';

const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

const claims = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

let now = Date.parse('2026-03-20T12:00:00Z');

describe('an application registered for client_secret_post', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ clock: () => now, contactsPerDay: 10 });
  });
  afterAll(() => simulator.close());

  it('has credentials with the characters that break careless encoders', () => {
    const { accessKeyId, accessKeySecret, clientSecret } = simulator.credentials;
    for (const key of [accessKeyId, accessKeySecret]) expect(key).toMatch(/^[A-Z2-7]{52}====$/);
    for (const character of '%/+') expect(clientSecret).toContain(character);
  });

  it('gets the published token answer for the password grant', async () => {
    const answer = await askToken(simulator);
    const token = parse(answer) as Record<string, unknown>;
    expect(answer.status).toBe(200);
    expect(Object.keys(token).toSorted()).toEqual(names.token.toSorted());
    expect(token).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
  });

  it('gets JWTs that the published key verifies and that name the tenant', async () => {
    const token = parse(await askToken(simulator)) as Record<string, string>;
    const { keys } = parse(await ask(`${simulator.address}/auth/jwks`)) as { keys: [JsonWebKey] };
    const key = createPublicKey({ key: keys[0], format: 'jwk' });
    for (const name of ['access_token', 'id_token', 'refresh_token']) {
      const [head, body, signature] = (token[name] as string).split('.') as [string, string, string];
      const verifier = createVerify('RSA-SHA256').update(`${head}.${body}`);
      expect(verifier.verify(key, signature, 'base64url')).toBe(true);
    }
    expect(claims(token['id_token'] as string)).toMatchObject({
      iss: simulator.address,
      aud: simulator.credentials.clientId,
      tenantId: simulator.credentials.tenantId,
      iat: now / 1000,
      exp: now / 1000 + 3600,
      icBUId: expect.any(Number) as number,
      icClusterId: 'c31',
      area: 'na1',
    });
    expect(claims(token['access_token'] as string)).toMatchObject({
      tenantId: simulator.credentials.tenantId,
      role: { legacyId: expect.any(String) as string },
    });
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client'],
    ['a wrong client id', { client_id: 'wrong' }, 401, 'invalid_client'],
    ['a wrong access key', { username: 'A'.repeat(52) }, 401, 'invalid_grant'],
    ['a wrong access key secret', { password: 'wrong' }, 401, 'invalid_grant'],
    ['another grant', { grant_type: 'client_credentials' }, 400, 'unsupported_grant_type'],
  ])('is refused for %s', async (_, form, status, error) => {
    const answer = await askToken(simulator, form);
    expect(answer.status).toBe(status);
    expect(parse(answer)).toEqual({ error, errorDescription: expect.any(String) as string });
  });

  it('is refused when it uses Basic, or a body of another type', async () => {
    const { clientId, clientSecret } = simulator.credentials;
    const headers = { Authorization: basic(clientId, clientSecret) };
    const answer = await askToken(simulator, { client_id: undefined, client_secret: undefined }, headers);
    expect([answer.status, parse(answer)]).toMatchObject([401, { error: 'invalid_client' }]);
    expect((await askToken(simulator, {}, { 'Content-Type': 'text/plain' })).status).toBe(415);
  });

  it('may send JSON: with Basic, its parts percent-encoded or not, or with the secret in the body', async () => {
    const { clientId, clientSecret, accessKeyId, accessKeySecret } = simulator.credentials;
    const grant = { grant_type: 'password', username: accessKeyId, password: accessKeySecret };
    const send = async (Authorization: string | undefined, more: object = {}): Promise<number> => {
      const headers = { 'Content-Type': 'application/json', ...(Authorization && { Authorization }) };
      const body = JSON.stringify({ ...grant, ...more });
      return (await ask(`${simulator.address}/auth/token`, { method: 'POST', headers, body })).status;
    };
    const plain = (id: string, secret: string): string =>
      `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    expect(await send(basic(clientId, clientSecret))).toBe(200);
    expect(await send(plain(clientId, clientSecret))).toBe(200);
    expect(await send(undefined, { client_id: clientId, client_secret: clientSecret })).toBe(200);
    expect(await send(plain(clientId, `${clientSecret}x`))).toBe(401);
    expect(await send(undefined)).toBe(401);
    expect(await send(plain(clientId, clientSecret), { password: 'wrong' })).toBe(401);
  });

  it('may refresh once with each refresh token', async () => {
    const first = parse(await askToken(simulator)) as { refresh_token: string };
    const grant = {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token,
      username: undefined,
      password: undefined,
    };
    expect((await askToken(simulator, grant)).status).toBe(200);
    const again = await askToken(simulator, { ...grant, client_secret: undefined });
    expect([again.status, parse(again)]).toMatchObject([401, { error: 'invalid_grant' }]);
  });

  it('loses access when the token has run out', async () => {
    const reader = await Reader.of(simulator);
    expect((await reader.get('/incontactapi/services/v34.0/business-unit')).status).toBe(200);
    now += 3_600_000;
    const answer = await reader.get('/incontactapi/services/v34.0/business-unit');
    expect([answer.status, answer.headers['icstatusdescription'] !== undefined]).toEqual([401, true]);
    const media = await reader.get('/media-playback/v1/contacts?acd-call-id=1');
    expect([media.status, parse(media)]).toEqual([401, { message: 'Unauthorized' }]);
  });

  it('has every token among the canaries', async () => {
    const token = parse(await askToken(simulator)) as Record<string, string>;
    expect(simulator.canaries).toEqual(
      expect.arrayContaining([token['access_token'], token['id_token'], token['refresh_token']]),
    );
  });
});

describe('an application registered for client_secret_basic', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({
      clientAuthentication: 'client_secret_basic',
      tokenLifetimeSeconds: 5,
    });
  });
  afterAll(() => simulator.close());

  const ownBasic = (): string => basic(simulator.credentials.clientId, simulator.credentials.clientSecret);
  const withoutClient = { client_id: undefined, client_secret: undefined };

  it('passes with both parts encoded and nothing in the body', async () => {
    const answer = await askToken(simulator, withoutClient, { Authorization: ownBasic() });
    expect([answer.status, parse(answer)]).toMatchObject([200, { expires_in: 5 }]);
  });

  it('may leave the parts as they are, unless the switch wants them percent-encoded', async () => {
    const { clientId, clientSecret } = simulator.credentials;
    const raw = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const statusOf = async (Authorization: string): Promise<number> =>
      (await askToken(simulator, withoutClient, { Authorization })).status;
    expect(await statusOf(raw)).toBe(200);
    simulator.setFaults([{ name: 'encodedBasicOnly' }]);
    expect([await statusOf(raw), await statusOf(ownBasic())]).toEqual([401, 200]);
    simulator.setFaults([]);
  });

  it('is refused with the secret in the body, or wrong', async () => {
    const { clientId } = simulator.credentials;
    for (const answer of [
      await askToken(simulator),
      await askToken(simulator, {}, { Authorization: ownBasic() }),
      await askToken(simulator, withoutClient, { Authorization: basic(clientId, 'wrong') }),
    ]) {
      expect([answer.status, parse(answer)]).toMatchObject([401, { error: 'invalid_client' }]);
    }
  });
});

describe('discovery', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ contactsPerDay: 10 });
  });
  afterAll(() => simulator.close());

  const document = async (path: string): Promise<Record<string, unknown>> =>
    parse(await ask(`${simulator.address}/.well-known/${path}`)) as Record<string, unknown>;

  it('publishes the OpenID document, which names only Basic', async () => {
    const found = await document('openid-configuration');
    expect(Object.keys(found)).toEqual(expect.arrayContaining(names.openidConfiguration));
    expect(found).toMatchObject({
      issuer: simulator.address,
      token_endpoint: `${simulator.address}/auth/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    });
  });

  it('publishes the endpoints of its tenant, 400 without a tenant, 404 for another', async () => {
    const { tenantId } = simulator.credentials;
    const found = await document(`cxone-configuration?tenantId=${tenantId}`);
    expect(Object.keys(found).toSorted()).toEqual(names.tenantConfiguration.toSorted());
    expect(found).toMatchObject({ api_endpoint: simulator.address, tenantId, area: 'na1' });
    const url = `${simulator.address}/.well-known/cxone-configuration`;
    expect((await ask(url)).status).toBe(400);
    expect((await ask(`${url}?tenantId=00000000-0000-0000-0000-000000000000`)).status).toBe(404);
  });

  it('describes itself in one flat object', () => {
    expect(describeSimulator(simulator)).toEqual({
      address: simulator.address,
      mediaAddress: simulator.mediaAddress,
      issuer: simulator.address,
      ...simulator.credentials,
    });
  });
});
