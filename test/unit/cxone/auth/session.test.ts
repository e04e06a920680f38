import type { Resolve } from '../../../../cxone/http/host-policy';
import {
  failureOf,
  type FakeCxone,
  jwt,
  onePage,
  page,
  paths,
  secrets,
  startFake,
  tokenReply,
} from '../fake-cxone';

let fake: FakeCxone;
let time = Date.parse('2026-01-01T00:00:00Z');
const now = () => time;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const form = (index = 0) => new URLSearchParams(fake.seen(paths.token)[index]?.body);

describe('authenticate', () => {
  it('goes from discovery to the token to the tenant’s endpoints', async () => {
    const result = await fake.client({}, { now }).authenticate();
    expect(fake.requests.map(({ path }) => path)).toEqual([paths.openid, paths.token, paths.configuration]);
    expect(fake.seen(paths.configuration)[0]?.query.get('tenantId')).toBe('tenant-guid');
    expect(result).toEqual({ apiEndpoint: fake.origin, area: 'na1', expiresAt: new Date(time + 3_600_000) });
  });

  it('shows no secret in its result', async () => {
    const text = JSON.stringify(await fake.client().authenticate());
    expect(text).not.toContain('token-1');
  });

  it('sends all four credentials in the form for client_secret_post, percent-encoded', async () => {
    await fake.client().authenticate();
    expect(Object.fromEntries(form())).toEqual({
      grant_type: 'password',
      username: 'KEYID234567====',
      password: secrets.accessKeySecret,
      client_id: 'client-id',
      client_secret: secrets.clientSecret,
    });
    expect(fake.seen(paths.token)[0]?.body).toContain('%3D%3D%3D%3D');
    expect(fake.seen(paths.token)[0]?.headers.authorization).toBeUndefined();
    expect(fake.seen(paths.token)[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('keeps the client out of the form for client_secret_basic and form-encodes both halves', async () => {
    await fake.client({ clientAuthentication: 'client_secret_basic', clientId: 'id:1 a' }).authenticate();
    expect([...form().keys()]).toEqual(['grant_type', 'username', 'password']);
    const basic = fake.seen(paths.token)[0]?.headers.authorization?.replace('Basic ', '') ?? '';
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':');
    expect(new URLSearchParams(`id=${id}&secret=${secret}`).get('id')).toBe('id:1 a');
    expect(new URLSearchParams(`id=${id}&secret=${secret}`).get('secret')).toBe(secrets.clientSecret);
  });

  it('asks once, however many wait', async () => {
    const client = fake.client({}, { now });
    await Promise.all(Array.from({ length: 20 }, () => client.authenticate()));
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(1);
  });

  it('asks again after a failure instead of remembering it', async () => {
    fake.on(paths.token, { status: 503 }, tokenReply('later'));
    const client = fake.client();
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'CxoneUnavailable' });
    await expect(client.authenticate()).resolves.toMatchObject({ area: 'na1' });
  });

  it('renews when less than a fifth of the life is left, not before', async () => {
    const client = fake.client({}, { now });
    await client.authenticate();
    time += 3_600_000 * 0.8 - 1;
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(1);
    time += 1;
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(2);
  });

  it('renews at least a minute ahead', async () => {
    fake.on(paths.token, tokenReply('short', '200'));
    const client = fake.client({}, { now });
    await client.authenticate();
    time += 139_999;
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(1);
    time += 1;
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(2);
  });

  it('still uses a token that lives for seconds only', async () => {
    fake.on(paths.token, tokenReply('very short', 4));
    const client = fake.client({}, { now });
    await client.authenticate();
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(1);
  });

  it('finds the tenant in the access token when there is no id token', async () => {
    const access = jwt({ tenantId: 'from-access', area: 'au1' });
    fake.on(paths.token, { body: { access_token: access, expires_in: 3_600 } });
    fake.on(paths.configuration, { body: { api_endpoint: fake.origin } });
    await expect(fake.client().authenticate()).resolves.toMatchObject({ area: 'au1' });
    expect(fake.seen(paths.configuration)[0]?.query.get('tenantId')).toBe('from-access');
  });

  it('lets one caller give up without failing the others', async () => {
    const controller = new AbortController();
    fake.on(paths.token, (response) => {
      controller.abort(new Error('cancelled'));
      setImmediate(() => response.end(JSON.stringify(tokenReply('slow').body)));
    });
    const client = fake.client();
    const [first, second] = await Promise.allSettled([
      client.authenticate(controller.signal),
      client.authenticate(),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'cancelled' } });
    expect(second.status).toBe('fulfilled');
  });
});

describe('what can be wrong with the credentials', () => {
  it.each([
    ['InvalidClient', 401, { error: 'invalid_client', errorDescription: 'Bad client' }],
    ['InvalidClient', 400, { error: 'invalid_client' }],
    ['InvalidClient', 401, { error: 'unauthorized_client' }],
    ['InvalidAccessKey', 401, { error: 'invalid_grant', error_description: 'Bad key' }],
    ['InvalidAccessKey', 400, { error: 'invalid_grant' }],
    ['TokenRefused', 400, { error: 'unsupported_grant_type' }],
    ['TokenRefused', 403, undefined],
    ['TokenRefused', 404, '<html>no</html>'],
  ])('%s for %i %j: reported at once, not tried again', async (code, status, body) => {
    fake.on(paths.token, { status, body });
    const error = await failureOf(fake.client().authenticate());
    expect(error).toMatchObject({ name: 'CxoneError', code, kind: 'operator', status });
    expect(error['remedy']).toMatch(/tenants file/);
    expect(fake.seen(paths.token)).toHaveLength(1);
  });

  it.each([
    ['Throttled', 429],
    ['RequestTimeout', 408],
    ['CxoneUnavailable', 502],
  ])('%s for %i is retryable at the token endpoint, too', async (code, status) => {
    fake.on(paths.token, { status });
    await expect(fake.client().authenticate()).rejects.toMatchObject({ code, kind: 'retryable' });
  });

  it('says when the issuer is not CXone', async () => {
    fake.on(paths.openid, { status: 404 });
    await expect(fake.client().authenticate()).rejects.toMatchObject({
      code: 'IssuerUnknown',
      kind: 'operator',
    });
    fake.on(paths.openid, { body: { hello: 'world' } });
    await expect(fake.client().authenticate()).rejects.toMatchObject({ code: 'IssuerUnknown' });
    fake.on(paths.openid, { body: '<html>maintenance</html>' });
    await expect(fake.client().authenticate()).rejects.toMatchObject({
      code: 'UnexpectedHtml',
      kind: 'retryable',
    });
    fake.on(paths.openid, { status: 503 });
    await expect(fake.client().authenticate()).rejects.toMatchObject({ code: 'CxoneUnavailable' });
  });

  it.each([400, 404, 204])('says when the issuer does not know the tenant (%i)', async (status) => {
    fake.on(paths.configuration, { status });
    await expect(fake.client().authenticate()).rejects.toMatchObject({
      code: 'TenantUnknown',
      kind: 'operator',
    });
  });

  it('names the field when the token answer is not usable', async () => {
    fake.on(paths.token, { body: { access_token: '', expires_in: 'soon' } });
    const error = await failureOf(fake.client().authenticate());
    expect(error).toMatchObject({ code: 'UnexpectedShape' });
    expect(error.message).toMatch(/access_token, expires_in/);
    fake.on(paths.token, { body: { access_token: 'opaque', expires_in: 3_600 } });
    await expect(fake.client().authenticate()).rejects.toMatchObject({
      message: expect.stringMatching(/tenantId/),
    });
  });

  it('never sends credentials to an address that discovery names but the rules refuse', async () => {
    fake.on(paths.openid, { body: { token_endpoint: 'http://10.0.0.7/auth/token' } });
    await expect(fake.client().authenticate()).rejects.toMatchObject({ code: 'HostRefused' });
    fake.on(paths.openid, { body: { token_endpoint: `${fake.origin}/auth/token` } });
    fake.on(paths.configuration, { body: { api_endpoint: 'http://api.example.com' } });
    await expect(fake.client().authenticate()).rejects.toMatchObject({ code: 'HostRefused' });
  });
});

describe('credentials that were refused', () => {
  const refused = { status: 401, body: { error: 'invalid_client', errorDescription: 'Not approved' } };

  it('are sent once, however many ask at the same time or one after the other', async () => {
    fake.on(paths.token, refused);
    const client = fake.client({}, { now });
    const together = await Promise.allSettled(Array.from({ length: 8 }, () => client.contactPage(page)));
    for (let turn = 0; turn < 8; turn += 1) {
      await expect(client.contactPage(page)).rejects.toMatchObject({ code: 'InvalidClient' });
    }
    expect(together.every(({ status }) => status === 'rejected')).toBe(true);
    expect(fake.seen(paths.token)).toHaveLength(1);
    expect(fake.seen(paths.openid)).toHaveLength(1);
  });

  it('are tried again after a minute, for they may have been fixed', async () => {
    fake.on(paths.token, refused, tokenReply('fixed'));
    const client = fake.client({}, { now });
    await failureOf(client.authenticate());
    time += 59_999;
    await expect(client.authenticate()).rejects.toMatchObject({
      message: expect.stringMatching(/an approval/),
    });
    time += 1;
    await expect(client.authenticate()).resolves.toMatchObject({ area: 'na1' });
    await client.authenticate();
    expect(fake.seen(paths.token)).toHaveLength(2);
  });

  it('are tried again at once, and once, when credentials were renewed at another process', async () => {
    fake.on(paths.token, refused);
    let times: number | null = 0;
    const client = fake.client({}, { now, credentialsGeneration: async () => times });
    const ask = async (turns: number): Promise<number> => {
      for (let turn = 0; turn < turns; turn += 1) await failureOf(client.contactPage(page));
      return fake.seen(paths.token).length;
    };
    expect(await ask(4)).toBe(1);
    times = 1;
    expect(await ask(4)).toBe(2);
    // Null, where the number is unknown, changes nothing.
    times = null;
    expect(await ask(4)).toBe(2);
    times = 2;
    fake.on(paths.token, tokenReply('fixed'));
    await expect(client.authenticate()).resolves.toMatchObject({ area: 'na1' });
  });

  it('count as refused after credentials that were renewed while they were on their way', async () => {
    let times = 0;
    fake.on(
      paths.token,
      (response) => {
        times = 1;
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify(refused.body));
      },
      tokenReply('fixed'),
    );
    const client = fake.client({}, { now, credentialsGeneration: async () => times });
    await failureOf(client.authenticate());
    await expect(client.authenticate()).resolves.toMatchObject({ area: 'na1' });
  });

  it('end the use of a token that was refused before it', async () => {
    const client = fake.client({}, { now });
    await client.authenticate();
    fake.on(paths.contacts, { status: 401 });
    fake.on(paths.token, { status: 401, body: { error: 'invalid_grant' } });
    for (let turn = 0; turn < 4; turn += 1) {
      await expect(client.contactPage(page)).rejects.toMatchObject({ code: 'InvalidAccessKey' });
    }
    expect(fake.seen(paths.token)).toHaveLength(2);
  });

  it.each([
    ['a wrong issuer', paths.openid, 'IssuerUnknown'],
    ['a wrong environment', paths.configuration, 'TenantUnknown'],
  ])('do not go out again because of %s', async (_what, path, code) => {
    fake.on(path, { status: 404 });
    const client = fake.client({}, { now });
    for (let turn = 0; turn < 4; turn += 1) {
      await expect(client.authenticate()).rejects.toMatchObject({ code, kind: 'operator' });
    }
    expect(fake.seen(path)).toHaveLength(1);
    expect(fake.seen(paths.token).length).toBeLessThanOrEqual(1);
  });

  it('are no matter of trouble that passes', async () => {
    fake.on(paths.token, { status: 503 }, { status: 429 }, tokenReply('later'));
    const client = fake.client({}, { now });
    await failureOf(client.authenticate());
    await failureOf(client.authenticate());
    await expect(client.authenticate()).resolves.toMatchObject({ area: 'na1' });
  });

  it('get the advice to look at the other method, which CXone does not distinguish from a wrong secret', async () => {
    fake.on(paths.token, refused);
    const error = await failureOf(fake.client().authenticate());
    expect(error['remedy']).toMatch(/clientAuthentication, which CXone refuses with the same answer/);
  });
});

describe('an issuer', () => {
  it.each(['', '/', '//'])('may have a path and end in %p', async (end) => {
    fake.on(`/gateway/cxone${paths.openid}`, { body: { token_endpoint: `${fake.origin}/auth/token` } });
    fake.on(`/gateway/cxone${paths.configuration}`, { body: { api_endpoint: `${fake.origin}/base/` } });
    fake.on(`/base${paths.contacts}`, onePage);
    const client = fake.client({ issuer: `${fake.origin}/gateway/cxone${end}` });
    await client.contactPage(page);
    expect(fake.seen(`/base${paths.contacts}`)).toHaveLength(1);
  });

  it.each([
    'https://cxone.niceincontact.com',
    'https://cxone-gov.niceincontact.com',
    'https://nicecxone-sov1.au',
    'https://nicecxone-sov1.eu/',
  ])('%s is asked for its discovery document', async (issuer) => {
    const asked: string[] = [];
    const resolve: Resolve = (host, _options, callback) => {
      asked.push(host);
      callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
    };
    const error = await failureOf(fake.client({ issuer }, { resolve }).authenticate());
    expect(error).toMatchObject({ code: 'CxoneUnreachable' });
    expect(asked).toEqual([new URL(issuer).hostname]);
  });
});
