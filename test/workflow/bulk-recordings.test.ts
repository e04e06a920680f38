import type { Activities } from '../../activities';
import type { DownloadInput, PollBulkInput, RequestBulkInput, WindowReport } from '../../activities/types';
import { due } from '../replay/scenario';
import { openWindow, quietActivities, type WorkflowStand, workflowStand } from './with-activities';

let stand: WorkflowStand;
beforeAll(async () => {
  stand = await workflowStand();
});
afterAll(() => stand?.close());

const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
const plan = { callsPerRequest: 2, waitMinutes: 30 };
let runs = 0;

/** What a run asked for, in bulk and call by call. */
interface Asked {
  readonly requests: string[][];
  readonly polls: string[];
  readonly downloads: Map<string, DownloadInput['bulk']>;
}

/** Runs a workflow whose recordings are asked for in bulk, and tells what it asked for. */
async function run(
  activities: Partial<Activities>,
  { workflow = 'syncWindow', args = [input] }: { workflow?: string; args?: unknown[] } = {},
): Promise<Asked & { readonly result: unknown }> {
  const asked: Asked = { requests: [], polls: [], downloads: new Map() };
  const {
    requestBulk = async () => ({ requestId: `r${asked.requests.length}` }),
    pollBulk = async ({ masterContactIds }: PollBulkInput) => ({
      status: 'completed' as const,
      brought: masterContactIds,
    }),
    ...others
  } = activities;
  const result = await stand.serve(
    {
      ...quietActivities(),
      openWindow: async () => ({ ...openWindow, bulk: plan }),
      dueRecordings: due(5),
      downloadRecording: async ({ masterContactId, bulk }) => {
        asked.downloads.set(masterContactId, bulk);
        return { status: 'stored', files: 1, bytes: 1 };
      },
      requestBulk: async (given: RequestBulkInput) => {
        asked.requests.push([...given.masterContactIds]);
        return requestBulk(given);
      },
      pollBulk: async (given: PollBulkInput) => {
        asked.polls.push(given.requestId);
        return pollBulk(given);
      },
      ...others,
    },
    async () => {
      runs += 1;
      const handle = await stand.client.workflow.start(workflow, {
        taskQueue: 'cxone-sync',
        workflowId: `bulk-${runs}`,
        args,
      });
      return handle.result() as Promise<unknown>;
    },
  );
  return { ...asked, result };
}

const ids = ['100000', '100001', '100002', '100003', '100004'];

describe('recordings that are asked for in bulk', () => {
  it('are asked for in groups, waited for, and fetched each with the request that has brought it', async () => {
    let polls = 0;
    const { requests, downloads, result } = await run({
      pollBulk: async ({ masterContactIds }) => {
        polls += 1;
        // Not done at first; and one call is not brought.
        if (polls === 1) return { status: 'running', brought: [] };
        return { status: 'completed', brought: masterContactIds.filter((id) => id !== ids[1]) };
      },
    });
    // The trial comes first, the others at once.
    expect(requests[0]).toEqual(ids.slice(0, 2));
    expect(new Set(requests)).toEqual(new Set([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]));
    expect(polls).toBe(4);
    expect([...downloads.keys()].toSorted()).toEqual(ids);
    expect(downloads.get('100000')).toEqual({ requestId: 'r1', alone: false });
    expect(downloads.get('100001')).toBeUndefined();
    expect(downloads.get('100002')?.alone).toBe(false);
    expect(downloads.get('100004')?.alone).toBe(true);
    expect((result as WindowReport).status).toBe('complete');
  });

  it.each<[string, Partial<Activities>, number]>([
    ['are refused', { requestBulk: async () => ({ requestId: null, refused: 'BulkForbidden' }) }, 0],
    ['fail', { pollBulk: async () => ({ status: 'failed', brought: [] }) }, 1],
    ['bring nothing', { pollBulk: async () => ({ status: 'completed', brought: [] }) }, 1],
  ])('and %s are looked up one by one, without another request', async (_what, activities, polls) => {
    const asked = await run(activities);
    expect(asked.requests).toEqual([ids.slice(0, 2)]);
    expect(asked.polls).toHaveLength(polls);
    expect(asked.downloads).toEqual(new Map(ids.map((id) => [id, undefined])));
  });

  it('and are not there in time are looked up', async () => {
    const { polls, downloads } = await run({
      openWindow: async () => ({ ...openWindow, bulk: { ...plan, waitMinutes: 0 } }),
      pollBulk: async () => ({ status: 'running', brought: [] }),
    });
    expect(polls).toHaveLength(1);
    expect([...downloads.values()]).toEqual(ids.map(() => undefined));
  });

  it('are so in the children of a large window, and in a sweep', async () => {
    const wide = { callsPerRequest: 100, waitMinutes: 30 };
    const window = await run({
      openWindow: async () => ({ ...openWindow, bulk: wide }),
      dueRecordings: due(310),
    });
    expect(window.requests.map((calls) => calls.length)).toEqual([100, 100, 100, 10]);
    expect([...window.downloads.values()].every((bulk) => bulk !== undefined)).toBe(true);
    let left = [ids];
    const sweep = await run(
      {
        recordingsToSweep: async () => {
          const [masterContactIds = [], ...rest] = left;
          left = rest;
          return { masterContactIds, bulk: wide };
        },
      },
      { workflow: 'sweepRecordings', args: [{ tenant: 'acme' }] },
    );
    expect(sweep.requests).toEqual([ids]);
    expect(sweep.result).toMatchObject({ stored: 5 });
  });

  it('are not, and no request is made, where nothing is due or the tenant has look-ups', async () => {
    const nothing = await run({ dueRecordings: due(0) });
    const lookUps = await run({ openWindow: async () => openWindow });
    expect([nothing.requests, lookUps.requests]).toEqual([[], []]);
    expect([...lookUps.downloads.values()]).toEqual(ids.map(() => undefined));
  });
});
