import { createBulkActivities } from '../../../activities/bulk';
import { createLiveActivities } from '../../../activities/live';
import { createRecordingActivities } from '../../../activities/recordings';
import type { TenantTuning } from '../../../activities/tenants';
import { type BulkDownload, CxoneError, type CxoneErrorCode } from '../../../cxone';
import { acme, fakeStore, run } from './fakes';

const request = { tenant: 'acme', masterContactIds: ['900', '901'] };
const poll = { ...request, requestId: 'r-1' };
const refuse = async (code: CxoneErrorCode): Promise<never> => Promise.reject(new CxoneError(code, 'No.'));

/** Activities over a Media Download that answers so. */
function bulk(answer: () => Promise<string & BulkDownload>, waited = 0) {
  return createBulkActivities({
    store: fakeStore({ waits: { count: async () => waited } }),
    tenants: acme({ requestBulkDownload: answer, bulkDownload: answer }),
  });
}

describe('a bulk request', () => {
  const calls = new Map([['900', [{ segmentId: 's1', url: 'https://media.example.com/s1?canary' }]]]);

  it('gives its id, then which calls it brings, and no link', async () => {
    const activities = createBulkActivities({
      store: fakeStore({}),
      tenants: acme({
        requestBulkDownload: async () => 'r-1',
        bulkDownload: async () => ({ status: 'completed', calls }),
      }),
    });
    expect(await run(activities, 'requestBulk', request)).toEqual({ requestId: 'r-1' });
    expect(await run(activities, 'pollBulk', poll)).toEqual({ status: 'completed', brought: ['900'] });
  });

  it.each(['BulkForbidden', 'Unauthorized', 'BadRequest', 'NotFound', 'UnexpectedShape'] as const)(
    'that ends in %s is given up for look-ups, with its code',
    async (code) => {
      const activities = bulk(async () => refuse(code));
      expect(await run(activities, 'requestBulk', request)).toEqual({ requestId: null, refused: code });
      expect(await run(activities, 'pollBulk', poll)).toEqual({ status: 'failed', brought: [] });
    },
  );

  it('that CXone cannot take just now is tried again, five times', async () => {
    const activities = bulk(async () => refuse('CxoneUnavailable'));
    for (const attempt of [1, 4]) {
      await expect(run(activities, 'requestBulk', request, { attempt })).rejects.toMatchObject({
        code: 'CxoneUnavailable',
      });
    }
    expect(await run(activities, 'requestBulk', request, { attempt: 5 })).toEqual({
      requestId: null,
      refused: 'CxoneUnavailable',
    });
    expect(await run(activities, 'pollBulk', poll, { attempt: 5 })).toMatchObject({ status: 'failed' });
    // What only waited for the quota was no try.
    const patient = bulk(async () => refuse('CxoneUnavailable'), 90);
    await expect(run(patient, 'requestBulk', request, { attempt: 91 })).rejects.toThrow(CxoneError);
  });

  it.each(['QuotaExhausted', 'Throttled', 'InvalidClient', 'InvalidAccessKey', 'HostRefused'] as const)(
    'never answers %s by look-ups, which would end the same way or break a quota',
    async (code) => {
      const activities = bulk(async () => refuse(code));
      await expect(run(activities, 'requestBulk', request, { attempt: 99 })).rejects.toMatchObject({ code });
      await expect(run(activities, 'pollBulk', poll, { attempt: 99 })).rejects.toMatchObject({ code });
    },
  );

  it('that fails for a reason of ours passes that on', async () => {
    const activities = bulk(async () => Promise.reject(new TypeError('a mistake of ours')));
    await expect(run(activities, 'requestBulk', request)).rejects.toThrow(TypeError);
  });
});

describe('a call whose bulk link is of no use', () => {
  const call = { tenant: 'acme', masterContactId: '900', bulk: { requestId: 'r-1', alone: false } };

  /** Fetches it with a bulk answer that fails so, and counts the look-ups. */
  async function fetchWith(code: CxoneErrorCode, attempt = 1) {
    let lookUps = 0;
    const activities = createRecordingActivities({
      now: () => Date.parse('2026-11-20T12:00:00Z'),
      maxRecordingBytes: 5_000,
      guardSpace: async () => {},
      files: {} as never,
      tenants: acme({
        bulkDownload: async () => refuse(code),
        interactions: async () => {
          lookUps += 1;
          return null;
        },
      }),
      store: fakeStore({
        waits: { count: async () => 0 },
        recordings: {
          call: async () => ({ startedAt: new Date('2026-11-20T11:00:00Z'), looks: 0 }),
          claim: async () => true,
          release: async () => undefined,
          postpone: async () => undefined,
          failed: async () => undefined,
        },
      }),
    });
    const outcome = await run(activities, 'downloadRecording', call, { attempt }).then(
      ({ status }) => status,
      (error: unknown) => (error as CxoneError).code,
    );
    return { outcome, lookUps };
  }

  it.each([
    'NotFound',
    'BulkForbidden',
    'UnexpectedShape',
    'MediaLinkExpired',
    'MediaHostRefused',
    'MediaChanged',
    'MediaTooLarge',
    'MediaUnavailable',
  ] as const)('is looked up after %s', async (code) => {
    expect(await fetchWith(code)).toEqual({ outcome: 'pending', lookUps: 1 });
  });

  it.each(['CxoneUnavailable', 'MediaIncomplete', 'Throttled', 'InvalidClient'] as const)(
    'costs no look-up after %s, which passes or concerns look-ups as well',
    async (code) => {
      expect(await fetchWith(code)).toEqual({ outcome: code, lookUps: 0 });
    },
  );
});

describe('calls that are due', () => {
  /** What a window's run and a sweep of a tenant ask the store for, and what the sweep is told. */
  async function ask(changes: Partial<TenantTuning>, after: string | null = null) {
    const asked: string[] = [];
    const store = fakeStore({
      recordings: {
        due: async (...[, , , , , onlyListed]) => {
          asked.push(`window ${onlyListed}`);
          return ['900'];
        },
        dueOfTenant: async (...[, , , , onlyListed]) => {
          asked.push(`sweep ${onlyListed}`);
          return ['900'];
        },
        settleListed: async () => {
          asked.push('settle');
          return { absent: 3, listed: 1 };
        },
      },
    });
    const dependencies = { store, tenants: acme({}, changes), now: Date.now };
    const inspectBackfill = async () => ({ status: 'gone' as const, contacts: 0, recordings: 0 });
    const recordings = createRecordingActivities({
      ...dependencies,
      files: null,
      maxRecordingBytes: 1,
      guardSpace: async () => {},
    });
    await run(recordings, 'dueRecordings', { tenant: 'acme', windowId: '1', attempt: 1, after, limit: 9 });
    const sweep = await run(createLiveActivities({ ...dependencies, inspectBackfill }), 'recordingsToSweep', {
      tenant: 'acme',
      after,
      limit: 9,
    });
    return { asked, sweep };
  }

  it('are a bare list where each is looked up, as runs of earlier releases expect it', async () => {
    expect(await ask({})).toEqual({ asked: ['window false', 'sweep false'], sweep: ['900'] });
  });

  it('are those that are listed, once the listing has settled the others, at the beginning of a list', async () => {
    const { asked, sweep } = await ask({ recordingSource: 'listed' });
    expect(asked).toEqual(['settle', 'window true', 'settle', 'sweep true']);
    expect(sweep).toEqual(['900']);
    expect((await ask({ recordingSource: 'listed' }, '899')).asked).toEqual(['window true', 'sweep true']);
  });

  it('come with the plan where they are asked for in bulk', async () => {
    const bulkOf = { recordingSource: 'bulk', bulkCallsPerRequest: 50, bulkWaitMinutes: 10 } as const;
    expect(await ask(bulkOf)).toEqual({
      asked: ['window false', 'sweep false'],
      sweep: { masterContactIds: ['900'], bulk: { callsPerRequest: 50, waitMinutes: 10 } },
    });
  });
});
