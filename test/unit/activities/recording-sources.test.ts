import { createLiveActivities } from '../../../activities/live';
import { createRecordingActivities } from '../../../activities/recordings';
import type { TenantTuning } from '../../../activities/tenants';
import { acme, fakeStore, run } from './fakes';

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
});
