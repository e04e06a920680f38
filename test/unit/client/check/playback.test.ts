import { runChecks, type CheckResult } from '../../../../client/check/check';
import {
  playbackChecks,
  type PlaybackClient,
  type PlaybackDependencies,
} from '../../../../client/check/playback';
import { playbackReport } from '../../../../client/command/recorded-calls';
import { CxoneError, type PlaybackLook } from '../../../../cxone';
import { metadataOf } from '../../../../cxone/media/interaction-metadata';

const hourMs = 3_600_000;
const end = Date.parse('2026-03-10T12:00:00Z');
const link = 'https://bucket.s3.amazonaws.com/call.mp4?X-Amz-Signature=canary';

const look = (changes: Partial<PlaybackLook> = {}, url: string | null = link): PlaybackLook => ({
  interactions: [
    {
      ...{ segmentId: 's', url, mediaType: null, channelType: null, startTime: null, endTime: null },
      metadata: metadataOf({}, {}),
    },
  ],
  sentiments: 0,
  categories: 0,
  ...changes,
});

/** Logged calls by their age in hours, others by theirs, and what Media Playback says of each, by its id (`call-<age>`). */
async function judge(
  ages: readonly number[],
  answer: (id: string) => PlaybackLook | null,
  others: readonly number[] = [],
  more: Partial<PlaybackDependencies> = {},
): Promise<{
  readonly results: Readonly<Record<string, CheckResult>>;
  readonly tried: readonly string[];
  readonly opened: number;
}> {
  const tried: string[] = [];
  let opened = 0;
  const client = {
    probe: {
      contacts: ({ from, to, top, isLogged }: { from: Date; to: Date; top: number; isLogged: boolean }) => {
        const contacts = (isLogged ? ages : others)
          .map((age) => ({ start: end - age * hourMs, masterContactId: `call-${age}` }))
          .filter(({ start }) => start >= from.getTime() && start < to.getTime())
          .sort((a, b) => b.start - a.start)
          .slice(0, top)
          .map(({ start, ...ids }) => ({
            ...ids,
            agentId: ids.masterContactId.endsWith('9') ? null : 7,
            contactStartDate: new Date(start).toISOString(),
          }));
        return Promise.resolve({ totalRecords: contacts.length, lastPollTime: null, contacts, bytes: 0 });
      },
      playback: async (id: string) => {
        tried.push(id);
        return answer(id);
      },
    },
    download: async () => {
      opened += 1;
      return { body: bytes() };
    },
  };
  const checks = playbackChecks({
    client: client as unknown as PlaybackClient,
    clocks: { cxone: { at: end, ours: end + 50 * 24 * hourMs } },
    now: () => end + 50 * 24 * hourMs,
    recordings: true,
    recordedCalls: 'all',
    ...more,
  }).map((check) => ({ ...check, needs: check.needs.filter((need) => need !== 'contacts') }));
  const { checks: results } = await runChecks(checks);
  return { results: Object.fromEntries(results.map((one) => [one.name, one])), tried, opened };
}

async function* bytes(): AsyncGenerator<Buffer> {
  yield Buffer.from('first');
  throw new Error('must not be read further');
}

describe('the latest calls', () => {
  it('of both kinds are asked about, and of those that were not logged the answered ones first', async () => {
    const answer = (id: string) => (id === 'call-0.5' ? look({ sentiments: 1 }) : null);
    const { results, tried } = await judge([0.5, 0.6], answer, [0.29, 0.3, 0.4, 0.5, 0.7]);
    expect(tried).toEqual(['call-0.5', 'call-0.3', 'call-0.4', 'call-0.5']);
    expect(results['media-playback']?.message).toContain(
      'Asked about 1 logged, 1 with a recording; 3 not logged, 1 with a recording.',
    );
  });

  it('are enough where none is logged: a tenant on CXone Recording is in order', async () => {
    const { results, tried } = await judge([], () => look({ sentiments: 1 }), [0.5, 0.6, 3]);
    expect(tried).toEqual(['call-0.5']);
    expect(results['media-playback']).toMatchObject({ status: 'ok' });
    expect(results['media-playback']?.message).toContain('1 not logged, 1 with a recording');
  });

  it('are no call at all', async () => {
    const { results } = await judge([], () => null);
    expect(results['media-playback']).toMatchObject({ status: 'unknown', code: 'NoCall' });
  });

  it('show what the settings leave out: recordings of calls that were not logged', async () => {
    const logged = { recordedCalls: 'logged' } as const;
    const answer = (): PlaybackLook => look({ sentiments: 1 });
    const { results } = await judge([0.5], answer, [0.6], logged);
    expect(results['media-playback']).toMatchObject({
      status: 'unknown',
      code: 'RecordingsLeftOut',
      remedy: expect.stringContaining('set it to "all"'),
    });
    expect((await judge([0.5], answer, [], logged)).results['media-playback']?.status).toBe('ok');
  });

  it('come with what earlier queries found, and the setting that would save some', async () => {
    const tally = { logged: { queries: 50, found: 49 }, notLogged: { queries: 800, found: 0 } };
    const playback = playbackReport(tally, 'all');
    const { results } = await judge([0.5], () => look({ sentiments: 1 }), [], { playback });
    expect(results['media-playback']).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('0 of 800 queries of calls that were not logged found something'),
      remedy: expect.stringContaining('"recordedCalls": "logged" would have saved 800 queries'),
    });
  });
});

describe('the latest logged calls', () => {
  it('are looked for by CXone’s clock, and the first that shows everything is enough', async () => {
    const { results, tried, opened } = await judge([0.5, 0.7, 3], () => look({ sentiments: 1 }));
    expect(tried).toEqual(['call-0.5']);
    expect(opened).toBe(1);
    expect(Object.values(results).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  it('of an hour are followed by those of a day, a week and a month, three of each', async () => {
    const ages = [0.1, 0.2, 0.3, 0.4, 2, 5, 6, 7, 30, 40, 50, 60, 200, 300, 400, 500, 719, 721];
    const { tried } = await judge(ages, () => null);
    expect(tried.map((id) => Number(id.slice(5)))).toEqual([
      0.1, 0.2, 0.3, 2, 5, 6, 30, 40, 50, 200, 300, 400,
    ]);
  });

  it('that are all younger than a day and have nothing say nothing', async () => {
    const { results } = await judge([0.5, 23], () => null);
    expect(results['media-playback']).toMatchObject({ status: 'unknown', code: 'RecordingsPending' });
  });

  it('of which an old one has nothing either are a failure, with that call to try', async () => {
    const { results } = await judge([0.5, 25], () => null);
    expect(results['media-playback']).toMatchObject({
      status: 'failed',
      code: 'NoRecording',
      remedy: expect.stringContaining('Play call call-25 '),
    });
  });

  it('may have a file in one and a category in another', async () => {
    const answers = [look(), look({ categories: 2 }, null)];
    const { results, tried, opened } = await judge([0.5, 3, 4], () => answers.shift() ?? null);
    expect({ tried: tried.length, opened }).toEqual({ tried: 2, opened: 1 });
    expect(results['sentiments']?.status).toBe('ok');
  });

  it.each([
    [2, 'unknown'],
    [3, 'failed'],
  ])('%i in number without a sentiment leave that check %s', async (count, status) => {
    const { results } = await judge([1, 2, 3].slice(0, count), () => look());
    expect(results['sentiments']).toMatchObject({ status, code: 'NoSentiments' });
  });

  it('refused at the first are the finding, refused later they are not', async () => {
    const refuse = () => {
      throw new CxoneError('Throttled', 'CXone Media Playback answered with status 429.', { status: 429 });
    };
    const first = await judge([1, 2], refuse);
    expect(first.results['media-playback']).toMatchObject({ status: 'unknown', code: 'Throttled' });
    const later = await judge([1, 2], (id) => (id === 'call-1' ? look() : refuse()));
    expect(later.results['media-playback']?.status).toBe('ok');
  });
});
