import { inspect } from 'node:util';
import { cxoneErrors } from '../../../errors';
import type { RefusedAnswer, RequestEvent } from '../../../cxone';
import {
  failureOf,
  type FakeCxone,
  onePage,
  page,
  paths,
  secrets,
  send,
  startFake,
  tokenReply,
} from './fake-cxone';

let fake: FakeCxone;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

describe('a 401 in the middle of a run', () => {
  it('renews the token once and repeats the call once', async () => {
    fake.on(paths.contacts, { status: 401 }, onePage);
    await fake.client().contactPage(page);
    expect(fake.seen(paths.contacts).map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('is one renewal for all calls that were refused together', async () => {
    fake.on(paths.contacts, (response, { headers }) => {
      send(response, headers.authorization === 'Bearer token-1' ? { status: 401 } : onePage);
    });
    const client = fake.client();
    await Promise.all(Array.from({ length: 8 }, () => client.contactPage(page)));
    expect(fake.seen(paths.token)).toHaveLength(2);
  });

  it('is Unauthorized when the new token is refused as well', async () => {
    fake.on(paths.contacts, { status: 401, headers: { icStatusDescription: 'Token expired' } });
    const error = await failureOf(fake.client().contactPage(page));
    expect(error).toMatchObject({ code: 'Unauthorized', kind: 'operator', status: 401 });
    expect(error.message).toContain('it speaks of an expired token');
    expect(fake.seen(paths.contacts)).toHaveLength(2);
  });
});

describe('statuses', () => {
  it.each([
    [400, 'BadRequest', 'permanent'],
    [403, 'ContactsForbidden', 'operator'],
    [404, 'NotFound', 'permanent'],
    [408, 'RequestTimeout', 'retryable'],
    [409, 'BadRequest', 'permanent'],
    [414, 'BadRequest', 'permanent'],
    [429, 'Throttled', 'retryable'],
    [500, 'CxoneUnavailable', 'retryable'],
    [503, 'CxoneUnavailable', 'retryable'],
    [504, 'RequestTimeout', 'retryable'],
    [202, 'UnexpectedShape', 'operator'],
  ])('%i is %s, %s', async (status, code, kind) => {
    fake.on(paths.contacts, { status });
    await expect(fake.client().contactPage(page)).rejects.toMatchObject({ code, kind, status });
  });

  it('names the permission that a 403 is about, by family', async () => {
    const remedies: Record<string, RegExp> = {
      contacts: /ACD > ACD > View.*Contact History/,
      agents: /Admin > Employees > View/,
      media: /Play Any/,
    };
    fake.on(paths.contacts, { status: 403 });
    fake.on(paths.agents, { status: 403 });
    fake.on(paths.media, { status: 403 });
    const client = fake.client();
    const errors = [
      await failureOf(client.contactPage(page)),
      await failureOf(client.agentPage({ skip: 0, top: 1 })),
      await failureOf(client.interactions('1')),
    ];
    expect(errors.map(({ remedy }) => remedy)).toEqual(
      Object.values(remedies).map((one) => expect.stringMatching(one)),
    );
  });

  it('does not follow redirects, which would take the token along', async () => {
    fake.on(paths.contacts, { status: 302, headers: { location: `${fake.origin}/elsewhere` } });
    await expect(fake.client().contactPage(page)).rejects.toMatchObject({
      code: 'CxoneUnavailable',
      kind: 'retryable',
    });
    fake.on(paths.token, { status: 302, headers: { location: `${fake.origin}/elsewhere` } });
    await expect(fake.client().contactPage(page)).rejects.toMatchObject({
      code: 'UnexpectedShape',
      kind: 'operator',
      remedy: expect.stringMatching(/issuer/),
    });
    expect(fake.seen('/elsewhere')).toHaveLength(0);
  });

  it('reads Retry-After as seconds and as a date', async () => {
    const now = () => Date.parse('2026-01-01T00:00:00Z');
    fake.on(paths.contacts, { status: 429, headers: { 'retry-after': '7' } });
    await expect(fake.client({}, { now }).contactPage(page)).rejects.toMatchObject({ retryAfterMs: 7_000 });
    fake.on(paths.contacts, { status: 503, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:01:30 GMT' } });
    await expect(fake.client({}, { now }).contactPage(page)).rejects.toMatchObject({ retryAfterMs: 90_000 });
    fake.on(paths.contacts, { status: 429, headers: { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' } });
    await expect(fake.client({}, { now }).contactPage(page)).rejects.toMatchObject({ retryAfterMs: 0 });
    for (const odd of ['soon', '-5', '']) {
      fake.on(paths.contacts, { status: 429, headers: { 'retry-after': odd } });
      await expect(fake.client({}, { now }).contactPage(page)).rejects.toMatchObject({
        retryAfterMs: undefined,
      });
    }
  });

  it('keeps the correlation id, and shows it in the message', async () => {
    fake.on(paths.contacts, {
      status: 500,
      headers: { CorrelationId: '3f2504e0-4f89-11d3-9a0c-0305e82c3301' },
    });
    await expect(fake.client().contactPage(page)).rejects.toMatchObject({
      correlationId: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      message:
        'CXone Reporting (contacts) answered with status 500 (correlation id 3f2504e0-4f89-11d3-9a0c-0305e82c3301).',
    });
  });

  it('shows it for a success that cannot be read, too', async () => {
    const headers = { 'X-Correlation-Id': '3f2504e04f8911d39a0c0305e82c3302' };
    const client = fake.client();
    fake.on(paths.contacts, { headers, body: '{"completedContacts":[' });
    await expect(client.contactPage(page)).rejects.toMatchObject({
      code: 'IncompleteAnswer',
      message: expect.stringMatching(
        /cut off or broken \(22 bytes\) \(correlation id 3f2504e04f8911d39a0c0305e82c3302\)\.$/,
      ),
    });
    fake.on(paths.media, { headers, body: '<html>log in</html>' });
    await expect(client.interactions('1')).rejects.toMatchObject({
      code: 'UnexpectedHtml',
      correlationId: '3f2504e04f8911d39a0c0305e82c3302',
    });
  });

  it('quotes nothing of a page of HTML, and nothing of an empty body', async () => {
    for (const body of ['<html><body>maintenance</body></html>', '']) {
      fake.on(paths.contacts, { status: 503, body });
      const error = await failureOf(fake.client().contactPage(page));
      expect(error.message).toBe('CXone Reporting (contacts) answered with status 503.');
    }
  });

  it('reads the error objects of Media Playback, for known phrases', async () => {
    fake.on(paths.media, {
      status: 400,
      body: { internalCode: 'PLAYBACK_400', message: 'Bad acd-call-id of Jane' },
    });
    const error = await failureOf(fake.client().interactions('1'));
    expect(error.message).toBe('CXone Media Playback answered with status 400; it speaks of acd-call-id.');
  });

  it('hands the answer itself to who keeps it, and names it in the message', async () => {
    const kept: RefusedAnswer[] = [];
    const keepAnswer = (answer: RefusedAnswer) => (kept.push(answer), `id-${kept.length}`);
    const client = fake.client({}, { keepAnswer });
    fake.on(
      paths.contacts,
      { status: 400, body: { message: 'Jane Roe' } },
      { body: '<html>Jane Roe</html>' },
    );
    const [refused, html] = [
      await failureOf(client.contactPage(page)),
      await failureOf(client.contactPage(page)),
    ];
    expect(refused.message).toBe('CXone Reporting (contacts) answered with status 400 (answer id-1).');
    expect(html.message).toMatch(/ of JSON \(answer id-2\)\.$/);
    expect(kept).toMatchObject([
      { family: 'contacts', status: 400, code: 'BadRequest', text: '{"message":"Jane Roe"}' },
      { family: 'contacts', status: 200, code: 'UnexpectedHtml', text: '<html>Jane Roe</html>' },
    ]);
  });

  it('does not name a host that only CXone names, but keeps it', async () => {
    const kept: RefusedAnswer[] = [];
    const client = fake.client({}, { keepAnswer: (answer) => (kept.push(answer), 'id-1') });
    const error = await failureOf(client.download('https://jane-roe.example/a.mp4?X-Amz-Signature=1'));
    expect(error.message).toBe(
      'The file was not fetched: a host that the settings do not name is not among the mediaHosts (answer id-1).',
    );
    expect(kept).toMatchObject([{ code: 'MediaHostRefused', status: 0, text: 'host: jane-roe.example' }]);
  });
});

describe('exchanges that break', () => {
  it('is CxoneUnreachable when nothing listens', async () => {
    const gone = await startFake();
    await gone.close();
    await expect(fake.client({ issuer: gone.origin }).authenticate()).rejects.toMatchObject({
      code: 'CxoneUnreachable',
      message: `${gone.host} cannot be reached (ECONNREFUSED).`,
    });
  });

  it('is CxoneUnreachable when the name does not exist', async () => {
    const resolve = (
      _host: string,
      _options: unknown,
      callback: (error: NodeJS.ErrnoException, list: never[]) => void,
    ) => callback(Object.assign(new Error('nope'), { code: 'ENOTFOUND' }), []);
    const client = fake.client({ issuer: 'https://cxone.invalid' }, { resolve });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'CxoneUnreachable' });
  });

  it('is CxoneUnreachable when TLS does not come about in time', async () => {
    // The fake speaks no TLS, so the handshake either fails or hangs until the time for connecting is up.
    const client = fake.client({ issuer: `https://${fake.host}` }, { connectTimeoutMs: 200 });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'CxoneUnreachable' });
  });

  it('is CxoneUnavailable when the connection is reset', async () => {
    fake.on(paths.contacts, (response) => response.destroy());
    await expect(fake.client().contactPage(page)).rejects.toMatchObject({
      code: 'CxoneUnavailable',
      kind: 'retryable',
    });
  });

  it('is retryable when the body is cut off', async () => {
    fake.on(paths.contacts, (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"completedContacts":[', () => response.destroy());
    });
    await expect(fake.client().contactPage(page)).rejects.toMatchObject({ kind: 'retryable' });
  });

  it('is RequestTimeout when the answer takes too long, headers or body', async () => {
    fake.on(
      paths.contacts,
      () => {},
      (response) => void response.write('{'),
    );
    const client = fake.client({ timeoutMs: 300 });
    await client.authenticate();
    await expect(client.contactPage(page)).rejects.toMatchObject({
      code: 'RequestTimeout',
      kind: 'retryable',
    });
    await expect(client.contactPage(page)).rejects.toMatchObject({ code: 'RequestTimeout' });
  });

  it('throws the caller’s own reason when the caller gives up', async () => {
    const controller = new AbortController();
    const reason = new Error('the activity was cancelled');
    fake.on(paths.contacts, () => controller.abort(reason));
    await expect(fake.client().contactPage(page, controller.signal)).rejects.toBe(reason);
    await expect(fake.client().contactPage(page, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('secrets and personal data', () => {
  const canaries = [
    'token-1',
    secrets.clientSecret,
    secrets.accessKeySecret,
    'KEYID234567====',
    'jane@example.com',
    '+49 171 1234567',
    'X-Amz-Signature',
  ];
  const echo = `No: ${canaries.slice(0, 6).join(' ; ')} https://s3.example.com/a.mp4?X-Amz-Signature=123 Bearer abc.def`;

  it.each([
    ['header', { headers: { icStatusDescription: echo } }],
    ['errorDescription', { body: { errorDescription: echo } }],
    ['message', { body: { message: echo, internalCode: 1 } }],
    ['Message', { body: { Message: echo } }],
  ])('are not in what is reported of a refusal (%s)', async (_where, reply) => {
    fake.on(paths.contacts, { status: 400, ...reply });
    const error = await failureOf(fake.client().contactPage(page));
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
    for (const canary of canaries) expect(shown).not.toContain(canary);
    expect(error.message).toBe('CXone Reporting (contacts) answered with status 400.');
  });

  it('are cut out of the token endpoint’s words, too', async () => {
    fake.on(paths.token, { status: 401, body: { error: 'invalid_client', errorDescription: echo } });
    const shown = inspect(await failureOf(fake.client().authenticate()), { depth: 10 });
    for (const canary of canaries.slice(1)) expect(shown).not.toContain(canary);
  });

  it('do not come along with a broken connection', async () => {
    fake.on(paths.token, (response) => response.destroy());
    const error = await failureOf(fake.client().authenticate());
    const shown = inspect(error, { depth: 10, showHidden: true });
    for (const canary of canaries) expect(shown).not.toContain(canary);
    expect(error.cause).toBeUndefined();
  });
});

it('reports every exchange to onRequest', async () => {
  const events: RequestEvent[] = [];
  fake.on(paths.contacts, { status: 503 }, (response) => response.destroy(), onePage);
  const client = fake.client({}, { onRequest: (event) => void events.push(event) });
  await failureOf(client.contactPage(page));
  await failureOf(client.contactPage(page));
  await client.contactPage(page);
  expect(events.map(({ family, status }) => [family, status])).toEqual([
    ['discovery', 200],
    ['auth', 200],
    ['discovery', 200],
    ['contacts', 503],
    ['contacts', 0],
    ['contacts', 200],
  ]);
  expect(events.every(({ ms }) => ms >= 0)).toBe(true);
});

it('keeps connections alive between calls', async () => {
  fake.on(paths.contacts, onePage);
  fake.on(paths.token, tokenReply('kept'));
  const client = fake.client();
  await client.contactPage(page);
  await client.contactPage(page);
  expect(fake.requests.every(({ headers }) => headers.connection === 'keep-alive')).toBe(true);
});

it('has a remedy for every error', () => {
  for (const [code, { kind, remedy }] of Object.entries(cxoneErrors)) {
    expect(code).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(['retryable', 'operator', 'permanent']).toContain(kind);
    expect(remedy).toMatch(/\.$/);
  }
});
