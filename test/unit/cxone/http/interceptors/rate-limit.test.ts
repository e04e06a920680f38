import { CxoneError, type RequestLimiter } from '../../../../../cxone';
import { rateLimit } from '../../../../../cxone/http/interceptors/rate-limit';
import { failureOf, type FakeCxone, onePage, page, paths, startFake } from '../../fake-cxone';
import { answer, request } from '../../interceptors/stubs';

/** Notes its calls; `refusal` is thrown instead of admitting. */
function notebook(refusal?: CxoneError): RequestLimiter & { readonly notes: unknown[] } {
  const notes: unknown[] = [];
  return {
    notes,
    async acquire(family) {
      notes.push(['acquire', family]);
      if (refusal) throw refusal;
    },
    async onThrottled(family, retryAfterMs) {
      notes.push(['throttled', family, retryAfterMs]);
    },
  };
}

it('asks before the request is sent, and hands on the caller’s signal', async () => {
  const events: unknown[] = [];
  const { signal } = new AbortController();
  const limiter: RequestLimiter = {
    acquire: async (family, given) => void events.push(['acquire', family, given === signal]),
    onThrottled: async () => {},
  };
  const exchange = rateLimit(limiter)(async () => {
    events.push('sent');
    return answer(200);
  });
  await exchange(request, signal);
  expect(events).toEqual([['acquire', 'contacts', true], 'sent']);
});

it('sends nothing when the limiter says no', async () => {
  const refusal = new CxoneError('QuotaExhausted', 'Used up.', { retryAfterMs: 7_000 });
  const next = jest.fn();
  await expect(rateLimit(notebook(refusal))(next)(request)).rejects.toBe(refusal);
  expect(next).not.toHaveBeenCalled();
});

it('notifies the limiter of a 429 and of nothing else, and lets the error pass', async () => {
  const limiter = notebook();
  for (const error of [
    new CxoneError('Throttled', 'Slow down.', { retryAfterMs: 5_000 }),
    new CxoneError('Throttled', 'Slow down.'),
    new CxoneError('CxoneUnavailable', 'Gone.', { retryAfterMs: 5_000 }),
    new Error('else'),
  ]) {
    const exchange = rateLimit(limiter)(async () => Promise.reject(error));
    await expect(exchange(request)).rejects.toBe(error);
  }
  expect(limiter.notes.filter((note) => (note as string[])[0] === 'throttled')).toEqual([
    ['throttled', 'contacts', 5_000],
    ['throttled', 'contacts', undefined],
  ]);
});

it('is not there without a limiter', () => {
  const next = async () => answer(200);
  expect(rateLimit(undefined)(next)).toBe(next);
});

describe('a client with a limiter', () => {
  let fake: FakeCxone;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  it('asks once for every API request, not for discovery, tokens and files', async () => {
    const limiter = notebook();
    const client = fake.client({}, { limiter });
    fake.on(paths.contacts, onePage);
    fake.on(paths.agents, { status: 204 });
    fake.on(paths.media, { status: 404 });
    fake.on('/f.mp4', { body: 'ID3 and a little sound' });
    await client.authenticate();
    await client.contactPage(page);
    await client.agentPage({ skip: 0, top: 1 });
    await client.interactions('1');
    for await (const _ of (await client.download(`${fake.origin}/f.mp4`)).body);
    expect(limiter.notes).toEqual([
      ['acquire', 'contacts'],
      ['acquire', 'agents'],
      ['acquire', 'media'],
    ]);
  });

  it('asks again for the repeat after a 401', async () => {
    const limiter = notebook();
    fake.on(paths.contacts, { status: 401 }, onePage);
    await fake.client({}, { limiter }).contactPage(page);
    expect(limiter.notes).toEqual([
      ['acquire', 'contacts'],
      ['acquire', 'contacts'],
    ]);
  });

  it('hands on what the server says about waiting', async () => {
    const limiter = notebook();
    const body = { message: 'API rate limit exceeded', route: '/media-playback' };
    fake.on(paths.media, { status: 429, headers: { 'retry-after': '12' }, body });
    const error = await failureOf(fake.client({}, { limiter }).interactions('1'));
    expect(error).toMatchObject({ code: 'Throttled', retryAfterMs: 12_000 });
    expect(error.message).toContain('it speaks of a rate limit');
    expect(limiter.notes).toContainEqual(['throttled', 'media', 12_000]);
  });

  it('makes no request when the quota is used up', async () => {
    const refusal = new CxoneError('QuotaExhausted', 'Used up.', { retryAfterMs: 7_000 });
    const error = await failureOf(fake.client({}, { limiter: notebook(refusal) }).contactPage(page));
    expect(error).toMatchObject({ code: 'QuotaExhausted', kind: 'retryable', retryAfterMs: 7_000 });
    expect(fake.seen(paths.contacts)).toHaveLength(0);
  });
});
