import { createBackfillActivities, type RunState } from '../../../activities/backfill';
import type { TenantTuning } from '../../../activities/tenants';
import { createWindowActivities } from '../../../activities/windows';
import { acme, fakeStore, run } from './fakes';

const hour = 3_600_000;
const noInspection = { inspectRun: async (): Promise<RunState> => Promise.reject(new Error('not asked')) };

function environment(changes: Partial<TenantTuning> = {}) {
  const asked: unknown[] = [];
  const store = fakeStore({
    windows: {
      completeAmong: async (windows) => {
        asked.push(windows);
        return [1];
      },
    },
  });
  const cancelled: string[] = [];
  const cancelRun = async (id: string) => void cancelled.push(id);
  const activities = createBackfillActivities({
    store,
    tenants: acme({}, changes),
    ...noInspection,
    cancelRun,
  });
  return { activities, asked, cancelled };
}

describe('findComplete', () => {
  it('asks under the filter and for the recordings that the windows’ own runs would use', async () => {
    const limits = { media: { requests: 150, perSeconds: 300 } };
    const choice = { recordedCalls: 'logged', recordedMediaTypeIds: [4] } as const;
    const { activities, asked } = environment({ skillIds: [7, 3], recordings: false, limits, ...choice });
    const found = await run(activities, 'findComplete', { tenant: 'acme', edges: [0, hour, 2 * hour] });
    expect(found).toEqual({ complete: [1], mediaPerSecond: 0.5 });
    expect(asked).toEqual([
      {
        tenant: 'acme',
        filter: { skillIds: [3, 7], campaignIds: [], mediaTypeIds: [] },
        recordings: false,
        ...choice,
        edges: [new Date(0), new Date(hour), new Date(2 * hour)],
      },
    ]);
  });

  it('lets the input have its way', async () => {
    const { activities, asked } = environment({ skillIds: [7], recordings: true });
    const input = { tenant: 'acme', edges: [0, hour], skillIds: [2], recordings: false };
    const { mediaPerSecond } = await run(activities, 'findComplete', input);
    expect(asked).toMatchObject([{ filter: { skillIds: [2] }, recordings: false }]);
    expect(mediaPerSecond).toBeNull();
  });

  it('refuses a tenant that the workers do not know', async () => {
    const unknown = run(environment().activities, 'findComplete', { tenant: 'acmee', edges: [0, hour] });
    await expect(unknown).rejects.toMatchObject({ type: 'UnknownTenant' });
  });
});

describe('runs of a backfill', () => {
  it('are inspected in their order', async () => {
    const states: Readonly<Record<string, RunState>> = {
      a: { status: 'running', contacts: 0, recordings: 0 },
      b: { status: 'failed', contacts: 0, recordings: 0, code: 'Terminated' },
    };
    const activities = createBackfillActivities({
      store: fakeStore({}),
      tenants: acme(),
      inspectRun: async (id) => states[id] ?? { status: 'gone', contacts: 0, recordings: 0 },
      cancelRun: async () => undefined,
    });
    const found = await run(activities, 'inspectRuns', ['b', 'c', 'a']);
    expect(found.map(({ status }) => status)).toEqual(['failed', 'gone', 'running']);
  });

  it('are cancelled by id', async () => {
    const { activities, cancelled } = environment();
    await run(activities, 'cancelBackfill', 'backfill:acme:x');
    expect(cancelled).toEqual(['backfill:acme:x']);
  });
});

describe('closeSplitWindow', () => {
  it('has the sums of the halves written where the window was split', async () => {
    const asked: unknown[] = [];
    const row = {
      status: 'complete',
      expected: 8,
      fetched: 8,
      startedAt: new Date(0),
      closedAt: new Date(900),
    };
    const store = fakeStore({
      windows: {
        closeFromHalves: async (...args) => {
          asked.push(args);
          return row as never;
        },
      },
    });
    const input = { tenant: 'acme', windowId: '7', attempt: 2, middle: '2026-11-01T12:00:00.000Z' };
    const notAsked = { tenants: acme(), isRunning: async () => false, landingRetentionDays: 7, now: () => 0 };
    const report = await run(createWindowActivities({ store, ...notAsked }), 'closeSplitWindow', input);
    expect(asked).toEqual([['7', 2, new Date(input.middle)]]);
    expect(report).toMatchObject({ status: 'complete', expected: 8, fetched: 8, durationMs: 900 });
  });
});
