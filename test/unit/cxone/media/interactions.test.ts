import fc from 'fast-check';
import { CxoneError } from '../../../../cxone';
import { parseInteractions } from '../../../../cxone/media/interactions';
import { failureOf, type FakeCxone, paths, startFake } from '../fake-cxone';

const parse = (body: unknown) =>
  parseInteractions(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const voice = {
  '@type': 'call',
  mediaType: 'voice-only',
  channelType: 'PHONE_CALL',
  startTime: '2026-01-01T08:00:00Z',
  endTime: '2026-01-01T08:03:00.5Z',
  data: {
    fileToPlayUrl: 'https://s3.amazonaws.com/a.mp4?X-Amz-Signature=1',
    participantDataList: [{ participantType: 'AGENT', segmentId: 'participant-segment' }],
    segmentsDataList: [
      { segmentId: 'seg-1', firstSegment: false },
      { segmentId: 'seg-2', firstSegment: true },
    ],
  },
};
const expected = {
  segmentId: 'seg-1',
  url: 'https://s3.amazonaws.com/a.mp4?X-Amz-Signature=1',
  mediaType: 'voice-only',
  channelType: 'PHONE_CALL',
  startTime: '2026-01-01T08:00:00Z',
  endTime: '2026-01-01T08:03:00.5Z',
};

describe('the answer of Media Playback', () => {
  it.each([
    ['interactions', { contactId: 'c', interactions: [voice] }],
    ['Interactions', { Interactions: [voice] }],
    ['value.Interactions[].Interaction', { value: { Interactions: [{ Interaction: voice }] } }],
  ])('is read under %s', (_name, body) => {
    expect(parse(body)).toMatchObject([expected]);
  });

  it('is read as one interaction when it is a redirectUrl', () => {
    expect(parse({ redirectUrl: 'https://s3.amazonaws.com/b.mp4' })).toMatchObject([
      {
        segmentId: 'interaction-1',
        url: 'https://s3.amazonaws.com/b.mp4',
        mediaType: null,
        channelType: null,
        startTime: null,
        endTime: null,
      },
    ]);
  });

  it('gives every interaction of a call, each under a name of its own', () => {
    const without = { mediaType: 'chat', data: { fileToPlayUrl: null, startTime: '2026-01-01T09:00:00Z' } };
    const list = parse({
      interactions: [voice, { ...voice, mediaType: 'voice-and-screen' }, without, { data: null }, {}],
    });
    expect(list?.map(({ segmentId, url }) => [segmentId, url !== null])).toEqual([
      ['seg-1', true],
      ['seg-1-2', true],
      ['interaction-3', false],
      ['interaction-4', false],
      ['interaction-5', false],
    ]);
    expect(list?.[2]?.startTime).toBe('2026-01-01T09:00:00Z');
  });

  it('takes an interaction once that is listed twice, with the same file', () => {
    const again = structuredClone(voice);
    again.data.fileToPlayUrl = 'https://s3.amazonaws.com/a.mp4?X-Amz-Signature=2';
    const other = structuredClone(voice);
    other.data.fileToPlayUrl = 'https://s3.amazonaws.com/c.mp4?X-Amz-Signature=3';
    const list = parse({ interactions: [voice, again, other, voice, {}, {}] });
    expect(list?.map(({ segmentId }) => segmentId)).toEqual([
      'seg-1',
      'seg-1-2',
      'interaction-5',
      'interaction-6',
    ]);
    expect(list?.[1]?.url).toContain('/c.mp4');
  });

  it.each([
    ['the participants', { participantDataList: [{ segmentId: 'p-1' }] }, 'p-1'],
    ['numbers', { segmentsDataList: [{ segmentId: 77 }] }, '77'],
    ['the second segment when the first has none', { segmentsDataList: [{}, { segmentId: 's-2' }] }, 's-2'],
    [
      'nothing that could leave its folder',
      { segmentsDataList: [{ segmentId: '../../etc/passwd' }] },
      'interaction-1',
    ],
    ['nothing hidden', { segmentsDataList: [{ segmentId: '..' }] }, 'interaction-1'],
    ['nothing of odd types', { segmentsDataList: 'x', participantDataList: [5] }, 'interaction-1'],
  ])('takes the segment id from %s', (_name, data, segmentId) => {
    expect(parse({ interactions: [{ data }] })?.[0]?.segmentId).toBe(segmentId);
  });

  it.each([
    ['', null],
    ['null', null],
    ['{}', []],
    ['{"interactions":[]}', []],
    ['{"interactions":null}', []],
    ['{"contactId":"c","acdcontactId":"1"}', []],
  ])('may be empty: %s', (body, result) => {
    expect(parse(body)).toEqual(result);
  });

  it.each([
    ['<html>', 'UnexpectedHtml'],
    ['{"interactions":[', 'IncompleteAnswer'],
    ['[]', 'UnexpectedShape'],
    ['{"interactions":{}}', 'UnexpectedShape'],
    ['{"interactions":[5]}', 'UnexpectedShape'],
    ['{"interactions":[{"data":"x"}]}', 'UnexpectedShape'],
    ['{"interactions":[{"data":{"fileToPlayUrl":5}}]}', 'UnexpectedShape'],
    ['{"message":"hello"}', 'UnexpectedShape'],
  ])('that is %s is an error', (body, code) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code }));
  });

  it('is read or refused with an error of ours, whatever it is', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record({ interactions: fc.jsonValue() }),
      fc.record({ interactions: fc.array(fc.record({ data: fc.jsonValue() })) }),
    );
    fc.assert(
      fc.property(anything, (body) => {
        try {
          const names = parse(body)?.map(({ segmentId }) => segmentId) ?? [];
          expect(names.every((name) => /^[A-Za-z0-9][\w.-]*$/.test(name))).toBe(true);
        } catch (error) {
          if (!(error instanceof CxoneError)) throw error;
        }
      }),
    );
  });
});

describe('looking up a call', () => {
  let fake: FakeCxone;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake.close());

  it('asks by master contact id for all media without waveforms', async () => {
    fake.on(paths.media, { body: { interactions: [voice] } });
    await expect(fake.client().interactions('693159199085')).resolves.toMatchObject([expected]);
    expect(Object.fromEntries(fake.seen(paths.media)[0]?.query ?? [])).toEqual({
      'acd-call-id': '693159199085',
      'media-type': 'all',
      'exclude-waveforms': 'true',
    });
  });

  it.each([404, 204])('finds nothing (yet) on %i', async (status) => {
    fake.on(paths.media, {
      status,
      body: status === 404 ? { internalCode: 'x', message: 'Interaction Not Found' } : undefined,
    });
    await expect(fake.client().interactions('1')).resolves.toBeNull();
  });

  it('keeps the URL out of errors', async () => {
    fake.on(paths.media, { status: 500, body: { message: `failed for ${expected.url}` } });
    const error = await failureOf(fake.client().interactions('1'));
    expect(error.message).not.toContain('X-Amz');
  });
});
