import { createLiveActivities } from '../../../activities/live/live';
import { createRecordingActivities } from '../../../activities/recordings/recordings';
import type { TenantTuning } from '../../../activities/tenants';
import { acme, fakeStore, run } from './fakes';

describe('calls that are due', () => {
  /** What a window's run and a sweep of a tenant ask the store for, and what the sweep gets. */
  async function ask(
    changes: Partial<TenantTuning>,
    {
      after = null,
      due = ['900'],
      isTime = false,
      withUnlikely = true,
    }: { after?: string | null; due?: string[]; isTime?: boolean; withUnlikely?: boolean } = {},
  ) {
    const asked: string[] = [];
    const store = fakeStore({
      recordings: {
        due: async (_window, { calls }) => {
          asked.push(`window ${calls}`);
          return ['900'];
        },
        dueOfTenant: async (...[, , , calls]) => {
          asked.push(`sweep ${calls}`);
          return due;
        },
        unlikelyOfTenant: async (...[, limit]) => {
          asked.push(`at most ${limit} unlikely`);
          return ['100'];
        },
        resolveListed: async () => {
          asked.push('settle');
          return { absent: 3, listed: 1 };
        },
        catchUp: async (...[, { recordedCalls, unfiltered }]) => {
          asked.push(`catch up with ${recordedCalls}${unfiltered ? '' : ', filtered'}`);
          return { older: 0, listed: 0, notLogged: 0 };
        },
        isTimeToSettle: async (...[, seconds]) => seconds === 0 || isTime,
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
      withUnlikely,
    });
    return { asked, sweep };
  }

  it('are a bare list, as runs of earlier releases expect it', async () => {
    expect(await ask({})).toEqual({
      asked: ['window all', 'catch up with all', 'sweep all'],
      sweep: ['900'],
    });
  });

  it('are a few that probably have nothing once nothing else is due, and are marked as such', async () => {
    expect(await ask({}, { due: [] })).toEqual({
      asked: ['window all', 'catch up with all', 'sweep all', 'at most 20 unlikely'],
      sweep: { unlikely: ['100'] },
    });
  });

  it('are none of these for runs of earlier releases, which could not distinguish them', async () => {
    expect((await ask({}, { due: [], withUnlikely: false })).sweep).toEqual([]);
  });

  it('are never those that probably have nothing where only logged ones are asked about', async () => {
    const { asked, sweep } = await ask({ recordedCalls: 'logged', skillIds: [7] }, { due: [] });
    expect(asked).toEqual(['window logged', 'catch up with logged, filtered', 'sweep logged']);
    expect(sweep).toEqual([]);
  });

  it('are those that are listed, once the listing has settled the others: at the beginning, then now and then', async () => {
    const listed = { recordedCalls: 'listed' } as const;
    const { asked, sweep } = await ask(listed);
    expect(asked).toEqual(['settle', 'window listed', 'catch up with listed', 'settle', 'sweep listed']);
    expect(sweep).toEqual(['900']);
    const later = ['window listed', 'catch up with listed', 'sweep listed'];
    expect((await ask(listed, { after: '899' })).asked).toEqual(later);
    expect((await ask(listed, { after: '899', isTime: true })).asked).toEqual(
      later.toSpliced(2, 0, 'settle'),
    );
  });
});
