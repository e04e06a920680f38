// One file beyond 400 lines: all tests are about one family of activities and share the doubles of its environment.
import { createRecordingActivities } from '../../../../activities/recordings/recordings';
import { type CxoneClient, CxoneError, type DownloadOptions, type Interaction } from '../../../../cxone';
import { type CxoneErrorCode, cxoneErrors } from '../../../../errors';
import { metadataOf } from '../../../../cxone/media/interaction-metadata';
import {
  RecordingFileError,
  type InteractionRow,
  type RecordingFiles,
  type RecordingRow,
  type RecordingTable,
  type SaveOptions,
  type StoredRecording,
} from '../../../../store';
import { acme, activityEnvironment, fakeStore, run } from '../fakes';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const minuteMs = 60_000;
const metadata = metadataOf(
  { contactId: 'a-uuid' },
  { '@type': 'call', data: { segmentsDataList: [{ directionType: 'INBOUND' }] } },
);
const hourMs = 60 * minuteMs;
const call = { tenant: 'acme', masterContactId: '900' };

function interaction(segmentId: string, changes: Partial<Interaction> = {}): Interaction {
  return {
    segmentId,
    url: `https://media.example.com/${segmentId}?X-Amz-Signature=canary`,
    mediaType: 'voice-only',
    channelType: 'PhoneCall',
    startTime: '2026-11-20T11:00:00.000Z',
    endTime: '2026-11-20T11:05:00.000Z',
    metadata,
    ...changes,
  };
}

interface Given {
  readonly interactions?: CxoneClient['interactions'];
  readonly download?: CxoneClient['download'];
  readonly save?: RecordingFiles['save'];
  /** Whether the storage is the database's. */
  readonly mounted?: RecordingFiles['check'];
  readonly known?: readonly RecordingRow[];
  readonly looks?: number;
  /** Failures in a row so far. */
  readonly failures?: number;
  /** False for workers without a recordings folder. */
  readonly storage?: boolean;
  /** Attempts that only waited for a quota. */
  readonly waited?: number;
  /** Age of the call, in ms. */
  readonly age?: number;
  /** False when another run has claimed the call. */
  readonly free?: boolean;
  /** What the disk says; by default that it has room. */
  readonly space?: (bytes: number) => Promise<void>;
  readonly lookAfter?: readonly number[];
  readonly isLogged?: boolean;
  readonly isUnlikely?: boolean;
}

async function* chunks(...parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

function environment(given: Given) {
  const rows = {
    stored: [] as StoredRecording[],
    settled: 0,
    interactions: [] as InteractionRow[],
    claims: [] as string[],
    released: 0,
    postponed: [] as { readonly nextAttemptAt: Date; readonly errorCode: string }[],
    absent: [] as string[],
    failed: [] as { readonly code: string; readonly next: Date | undefined }[],
    queries: [] as string[],
  };
  const saved: { key: string; options: SaveOptions }[] = [];
  const downloads: string[] = [];
  const due: Parameters<RecordingTable['due']>[] = [];
  const files = {
    kind: 'memory',
    check: given.mounted ?? (async () => {}),
    async save(key: string, body: AsyncIterable<Buffer>, options: SaveOptions) {
      saved.push({ key, options });
      let bytes = 0;
      for await (const chunk of body) {
        bytes += chunk.length;
        options.onProgress?.(bytes);
      }
      return { bytes, sha256: 'ab'.repeat(32) };
    },
  };
  const activities = createRecordingActivities({
    now: () => now,
    maxRecordingBytes: 5_000,
    guardSpace: given.space ?? (async () => {}),
    files:
      given.storage === false
        ? null
        : ({ ...files, ...(given.save ? { save: given.save } : {}) } as unknown as RecordingFiles),
    tenants: acme(
      {
        interactions: given.interactions ?? (async () => [interaction('s1')]),
        download:
          given.download ??
          (async (url) => {
            downloads.push(url);
            return { body: chunks('abc', 'de'), contentLength: 5, contentType: 'video/mp4' };
          }),
      },
      given.lookAfter ? { recordingLookAfterMinutes: given.lookAfter } : {},
    ),
    store: fakeStore({
      waits: { count: async () => given.waited ?? 0 },
      recordings: {
        due: async (...args) => {
          due.push(args);
          return ['900', '901'];
        },
        call: async () => ({
          startedAt: new Date(now - (given.age ?? hourMs)),
          looks: given.looks ?? 0,
          failures: given.failures ?? 0,
          isLogged: given.isLogged ?? true,
          isUnlikely: given.isUnlikely ?? false,
        }),
        queried: async (_tenant, isLogged, found) =>
          void rows.queries.push(`${isLogged ? 'logged' : 'not logged'}, ${found ? 'found' : 'nothing'}`),
        known: async () => [...(given.known ?? [])],
        claim: async (_tenant, _id, { holder }) => {
          rows.claims.push(holder);
          return given.free ?? true;
        },
        release: async () => void (rows.released += 1),
        stored: async (_tenant, _id, file, seen) => {
          rows.stored.push(file);
          if (seen) rows.interactions.push(seen);
        },
        settled: async (_tenant, _id, seen = []) => {
          rows.settled += 1;
          rows.interactions.push(...seen);
          return given.known?.some(({ status }) => status !== 'stored') ?? false;
        },
        postpone: async (_tenant, _id, look) => void rows.postponed.push(look),
        absent: async (_tenant, _id, reason, seen = []) => {
          rows.absent.push(reason);
          rows.interactions.push(...seen);
        },
        failed: async (_tenant, _id, { errorCode: code, nextAttemptAt: next }) =>
          void rows.failed.push({ code, next }),
      },
    }),
  });
  return { activities, rows, saved, downloads, due };
}

const knownFile = (segmentId: string, status: RecordingRow['status']): RecordingRow => ({
  masterContactId: '900',
  segmentId,
  status,
  storageKey: null,
  bytes: null,
  sha256: null,
  mediaType: null,
  attempts: 1,
  nextAttemptAt: null,
  lastErrorCode: null,
});

describe('workers without a recordings folder', () => {
  it('say so at once when a run asks for recordings, and spend no playback query on it', async () => {
    let playbackQueries = 0;
    const { activities } = environment({
      storage: false,
      interactions: async () => {
        playbackQueries += 1;
        return [interaction('s1')];
      },
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'RecordingStorageRefused',
      retryable: false,
    });
    expect(playbackQueries).toBe(0);
  });
});

describe('a recording that is there', () => {
  it('is stored under its day and ids, with length and hash, and the playback query ends', async () => {
    const { activities, rows, saved } = environment({});
    expect(await run(activities, 'downloadRecording', call)).toEqual({
      status: 'stored',
      files: 1,
      bytes: 5,
    });
    expect(saved[0]?.key).toBe('acme/2026/11/20/900/s1.mp4');
    expect(saved[0]?.options).toMatchObject({ expectedBytes: 5, maxBytes: 5_000 });
    expect(rows.stored).toMatchObject([
      {
        segmentId: 's1',
        bytes: 5,
        sha256: 'ab'.repeat(32),
        mediaType: 'voice-only',
        channelType: 'PhoneCall',
        contentType: 'video/mp4',
      },
    ]);
    expect(rows.settled).toBe(1);
  });

  it('may come without a length', async () => {
    const { activities, saved } = environment({ download: async () => ({ body: chunks('abc') }) });
    await run(activities, 'downloadRecording', call);
    expect(saved[0]?.options).not.toHaveProperty('expectedBytes');
  });

  it('is stored once for each interaction of the call', async () => {
    const { activities, rows } = environment({
      interactions: async () => [interaction('s1'), interaction('s2'), interaction('interaction-3')],
    });
    expect(await run(activities, 'downloadRecording', call)).toEqual({
      status: 'stored',
      files: 3,
      bytes: 15,
    });
    expect(rows.stored.map(({ segmentId }) => segmentId)).toEqual(['s1', 's2', 'interaction-3']);
  });

  it('is not downloaded again when it is stored, only what is missing', async () => {
    const { activities, downloads } = environment({
      interactions: async () => [interaction('s1'), interaction('s2'), interaction('s3')],
      known: [knownFile('s1', 'stored'), knownFile('s2', 'failed')],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ files: 2 });
    expect(downloads.map((url) => new URL(url).pathname)).toEqual(['/s2', '/s3']);
  });

  it.each([
    ['is absent once the call is old', 72 * hourMs, [], ['NotFound']],
    ['is asked about again later while it is young', hourMs, [now + 5 * 60_000], []],
  ])('that is not named any more beside one that is stored %s', async (_what, age, later, absent) => {
    const { activities, rows } = environment({
      age,
      known: [knownFile('s1', 'stored'), knownFile('s2', 'pending')],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'stored' });
    expect(rows.postponed.map(({ nextAttemptAt }) => nextAttemptAt.getTime())).toEqual(later);
    expect(rows.absent).toEqual(absent);
  });

  it('counts only interactions with a file', async () => {
    const { activities } = environment({
      interactions: async () => [interaction('s1', { url: null }), interaction('s2')],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'stored', files: 1 });
  });

  it('says by heartbeat how far it is, and neither there nor in its result where it comes from', async () => {
    const { activities } = environment({});
    const activity = activityEnvironment();
    const beats: unknown[] = [];
    activity.on('heartbeat', (details: unknown) => beats.push(details));
    const result = await activity.run(async () => activities.downloadRecording(call));
    expect(beats).toEqual([
      { masterContactId: '900', bytes: 3 },
      { masterContactId: '900', bytes: 5 },
    ]);
    expect(JSON.stringify([beats, result])).not.toContain('canary');
  });
});

describe('what an answer says about its interactions', () => {
  it('is noted with its file, and of those without one at the end, never with a link', async () => {
    const { activities, rows } = environment({
      interactions: async () => [interaction('s1'), interaction('s2', { url: null })],
    });
    await run(activities, 'downloadRecording', call);
    expect(rows.interactions.map(({ segmentId, hasFile }) => [segmentId, hasFile])).toEqual([
      ['s1', true],
      ['s1', true],
      ['s2', false],
    ]);
    expect(rows.interactions[0]).toMatchObject({ interactionId: 'a-uuid', directionType: 'INBOUND' });
    expect(JSON.stringify(rows.interactions)).not.toContain('canary');
  });

  it.each(['chat', 'email'])('of a %s is all there is: no file is waited for', async (mediaType) => {
    const { activities, rows } = environment({
      interactions: async () => [interaction('s1', { url: null, mediaType })],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'absent' });
    expect(rows.interactions).toMatchObject([{ segmentId: 's1', mediaType }]);
  });
});

describe('a playback query', () => {
  it.each<[string, Given, string]>([
    ['of a logged call with a file', {}, 'logged, found'],
    ['of another call with a file', { isLogged: false }, 'not logged, found'],
    [
      'of a call whose interaction has no file',
      { isLogged: false, interactions: async () => [interaction('s1', { url: null })] },
      'not logged, nothing',
    ],
    ['of a call that CXone does not know', { interactions: async () => null }, 'logged, nothing'],
    [
      'of a chat, which has no file',
      { isLogged: false, interactions: async () => [interaction('s1', { url: null, mediaType: 'chat' })] },
      'not logged, found',
    ],
  ])('%s is counted once', async (_what, given, counted) => {
    const { activities, rows } = environment(given);
    await run(activities, 'downloadRecording', call);
    expect(rows.queries).toEqual([counted]);
  });

  it('that CXone did not answer is not counted', async () => {
    const { activities, rows } = environment({
      interactions: async () => Promise.reject(new CxoneError('QuotaExhausted', 'Later.')),
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'QuotaExhausted',
    });
    expect(rows.queries).toEqual([]);
  });

  it('of a young call that probably has nothing is its only one', async () => {
    const nothing = { interactions: async () => null, isLogged: false };
    const unlikely = environment({ ...nothing, isUnlikely: true });
    expect(await run(unlikely.activities, 'downloadRecording', call)).toMatchObject({ status: 'absent' });
    expect([unlikely.rows.absent, unlikely.rows.postponed]).toEqual([['NotFound'], []]);
    const other = environment(nothing);
    expect(await run(other.activities, 'downloadRecording', call)).toMatchObject({ status: 'pending' });
  });
});

describe('a call that another run is at', () => {
  it.each([
    ['pending', 'pending'],
    ['stored', 'stored'],
    ['failed', 'failed'],
    ['absent', 'absent'],
  ] as const)('costs no playback query, and is what its rows say: %s', async (row, status) => {
    const { activities } = environment({
      free: false,
      known: [knownFile('s1', row)],
      interactions: async () => Promise.reject(new Error('it was looked up')),
    });
    expect(await run(activities, 'downloadRecording', call)).toEqual({ status, files: 0, bytes: 0 });
  });

  it('is let go when an attempt fails, and kept when it ends in its row', async () => {
    const waiting = environment({
      interactions: async () => Promise.reject(new CxoneError('QuotaExhausted', 'Later.')),
    });
    await expect(run(waiting.activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'QuotaExhausted',
    });
    expect(waiting.rows.released).toBe(1);
    const absent = environment({ interactions: async () => null });
    await run(absent.activities, 'downloadRecording', call);
    expect([absent.rows.claims.length, absent.rows.released]).toEqual([1, 0]);
  });
});

describe('a disk that is nearly full', () => {
  const full = () =>
    Promise.reject(new RecordingFileError('RecordingStorageFull', '12 MB are free.', 'Free some.'));

  it('is said before a playback query is spent', async () => {
    const { activities, rows } = environment({
      space: full,
      interactions: async () => Promise.reject(new Error('it was looked up')),
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'RecordingStorageFull',
    });
    expect([rows.claims, rows.failed]).toEqual([[], []]);
  });

  it('is said as well when it has no room for the present file', async () => {
    const { activities, rows } = environment({
      space: async (bytes) => (bytes > 0 ? full() : undefined),
      download: async (_url, _signal, options) => {
        await options?.accept?.(5);
        return { body: chunks('abcde') };
      },
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'RecordingStorageFull',
    });
    expect(rows.released).toBe(1);
  });
});

describe('a link that has expired', () => {
  const renewing = (times: { playbackQueries: number; renewals: (string | null)[] }, progress: boolean) =>
    environment({
      interactions: async () => {
        times.playbackQueries += 1;
        return [
          interaction('s1', { url: `https://media.example.com/s1?look=${times.playbackQueries}` }),
          interaction('s2', { url: `https://media.example.com/s2?look=${times.playbackQueries}` }),
        ];
      },
      download: async (url, _signal, options: DownloadOptions = {}) => {
        if (url.includes('/s2') || !progress) {
          const renewed = (await options.renew?.()) ?? null;
          times.renewals.push(renewed);
          if (renewed === null) throw new CxoneError('MediaLinkExpired', 'Expired.');
        }
        return { body: chunks('abc') };
      },
    });

  it('is replaced by looking the call up again, once something has come', async () => {
    const times = { playbackQueries: 0, renewals: [] };
    const { activities } = renewing(times, true);
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'stored', files: 2 });
    expect(times).toEqual({ playbackQueries: 2, renewals: ['https://media.example.com/s2?look=2'] });
  });

  it('costs no second playback query when no link has ever worked: that is for another attempt', async () => {
    const times = { playbackQueries: 0, renewals: [] };
    const { activities } = renewing(times, false);
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'MediaLinkExpired',
    });
    expect(times).toEqual({ playbackQueries: 1, renewals: [null] });
  });

  it('is not replaced without end', async () => {
    let playbackQueries = 0;
    const { activities } = environment({
      interactions: async () => {
        playbackQueries += 1;
        return [interaction('s1')];
      },
      download: async (_url, _signal, options) => ({
        // Every link brings three bytes and then expires.
        body: (async function* () {
          for (;;) {
            yield Buffer.from('abc');
            if (((await options?.renew?.()) ?? null) === null)
              throw new CxoneError('MediaLinkExpired', 'Expired.');
          }
        })(),
      }),
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'MediaLinkExpired',
    });
    expect(playbackQueries).toBe(6);
  });
});

describe('a file that was replaced while it was fetched', () => {
  it('is begun from its start within the attempt, and no playback query is spent on that', async () => {
    let [playbackQueries, starts] = [0, 0];
    const { activities, rows } = environment({
      interactions: async () => {
        playbackQueries += 1;
        return [interaction('s1')];
      },
      download: async () => ({
        body: (async function* () {
          yield Buffer.from('abc');
          if ((starts += 1) < 3) throw new CxoneError('MediaChanged', 'Replaced.');
        })(),
      }),
    });
    expect(await run(activities, 'downloadRecording', call)).toEqual({
      status: 'stored',
      files: 1,
      bytes: 3,
    });
    expect([playbackQueries, starts, rows.stored.length]).toEqual([1, 3, 1]);
  });

  it('that is replaced again and again is left to another attempt', async () => {
    const { activities } = environment({
      download: async () => Promise.reject(new CxoneError('MediaChanged', 'Replaced.')),
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({ code: 'MediaChanged' });
  });
});

describe('a recording that is not there', () => {
  it.each([
    [0, 5 * minuteMs],
    [1, 15 * minuteMs],
    [2, hourMs],
    [3, 4 * hourMs],
    [4, 12 * hourMs],
    [9, 12 * hourMs],
  ])('after %i playback queries is looked for again in %i ms', async (looks, wait) => {
    const { activities, rows } = environment({ interactions: async () => null, looks });
    expect(await run(activities, 'downloadRecording', call)).toEqual({
      status: 'pending',
      files: 0,
      bytes: 0,
    });
    expect(rows.postponed).toEqual([{ nextAttemptAt: new Date(now + wait), errorCode: 'NotFound' }]);
    expect(rows.absent).toEqual([]);
  });

  it('is looked for again after the pauses of the tenant', async () => {
    const at = async (looks: number) => {
      const { activities, rows } = environment({ interactions: async () => null, looks, lookAfter: [1, 30] });
      await run(activities, 'downloadRecording', call);
      return rows.postponed.map(({ nextAttemptAt }) => nextAttemptAt.getTime() - now);
    };
    expect(await Promise.all([0, 1, 2].map(at))).toEqual([[minuteMs], [30 * minuteMs], [30 * minuteMs]]);
  });

  it('is waited for as well when the answer has interactions without a file', async () => {
    const { activities, rows } = environment({
      interactions: async () => [interaction('s1', { url: null })],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'pending' });
    expect(rows.postponed).toHaveLength(1);
  });

  it('is absent once its call is older than the tenant’s patience, and pending up to then', async () => {
    const at = async (age: number) =>
      (await run(environment({ interactions: async () => null, age }).activities, 'downloadRecording', call))
        .status;
    expect(await at(48 * hourMs)).toBe('pending');
    expect(await at(48 * hourMs + 1)).toBe('absent');
  });
});

describe('a recording that cannot be had', () => {
  const failing = (error: Error) => environment({ interactions: async () => Promise.reject(error) });
  const attempt = (n: number) => ({ attempt: n });

  it('is tried five times, then its row says so and the window goes on', async () => {
    const { activities, rows } = failing(
      new CxoneError('MediaUnavailable', 'The media host does not answer.'),
    );
    for (const n of [1, 2, 3, 4]) {
      await expect(run(activities, 'downloadRecording', call, attempt(n))).rejects.toMatchObject({
        code: 'MediaUnavailable',
      });
    }
    expect(rows.failed).toEqual([]);
    expect(await run(activities, 'downloadRecording', call, attempt(5))).toEqual({
      status: 'failed',
      files: 0,
      bytes: 0,
    });
    expect(rows.failed).toEqual([{ code: 'MediaUnavailable', next: new Date(now + hourMs) }]);
  });

  it('is tried five times however often its playback queries had to wait for a quota', async () => {
    const { activities, rows } = environment({
      waited: 1_000,
      interactions: async () => Promise.reject(new CxoneError('MediaIncomplete', 'Cut off.')),
    });
    await expect(run(activities, 'downloadRecording', call, attempt(1_004))).rejects.toMatchObject({
      code: 'MediaIncomplete',
    });
    expect(rows.failed).toEqual([]);
    expect(await run(activities, 'downloadRecording', call, attempt(1_005))).toMatchObject({
      status: 'failed',
    });
  });

  it.each([
    ['MediaIncomplete', 0, hourMs],
    ['MediaIncomplete', 3, 8 * hourMs],
    ['MediaIncomplete', 8, 168 * hourMs],
    ['MediaIncomplete', 9, null],
    ['UnexpectedShape', 0, hourMs],
    ['UnexpectedShape', 3, 8 * hourMs],
    ['UnexpectedShape', 9, null],
  ] as const)('for %s, after %i failures, is asked about again in %p ms', async (code, failures, pause) => {
    const { activities, rows } = environment({
      failures,
      // Of a call that was not there yet for days.
      looks: 200,
      interactions: async () => Promise.reject(new CxoneError(code, 'No.')),
    });
    await run(activities, 'downloadRecording', call, attempt(5));
    expect(rows.failed).toEqual([{ code, next: pause === null ? undefined : new Date(now + pause) }]);
  });

  it.each<CxoneErrorCode>(['MediaTooLarge', 'BadRequest', 'UnexpectedShape', 'ResponseTooLarge'])(
    'fails for %s at the first attempt: asking again at once would bring the same',
    async (code) => {
      const { activities, rows } = failing(new CxoneError(code, 'No.'));
      expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'failed' });
      expect(rows.failed).toEqual([{ code, next: new Date(now + hourMs) }]);
    },
  );

  it('keeps the files of the call that were stored before', async () => {
    const { activities, rows } = environment({
      interactions: async () => [interaction('s1'), interaction('s2')],
      download: async (url) => {
        if (url.includes('/s2')) throw new CxoneError('MediaTooLarge', 'Too large.');
        return { body: chunks('abc') };
      },
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'failed' });
    expect(rows.stored.map(({ segmentId }) => segmentId)).toEqual(['s1']);
    expect(rows.settled).toBe(0);
  });

  it.each(['RecordingIncomplete', 'RecordingEmpty', 'RecordingTooLarge'] as const)(
    'ends in its row when the store refuses the file as %s',
    async (code) => {
      const { activities, rows } = environment({
        save: async () => Promise.reject(new RecordingFileError(code, 'No.', '')),
      });
      expect(await run(activities, 'downloadRecording', call, { attempt: 5 })).toMatchObject({
        status: 'failed',
      });
      expect(rows.failed).toMatchObject([{ code }]);
    },
  );
});

describe('an error that concerns all recordings', () => {
  const ofOneAnswer = ['UnexpectedShape', 'ResponseTooLarge'];
  const operatorCodes = Object.entries(cxoneErrors)
    .filter(([code, { kind }]) => kind === 'operator' && !ofOneAnswer.includes(code))
    .map(([code]) => code as CxoneErrorCode);

  it.each<CxoneErrorCode>([...operatorCodes, 'Throttled', 'QuotaExhausted', 'CxoneUnreachable'])(
    '%s passes, however often it was tried, and leaves the row alone',
    async (code) => {
      const { activities, rows } = environment({
        interactions: async () => Promise.reject(new CxoneError(code, 'No.')),
      });
      await expect(run(activities, 'downloadRecording', call, { attempt: 9 })).rejects.toMatchObject({
        code,
      });
      expect(rows.failed).toEqual([]);
    },
  );

  it('that the storage is not mounted is said before the call is claimed and a playback query is spent', async () => {
    let asked = 0;
    const { activities, rows } = environment({
      mounted: async () =>
        Promise.reject(new RecordingFileError('RecordingsNotMounted', 'It is not there.', 'Mount it.')),
      interactions: async () => {
        asked += 1;
        return [interaction('s1')];
      },
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'RecordingsNotMounted',
    });
    expect([asked, rows.claims, rows.failed]).toEqual([0, [], []]);
  });

  it.each(['RecordingStorageFull', 'RecordingStorageRefused', 'RecordingStorageUnavailable'] as const)(
    '%s passes',
    async (code) => {
      const { activities, rows } = environment({
        save: async () => Promise.reject(new RecordingFileError(code, 'No.', '')),
      });
      await expect(run(activities, 'downloadRecording', call, { attempt: 9 })).rejects.toMatchObject({
        code,
      });
      expect(rows.failed).toEqual([]);
    },
  );

  it('of unknown kind passes', async () => {
    const { activities } = environment({
      interactions: async () => Promise.reject(new TypeError('a mistake of ours')),
    });
    await expect(run(activities, 'downloadRecording', call, { attempt: 9 })).rejects.toThrow(TypeError);
  });
});

describe('dueRecordings', () => {
  it('asks for those due at this moment, after the one before', async () => {
    const { activities, due } = environment({});
    const input = { tenant: 'acme', windowId: '7', attempt: 2, after: '899', limit: 300 };
    expect(await run(activities, 'dueRecordings', input)).toEqual(['900', '901']);
    expect(due).toEqual([
      [
        { windowId: '7', attempt: 2 },
        { after: '899', limit: 300, now: new Date(now), calls: 'all' },
      ],
    ]);
  });
});
