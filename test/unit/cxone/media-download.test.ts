import fc from 'fast-check';
import { CxoneError } from '../../../cxone';
import { parseBulkDownload } from '../../../cxone/media-download';
import { type FakeCxone, failureOf, startFake } from './fake-cxone';

const link = (name: string): string => `https://s3.amazonaws.com/${name}.mp4?X-Amz-Signature=1`;
const read = (answer: unknown, asked: readonly string[] = ['900', '901']) =>
  parseBulkDownload(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)), asked);
const done = (entities: unknown, rest: object = {}) => ({ status: 'COMPLETED', entities, ...rest });
const segments = (...names: readonly (string | null)[]) =>
  names.map((name) => ({ segmentId: name, downloadLocation: link(String(name)) }));

describe('a bulk answer', () => {
  it.each([
    ['PENDING', 'running'],
    ['IN_PROGRESS', 'running'],
    ['COMPLETED', 'completed'],
    ['FAILED', 'failed'],
    ['completed', 'completed'],
  ])('with status %s is %s', (status, expected) => {
    expect(read({ status, entities: [] })).toEqual({ status: expected, calls: new Map() });
  });

  it('gives the files of each call, by the names of their segments', () => {
    const answer = done([
      { entityId: '900', status: 'COMPLETED', segments: segments('a', 'b') },
      { entityId: 901, files: segments('c') },
    ]);
    expect([...read(answer).calls]).toEqual([
      [
        '900',
        [
          { segmentId: 'a', url: link('a') },
          { segmentId: 'b', url: link('b') },
        ],
      ],
      ['901', [{ segmentId: 'c', url: link('c') }]],
    ]);
  });

  it.each(['downloadLocation', 'downloadUrl', 'url'])('takes the link of a call from its %s', (name) => {
    const { calls } = read(done([{ entityId: '900', [name]: link('x') }]));
    expect(calls.get('900')).toEqual([{ segmentId: 'interaction-1', url: link('x') }]);
  });

  it('gives two files of one segment different names, and none that could leave its folder', () => {
    const { calls } = read(done([{ entityId: '900', segments: segments('a', 'a') }]));
    expect(calls.get('900')?.map(({ segmentId }) => segmentId)).toEqual(['a', 'a-2']);
    const alone = read(done([{ entityId: '900', segments: segments('../../b') }]));
    expect(alone.calls.get('900')?.map(({ segmentId }) => segmentId)).toEqual(['interaction-1']);
  });

  it('leaves a call to the look-up of whose several files one does not say its segment', () => {
    const { calls } = read(done([{ entityId: '900', segments: segments('a', '../../b') }]));
    expect(calls.size).toBe(0);
  });

  it('takes the location of a request that had one call for that call’s file', () => {
    const answer = done([{ entityId: '900', status: 'COMPLETED' }], { downloadLocation: link('x') });
    expect(read(answer, ['900']).calls.get('900')).toEqual([{ segmentId: 'interaction-1', url: link('x') }]);
    expect(read(done([], { downloadLocation: link('x') }), ['900']).calls.size).toBe(1);
    // With several it tells nothing of whose it is.
    expect(read(answer).calls.size).toBe(0);
  });

  it.each([
    ['that failed', { status: 'FAILED', failureReason: 'No media', downloadLocation: link('x') }],
    ['that is not done', { status: 'IN_PROGRESS', downloadLocation: link('x') }],
    ['with a segment that has no link', { segments: [...segments('a'), { segmentId: 'b' }] }],
    ['with a segment that is no object', { segments: [...segments('a'), 'b'] }],
    ['in a bucket of the customer’s', { downloadLocation: 's3://bucket/exports/1/900.mp4' }],
    ['in an archive', { downloadLocation: 'https://s3.amazonaws.com/900.zip?X-Amz-Signature=1' }],
    ['in a folder', { downloadLocation: 'https://s3.amazonaws.com/900/?X-Amz-Signature=1' }],
    ['without any link', {}],
  ])('does not bring a call %s', (_what, call) => {
    const rest = { downloadLocation: 's3://bucket/exports/1/' };
    expect(read(done([{ entityId: '900', ...call }], rest)).calls.size).toBe(0);
    expect(read(done([{ entityId: '900', ...call }], rest), ['900']).calls.size).toBe(0);
  });

  it('brings no call that was not asked for', () => {
    expect(read(done([{ entityId: '999', downloadLocation: link('x') }, {}, null, 7])).calls.size).toBe(0);
  });

  it.each([
    ['another status', { status: 'EXPIRED' }, 'UnexpectedShape'],
    ['no status', {}, 'UnexpectedShape'],
    ['a list', [], 'UnexpectedShape'],
    ['nothing', '', 'UnexpectedShape'],
    ['a page', '<html></html>', 'UnexpectedHtml'],
    ['half an answer', '{"status":', 'IncompleteAnswer'],
  ])('with %s is refused', (_what, answer, code) => {
    expect(() => read(answer)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('is read or refused with a code, whatever it is, and names no file twice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(['900'], ['900', '901']), (entities, asked) => {
        const { calls } = read(done(entities, { downloadLocation: link('x') }), asked);
        for (const files of calls.values()) {
          expect(new Set(files.map(({ segmentId }) => segmentId)).size).toBe(files.length);
        }
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        try {
          read(answer);
        } catch (error) {
          expect(error).toBeInstanceOf(CxoneError);
        }
      }),
    );
  });
});

describe('Media Download', () => {
  const at = { contacts: '/media-download/v1/contacts', status: '/media-download/v1/status/r-1' };
  let fake: FakeCxone;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  it('is asked for calls by their master contact ids, and answers the id of the request', async () => {
    fake.on(at.contacts, { status: 202, body: { requestId: 'r-1' } });
    await expect(fake.client().requestBulkDownload(['900', '901'])).resolves.toBe('r-1');
    const [request] = fake.seen(at.contacts);
    expect(request).toMatchObject({ method: 'POST', body: '{"entityIds":["900","901"]}' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: expect.stringMatching(/^Bearer /) as string,
    });
  });

  it('is asked again with a new token when the one at hand is refused', async () => {
    fake.on(at.contacts, { status: 401 }, { status: 200, body: { requestId: 'r-1' } });
    await expect(fake.client().requestBulkDownload(['900'])).resolves.toBe('r-1');
    expect(fake.seen(at.contacts).map(({ body }) => body)).toEqual(Array(2).fill('{"entityIds":["900"]}'));
  });

  it('is asked how far a request is', async () => {
    fake.on(at.status, { body: done([{ entityId: '900', downloadLocation: link('x') }]) });
    const { status, calls } = await fake.client().bulkDownload('r-1', ['900', '901']);
    expect([status, [...calls.keys()]]).toEqual(['completed', ['900']]);
  });

  it.each([
    ['no id', {}],
    ['an id that leads elsewhere', { requestId: '../contacts' }],
    ['an id without end', { requestId: 'r'.repeat(201) }],
    ['nothing', undefined],
  ])('that answers a request with %s is not understood', async (_what, body) => {
    fake.on(at.contacts, { body });
    expect(await failureOf(fake.client().requestBulkDownload(['900']))).toMatchObject({
      code: 'UnexpectedShape',
    });
  });

  it.each([
    [403, 'FORBIDDEN', 'BulkForbidden'],
    [400, 'INVALID_REQUEST', 'BadRequest'],
    [404, 'NOT_FOUND', 'NotFound'],
    [429, 'TOO_MANY', 'Throttled'],
    [500, 'SQS_PUBLISH_FAILED', 'CxoneUnavailable'],
    [500, 'PERSISTENCE_FAILED', 'CxoneUnavailable'],
    [500, 'INTERNAL_ERROR', 'CxoneUnavailable'],
  ])('that answers %i %s ends in %s, with its own words', async (status, code, expected) => {
    fake.on(at.contacts, { status, body: { code, message: 'It did not work' } });
    const failure = await failureOf(fake.client().requestBulkDownload(['900']));
    expect(failure).toMatchObject({ code: expected, status });
    expect(failure.message).toContain(`It did not work [${code}]`);
  });

  it('has a quota of its own for requests, and none for questions', async () => {
    const asked: string[] = [];
    fake.on(at.contacts, { body: { requestId: 'r-1' } });
    fake.on(at.status, { body: { status: 'PENDING' } });
    const limiter = {
      acquire: async (family: string) => void asked.push(family),
      throttled: async () => undefined,
    };
    const client = fake.client({}, { limiter });
    await client.requestBulkDownload(['900']);
    await client.bulkDownload('r-1', ['900']);
    expect(asked).toEqual(['bulk', 'bulk-status']);
  });
});
