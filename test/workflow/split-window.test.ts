import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import type { WindowReport } from '../../activities/types';
import {
  openWindow,
  pageOf,
  quietActivities,
  report,
  openWorkflowEnvironment,
  type WorkflowEnvironment,
} from './with-activities';

const minuteMs = 60_000;
const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-01T01:00:00Z' };

let environment: WorkflowEnvironment;
let runs = 0;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment.close());

interface Seen {
  readonly opened: string[];
  readonly closed: string[];
  readonly asked: string[];
  readonly splits: unknown[];
}

/** A source with one contact a minute, read by windows that may hold 20. */
function minutely(seen: Seen, more: Partial<Activities> = {}): Activities {
  const minutes = (from: string, to: string): number =>
    Math.round((Date.parse(to) - Date.parse(from)) / minuteMs);
  const clock = (instant: string): string => new Date(instant).toISOString().slice(11, 16);
  return {
    ...quietActivities(),
    openWindow: async ({ from, to }) => {
      const windowId = `${clock(from)}-${clock(to)}`;
      seen.opened.push(windowId);
      return { ...openWindow, from, to, windowId, pageSize: 5, maxContacts: 20, recordings: false };
    },
    fetchContactPage: async ({ from, to, skip, top, windowId }) => {
      seen.asked.push(`${windowId} ${skip}`);
      return pageOf(minutes(from, to), skip, top);
    },
    countContacts: async ({ from, to }) => ({ totals: [minutes(from, to)], lastPollTime: null }),
    tallyRound: async ({ windowId }) => {
      const [from = '', to = ''] = windowId.split('-').map((time) => `2026-11-01T${time}:00Z`);
      return { fetched: minutes(from, to) };
    },
    closeWindow: async ({ windowId, status }) => {
      seen.closed.push(`${windowId} ${status}`);
      return { ...report, status };
    },
    closeSplitWindow: async ({ windowId, middle }) => {
      seen.splits.push(`${windowId} at ${clock(middle)}`);
      return { ...report, fetched: 60 };
    },
    ...more,
  };
}

async function run(activities: Activities, args: object = input) {
  runs += 1;
  return environment.serve(activities, async () => {
    const handle = await environment.client.workflow.start('syncWindow', {
      taskQueue: 'cxone-sync',
      workflowId: `whole-${runs}`,
      args: [args],
    });
    try {
      return { report: (await handle.result()) as WindowReport, failure: undefined };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure))
        throw error;
      return { report: undefined, failure: error.cause };
    }
  });
}

const nothing = (): Seen => ({ opened: [], closed: [], asked: [], splits: [] });

describe('a window with more contacts than one run should read', () => {
  it('is read in halves, and these again, and closes with their sums', async () => {
    const seen = nothing();
    const { report: whole } = await run(minutely(seen));
    expect(whole).toMatchObject({ status: 'complete', fetched: 60 });
    const quarters = ['00:00-00:15', '00:15-00:30', '00:30-00:45', '00:45-01:00'];
    expect(seen.opened).toEqual([
      '00:00-01:00',
      '00:00-00:30',
      ...quarters.slice(0, 2),
      '00:30-01:00',
      ...quarters.slice(2),
    ]);
    expect(seen.closed).toEqual(quarters.map((window) => `${window} complete`));
    expect(seen.splits).toEqual(['00:00-00:30 at 00:15', '00:30-01:00 at 00:45', '00:00-01:00 at 00:30']);
    const half = environment.client.workflow.getHandle(
      'sync-window:acme:2026-11-01T00:00:00Z/2026-11-01T00:15:00Z',
    );
    expect((await half.describe()).status.name).toBe('COMPLETED');
  });

  it('is known from its first page: no more than that is asked of the whole', async () => {
    const seen = nothing();
    await run(minutely(seen));
    expect(seen.asked.filter((asked) => asked.startsWith('00:00-01:00'))).toEqual(['00:00-01:00 0']);
  });

  it('is not split when its halves would be shorter than two minutes', async () => {
    const seen = nothing();
    const crowded = async ({ skip, top }: { skip: number; top: number }) => pageOf(25, skip, top);
    const { report: whole } = await run(
      minutely(seen, {
        fetchContactPage: crowded,
        countContacts: async () => ({ totals: [25], lastPollTime: null }),
        tallyRound: async () => ({ fetched: 25 }),
      }),
      { ...input, to: '2026-11-01T00:03:00Z' },
    );
    expect(whole?.status).toBe('complete');
    expect(seen.opened).toEqual(['00:00-00:03']);
    expect(seen.splits).toEqual([]);
  });

  it('fails with the cause of a half, after the other half was read', async () => {
    const seen = nothing();
    const { failure } = await run(
      minutely(seen, {
        fetchContactPage: async ({ from, to, skip, top }) => {
          if (from === '2026-11-01T00:00:00.000Z' && to === '2026-11-01T00:15:00.000Z') {
            throw ApplicationFailure.create({ type: 'PermissionDenied', message: 'no', nonRetryable: true });
          }
          return pageOf((Date.parse(to) - Date.parse(from)) / minuteMs, skip, top);
        },
      }),
    );
    expect(failure?.type).toBe('PermissionDenied');
    expect(seen.closed).toContain('00:45-01:00 complete');
    expect(seen.closed).toContain('00:00-01:00 failed');
    expect(seen.splits).toEqual(['00:30-01:00 at 00:45']);
  });
});
