import fc from 'fast-check';
import { parseInteractions } from '../../../../cxone/media/interactions';

const parse = (interaction: object, around: object = {}) =>
  parseInteractions(Buffer.from(JSON.stringify({ ...around, interactions: [interaction] })))?.[0]?.metadata;
const json = (text: string | undefined | null): unknown => JSON.parse(text ?? 'null');
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
const stage = (stageType: string, from: number, to: number) => ({
  stageType,
  startTime: at(from),
  endTime: at(to),
});
const speaking = (...voiceStages: readonly object[]) => ({
  data: { participantDataList: voiceStages.map((one) => ({ voiceStages: [one] })) },
});

describe('what an answer says about an interaction', () => {
  it('is its whole, its direction, and how it began and ended', () => {
    const metadata = parse(
      {
        '@type': 'call',
        data: {
          acwEndTime: '2026-01-01T08:10:00+02:00',
          segmentsDataList: [
            { segmentId: 'b', closeReasonType: 'TRANSFER' },
            { segmentId: 'a', firstSegment: true, directionType: 'INBOUND', openReasonType: 'CONTACT' },
            { segmentId: 'c', closeReasonType: 'CONFERENCE' },
          ],
        },
      },
      { contactId: 'a-uuid', elevatedInteraction: true },
    );
    expect(metadata).toMatchObject({
      interactionId: 'a-uuid',
      isElevated: true,
      kind: 'call',
      acwEndTime: '2026-01-01T06:10:00Z',
      directionType: 'INBOUND',
      openReasonType: 'CONTACT',
      closeReasonType: 'CONFERENCE',
    });
  });

  it('keeps lists as they came, ids of nineteen digits and unknown fields too', () => {
    const text =
      '{"interactions":[{"data":{"participantDataList":[{"userId":1234567890123456789,"agentName":"Ann","new":[1]}],' +
      '"sentiments":[{"overallSentiment":"MIXED","channel":1}],"categoryMatchesList":[{"confidence":0.87}]},' +
      '"callTaggingList":[{"value":"vip"}],"dynamicBusinessData":[{"id":"7","value":"x"}]}]}';
    const metadata = parseInteractions(Buffer.from(text))?.[0]?.metadata;
    expect(metadata?.participants).toBe('[{"userId":1234567890123456789,"agentName":"Ann","new":[1]}]');
    expect(json(metadata?.sentiments)).toEqual([{ overallSentiment: 'MIXED', channel: 1 }]);
    expect(json(metadata?.categories)).toEqual([{ confidence: 0.87 }]);
    expect(json(metadata?.tags)).toEqual([{ value: 'vip' }]);
    expect(json(metadata?.businessData)).toEqual([{ id: '7', value: 'x' }]);
  });

  it('holds what was written in chats and e-mails', () => {
    const chat = parse({
      '@type': 'chat',
      data: { participants: [{ participantName: 'Ann' }], messages: [{ text: 'hello' }] },
    });
    expect([json(chat?.participants), json(chat?.messages), chat?.email]).toEqual([
      [{ participantName: 'Ann' }],
      [{ text: 'hello' }],
      null,
    ]);
    const email = parse({ '@type': 'email', data: { content: { from: 'a@b.c', subject: 'Refill' } } });
    expect(json(email?.email)).toEqual({ from: 'a@b.c', subject: 'Refill' });
  });

  it('never holds an address of a file, wherever it stands', () => {
    const link = 'https://bucket.s3.amazonaws.com/a.png?X-Amz-Signature=canary';
    const metadata = parse({
      data: {
        fileToPlayUrl: link,
        videoImageUrl: link,
        participantDataList: [{ avatarUrl: link, nested: { more: [link, { note: `see ${link}` }] } }],
        messages: [{ text: link, kept: 'text' }],
        segmentsDataList: [{ previewURL: 'https://elsewhere.example.com/canary' }],
      },
    });
    expect(JSON.stringify(metadata)).not.toContain('canary');
    expect(json(metadata?.messages)).toEqual([{ text: null, kept: 'text' }]);
  });

  it.each([
    ['no stage', [], 0],
    ['one', [stage('HOLD', 10, 25)], 15],
    ['the same of two participants', [stage('HOLD', 10, 25), stage('HOLD', 10, 25)], 15],
    ['overlapping ones', [stage('HOLD', 20, 30), stage('HOLD', 10, 25)], 20],
    ['one within another', [stage('HOLD', 10, 40), stage('HOLD', 20, 30)], 30],
    ['separate ones', [stage('HOLD', 10, 20), stage('HOLD', 30, 35)], 15],
    ['other stages', [stage('ACTIVE', 0, 90)], 0],
    ['one that ends before it begins', [stage('HOLD', 20, 10)], 0],
    ['one without an end', [{ stageType: 'HOLD', startTime: at(3) }], 0],
  ])('counts the time on hold once: %s', (_name, stages, seconds) => {
    expect(parse(speaking(...stages))).toMatchObject({ holdSeconds: seconds, maskSeconds: 0 });
  });

  it('counts hold time as the length of what the stages cover, whatever they are', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(spans, (list) => {
        const covered = new Set(list.flatMap(([from, length]) => Array.from({ length }, (_, i) => from + i)));
        const stages = list.map(([from, length]) => stage('HOLD', from, from + length));
        expect(parse(speaking(...stages))?.holdSeconds).toBe(covered.size);
      }),
    );
  });

  it('is empty where it has another form than expected, which is kept beside it and noted', () => {
    const odd = {
      participantDataList: 'x',
      segmentsDataList: 5,
      sentiments: {},
      messages: null,
      content: 'x',
    };
    expect(parse({ '@type': 7, callTaggingList: 'x', data: odd })).toEqual({
      interactionId: null,
      isElevated: null,
      kind: '7',
      acwEndTime: null,
      directionType: null,
      openReasonType: null,
      closeReasonType: null,
      holdSeconds: 0,
      maskSeconds: 0,
      participants: '[]',
      segments: '[]',
      sentiments: '[]',
      categories: '[]',
      tags: '[]',
      businessData: '[]',
      messages: '[]',
      email: null,
      extra:
        '{"callTaggingList":"x","participantDataList":"x","segmentsDataList":5,"sentiments":{},"content":"x"}',
      drift: [
        { field: 'callTaggingList', observedType: 'string' },
        { field: 'participantDataList', observedType: 'string' },
        { field: 'segmentsDataList', observedType: 'number' },
        { field: 'sentiments', observedType: 'object' },
        { field: 'content', observedType: 'string' },
      ],
      replaced: [],
    });
  });

  it('keeps every field that has no column, of the answer, the interaction and its data, and notes it', () => {
    const metadata = parse(
      { '@type': 'chat', newThing: [1], data: { dfoStages: [{ a: 1 }], transferPoints: ['x'], newThing: 2 } },
      {
        brandEmbassyConfig: { threadId: 't', caseId: 'c', sessionId: 's' },
        acdcontactId: '1',
        contactId: 'u',
      },
    );
    expect(json(metadata?.extra)).toEqual({
      brandEmbassyConfig: { threadId: 't', caseId: 'c', sessionId: 's' },
      newThing: [1],
      dfoStages: [{ a: 1 }],
      transferPoints: ['x'],
      'data.newThing': 2,
    });
    expect(metadata?.drift).toEqual([
      { field: 'brandEmbassyConfig', observedType: 'object' },
      { field: 'newThing', observedType: 'array' },
      { field: 'dfoStages', observedType: 'array' },
      { field: 'transferPoints', observedType: 'array' },
      { field: 'data.newThing', observedType: 'number' },
    ]);
  });

  it('keeps what stands around `value`, too, and nothing of what every answer has', () => {
    const answer = {
      version: 2,
      value: {
        contactId: 'u',
        Interactions: [{ Interaction: { mediaType: 'chat', data: { messages: [] } } }],
      },
    };
    const [only] = parseInteractions(Buffer.from(JSON.stringify(answer))) ?? [];
    expect(only?.metadata.extra).toBe('{"version":2}');
  });

  it('has nothing more to keep where every field is known', () => {
    const metadata = parse(
      {
        '@type': 'call',
        mediaType: 'voice-only',
        channelType: 'PHONE_CALL',
        startTime: at(0),
        endTime: at(60),
        data: { startTime: at(0), fileToPlayUrl: 'https://x/y', videoImageUrl: null, waveformDataList: [{}] },
        callTaggingList: null,
        dynamicBusinessData: null,
      },
      { contactId: 'u', acdcontactId: '7', elevatedInteraction: false },
    );
    expect(metadata).toMatchObject({ extra: null, drift: [] });
  });

  it('keeps no address that has a query, in a field that it does not know', () => {
    const metadata = parse({
      more: { see: 'https://x.example.com/f?Key=canary', url: 'canary', text: 'kept' },
    });
    expect(json(metadata?.extra)).toEqual({ more: { see: null, text: 'kept' } });
  });

  it('keeps a number that a double cannot hold as text', () => {
    const text = `{"interactions":[{"data":{"ratio":1e400,"deep":{"n":${'9'.repeat(400)}}}}]}`;
    const metadata = parseInteractions(Buffer.from(text))?.[0]?.metadata;
    expect(json(metadata?.extra)).toEqual({ ratio: '1e400', deep: { n: '9'.repeat(400) } });
    expect(metadata?.drift).toEqual([
      { field: 'ratio', observedType: 'number as text' },
      { field: 'deep', observedType: 'object' },
      { field: 'deep', observedType: 'number as text' },
    ]);
  });

  it('cuts what nests deeper than 64 levels, notes it, and never breaks', () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const text = `{"interactions":[{"more":${deep},"data":{"messages":[${deep}]}}]}`;
    const metadata = parseInteractions(Buffer.from(text))?.[0]?.metadata;
    expect(metadata?.drift).toEqual([{ field: 'more', observedType: 'too deep' }]);
    expect(() => json(metadata?.messages)).not.toThrow();
  });

  it('names the fields in which bytes were no UTF-8', () => {
    const [before = '', after = ''] = JSON.stringify({
      interactions: [{ mediaType: 'chat', data: { messages: [{ text: '@@' }] }, callTaggingList: ['ok'] }],
    }).split('@@');
    const body = Buffer.concat([Buffer.from(before), Buffer.from([0xe9]), Buffer.from(after)]);
    const [only] = parseInteractions(body) ?? [];
    expect(only?.metadata).toMatchObject({ replaced: ['messages'], messages: '[{"text":"\ufffd"}]' });
  });

  it('is JSON, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const metadata = parse({
          data: { participants: [value], messages: [value], content: { value } },
          callTaggingList: [value],
        });
        for (const text of [metadata?.participants, metadata?.messages, metadata?.tags, metadata?.email])
          expect(() => json(text)).not.toThrow();
      }),
    );
  });
});
