import { createRecordingActivities } from '../../../activities/recordings';
import {
  type CxoneClient,
  CxoneError,
  type CxoneErrorCode,
  cxoneErrors,
  type Interaction,
} from '../../../cxone';
import {
  RecordingFileError,
  type RecordingFiles,
  type RecordingRow,
  type RecordingTable,
  type SaveOptions,
  type StoredRecording,
} from '../../../store';
import { acme, activityEnvironment, fakeStore, run } from './fakes';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const minuteMs = 60_000;
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
    ...changes,
  };
}

interface World {
  readonly interactions?: CxoneClient['interactions'];
  readonly download?: CxoneClient['download'];
  readonly save?: RecordingFiles['save'];
  readonly known?: readonly RecordingRow[];
  readonly looks?: number;
  /** False for workers without a recordings folder. */
  readonly storage?: boolean;
  /** Attempts that only waited for a quota. */
  readonly waited?: number;
  /** Age of the call, in ms. */
  readonly age?: number;
}

async function* chunks(...parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

function stand(world: World) {
  const rows = {
    stored: [] as StoredRecording[],
    settled: 0,
    postponed: [] as { readonly nextAttemptAt: Date; readonly errorCode: string }[],
    absent: [] as string[],
    failed: [] as { readonly code: string; readonly next: Date | undefined }[],
  };
  const saved: { key: string; options: SaveOptions }[] = [];
  const downloads: string[] = [];
  const due: Parameters<RecordingTable['due']>[] = [];
  const files = {
    kind: 'memory',
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
    files:
      world.storage === false
        ? null
        : ({ ...files, ...(world.save ? { save: world.save } : {}) } as unknown as RecordingFiles),
    tenants: acme({
      interactions: world.interactions ?? (async () => [interaction('s1')]),
      download:
        world.download ??
        (async (url) => {
          downloads.push(url);
          return { body: chunks('abc', 'de'), contentLength: 5, contentType: 'video/mp4' };
        }),
    }),
    store: fakeStore({
      waits: { count: async () => world.waited ?? 0 },
      recordings: {
        due: async (...args) => {
          due.push(args);
          return ['900', '901'];
        },
        call: async () => ({ startedAt: new Date(now - (world.age ?? hourMs)), looks: world.looks ?? 0 }),
        known: async () => [...(world.known ?? [])],
        stored: async (_tenant, _id, file) => void rows.stored.push(file),
        settled: async () => void (rows.settled += 1),
        postpone: async (_tenant, _id, look) => void rows.postponed.push(look),
        absent: async (_tenant, _id, reason) => void rows.absent.push(reason),
        failed: async (_tenant, _id, _segment, code, next) => void rows.failed.push({ code, next }),
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
  it('say so at once when a run asks for recordings, and spend no look-up on it', async () => {
    let lookUps = 0;
    const { activities } = stand({
      storage: false,
      interactions: async () => {
        lookUps += 1;
        return [interaction('s1')];
      },
    });
    await expect(run(activities, 'downloadRecording', call)).rejects.toMatchObject({
      code: 'RecordingStorageRefused',
      retryable: false,
    });
    expect(lookUps).toBe(0);
  });
});

describe('a recording that is there', () => {
  it('is stored under its day and ids, with length and hash, and the look-up ends', async () => {
    const { activities, rows, saved } = stand({});
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
    const { activities, saved } = stand({ download: async () => ({ body: chunks('abc') }) });
    await run(activities, 'downloadRecording', call);
    expect(saved[0]?.options).not.toHaveProperty('expectedBytes');
  });

  it('is stored once for each interaction of the call', async () => {
    const { activities, rows } = stand({
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
    const { activities, downloads } = stand({
      interactions: async () => [interaction('s1'), interaction('s2'), interaction('s3')],
      known: [knownFile('s1', 'stored'), knownFile('s2', 'failed')],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ files: 2 });
    expect(downloads.map((url) => new URL(url).pathname)).toEqual(['/s2', '/s3']);
  });

  it('counts only interactions with a file', async () => {
    const { activities } = stand({
      interactions: async () => [interaction('s1', { url: null }), interaction('s2')],
    });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'stored', files: 1 });
  });

  it('says by heartbeat how far it is, and neither there nor in its result where it comes from', async () => {
    const { activities } = stand({});
    const environment = activityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    const result = await environment.run(async () => activities.downloadRecording(call));
    expect(beats).toEqual([
      { masterContactId: '900', bytes: 3 },
      { masterContactId: '900', bytes: 5 },
    ]);
    expect(JSON.stringify([beats, result])).not.toContain('canary');
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
  ])('after %i look-ups is looked for again in %i ms', async (looks, wait) => {
    const { activities, rows } = stand({ interactions: async () => null, looks });
    expect(await run(activities, 'downloadRecording', call)).toEqual({
      status: 'pending',
      files: 0,
      bytes: 0,
    });
    expect(rows.postponed).toEqual([{ nextAttemptAt: new Date(now + wait), errorCode: 'NotFound' }]);
    expect(rows.absent).toEqual([]);
  });

  it('is waited for as well when the answer has interactions without a file', async () => {
    const { activities, rows } = stand({ interactions: async () => [interaction('s1', { url: null })] });
    expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'pending' });
    expect(rows.postponed).toHaveLength(1);
  });

  it('is absent once its call is older than the tenant’s patience, and pending up to then', async () => {
    const at = async (age: number) =>
      (await run(stand({ interactions: async () => null, age }).activities, 'downloadRecording', call))
        .status;
    expect(await at(48 * hourMs)).toBe('pending');
    expect(await at(48 * hourMs + 1)).toBe('absent');
  });
});

describe('a recording that cannot be had', () => {
  const failing = (error: Error) => stand({ interactions: async () => Promise.reject(error) });
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

  it('is tried five times however often its look-ups had to wait for a quota', async () => {
    const { activities, rows } = stand({
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

  it.each<CxoneErrorCode>(['MediaTooLarge', 'BadRequest', 'UnexpectedShape'])(
    'is not tried again for %s: that does not pass by itself',
    async (code) => {
      const { activities, rows } = failing(new CxoneError(code, 'No.'));
      expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'failed' });
      expect(rows.failed).toMatchObject([{ code }]);
    },
  );

  it('keeps the files of the call that were stored before', async () => {
    const { activities, rows } = stand({
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
      const { activities, rows } = stand({
        save: async () => Promise.reject(new RecordingFileError(code, 'No.', '', false)),
      });
      expect(await run(activities, 'downloadRecording', call)).toMatchObject({ status: 'failed' });
      expect(rows.failed).toMatchObject([{ code }]);
    },
  );
});

describe('an error that concerns all recordings', () => {
  const operatorCodes = Object.entries(cxoneErrors)
    .filter(([code, { kind }]) => kind === 'operator' && code !== 'UnexpectedShape')
    .map(([code]) => code as CxoneErrorCode);

  it.each<CxoneErrorCode>([...operatorCodes, 'Throttled', 'QuotaExhausted', 'CxoneUnreachable'])(
    '%s passes, however often it was tried, and leaves the row alone',
    async (code) => {
      const { activities, rows } = stand({
        interactions: async () => Promise.reject(new CxoneError(code, 'No.')),
      });
      await expect(run(activities, 'downloadRecording', call, { attempt: 9 })).rejects.toMatchObject({
        code,
      });
      expect(rows.failed).toEqual([]);
    },
  );

  it.each(['RecordingStorageFull', 'RecordingStorageRefused', 'RecordingStorageUnavailable'] as const)(
    '%s passes',
    async (code) => {
      const { activities, rows } = stand({
        save: async () => Promise.reject(new RecordingFileError(code, 'No.', '', false)),
      });
      await expect(run(activities, 'downloadRecording', call, { attempt: 9 })).rejects.toMatchObject({
        code,
      });
      expect(rows.failed).toEqual([]);
    },
  );

  it('of unknown kind passes', async () => {
    const { activities } = stand({
      interactions: async () => Promise.reject(new TypeError('a mistake of ours')),
    });
    await expect(run(activities, 'downloadRecording', call, { attempt: 9 })).rejects.toThrow(TypeError);
  });
});

describe('dueRecordings', () => {
  it('asks for those due at this moment, after the one before', async () => {
    const { activities, due } = stand({});
    const input = { tenant: 'acme', windowId: '7', attempt: 2, after: '899', limit: 300 };
    expect(await run(activities, 'dueRecordings', input)).toEqual(['900', '901']);
    expect(due).toEqual([['7', 2, '899', 300, new Date(now)]]);
  });
});
