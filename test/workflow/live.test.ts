import { ApplicationFailure } from '@temporalio/common';
import { eventually } from '../e2e/test-environment';
import { taskQueues } from '../../workflows/task-queues';
import {
  quietActivities,
  report,
  type WorkflowEnvironment,
  openWorkflowEnvironment,
} from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment?.close());

const input = { tenant: 'acme' };
let runs = 0;
const start = (workflowId: string) =>
  environment.client.workflow.start('incrementalSync', {
    taskQueue: taskQueues.workflows,
    workflowId,
    args: [input],
  });

const windowEnd = () =>
  environment.client.workflow
    .getHandle('sync-window:acme:2026-11-20T00:00:00Z/2026-11-20T00:10:00Z:update')
    .result();

describe('the live sync', () => {
  it('reads its window as a child of its own, by update, with recordings left to a sweep', async () => {
    const opened: unknown[] = [];
    const quiet = quietActivities(0);
    await environment.serve(
      {
        ...quiet,
        openWindow: async (span) => {
          opened.push([span.from, span.to, span.by, span.recordings]);
          return { ...(await quiet.openWindow(span)), ...span, recordings: true, downloads: false };
        },
        closeWindow: async ({ status }) => ({ ...report, status, fetched: 0 }),
      },
      async () => {
        const handle = await start(`incremental:acme-${(runs += 1)}`);
        expect(await handle.result()).toMatchObject({ status: 'complete' });
        expect(await windowEnd()).toMatchObject({ status: 'complete' });
        const sweep = environment.client.workflow.getHandle('sweep-recordings:acme');
        expect(await sweep.result()).toEqual({ stored: 0, pending: 0, failed: 0, bytes: 0 });
      },
    );
    expect(opened).toEqual([['2026-11-20T00:00:00.000Z', '2026-11-20T00:10:00.000Z', 'update', 'later']]);
  });

  it('ends its window at the earliest clock that pages show, and says so to watermark and ledger', async () => {
    const seen: unknown[] = [];
    const quiet = quietActivities(5);
    const clock = '2026-11-20T00:09:15.000Z';
    await environment.serve(
      {
        ...quiet,
        openWindow: async (span) => {
          expect(span.live).toBe(true);
          const open = { ...(await quiet.openWindow(span)), ...span, recordings: true, downloads: false };
          return { ...open, readsOn: true, endsAtClock: true };
        },
        fetchContactPage: async (slice) => ({
          ...(await quiet.fetchContactPage(slice)),
          ...{ totalRecords: 5, lastUpdate: '2026-11-20T00:05:00.000Z', lastPollTime: clock },
        }),
        countContacts: async ({ to }) => {
          seen.push(['count', to]);
          return { totals: [5], since: 5, lastPollTime: clock };
        },
        tallyRound: async (round) => {
          seen.push(['tally', round.readTo]);
          return quiet.tallyRound(round);
        },
        moveWatermark: async ({ to, endsEarlier }) => {
          seen.push(['watermark', to, endsEarlier]);
          return true;
        },
        closeWindow: async ({ status, readTo }) => {
          seen.push(['close', readTo]);
          return { ...report, status };
        },
      },
      async () => {
        const handle = await start(`incremental:acme-${(runs += 1)}`);
        expect(await handle.result()).toMatchObject({ status: 'complete', to: clock });
        await windowEnd();
      },
    );
    expect(seen).toEqual([
      ['count', clock],
      ['tally', clock],
      ['watermark', clock, true],
      ['close', clock],
    ]);
  });

  it('moves the watermark after the contacts are counted, before their recordings', async () => {
    const calls: string[] = [];
    const quiet = quietActivities(5);
    const note = <T>(name: string, value: T): T => {
      calls.push(name);
      return value;
    };
    await environment.serve(
      {
        ...quiet,
        openWindow: async (span) => ({
          ...(await quiet.openWindow(span)),
          ...span,
          recordings: true,
          downloads: false,
        }),
        fetchContactPage: async (slice) => ({
          ...(await quiet.fetchContactPage(slice)),
          totalRecords: 5,
          lastUpdate: '2026-11-20T00:05:00.000Z',
        }),
        persistContacts: async () => note('persist', { inserted: 5, updated: 0, unchanged: 0, rejected: 0 }),
        countContacts: async () => note('count', { totals: [5], lastPollTime: null }),
        moveWatermark: async () => note('watermark', true),
        closeWindow: async ({ status }) => note('close', { ...report, status }),
      },
      async () => {
        await (await start(`incremental:acme-${(runs += 1)}`)).result();
        await windowEnd();
      },
    );
    expect(calls).toEqual(['persist', 'count', 'watermark', 'close']);
  });

  it('hands what CXone no longer lists to a backfill, then goes on from there', async () => {
    const skipped: unknown[] = [];
    const quiet = quietActivities(0);
    const gap = { from: '2026-09-01T00:00:00.000Z', to: '2026-11-20T00:10:00.000Z' };
    await environment.serve(
      {
        ...quiet,
        planIncrement: async () => ({ ...(await quiet.planIncrement(input)), gap, recordings: false }),
        skipGap: async (skip) => void skipped.push(skip),
        openWindow: async (span) => ({
          ...(await quiet.openWindow(span)),
          ...span,
          recordings: false,
          downloads: false,
        }),
      },
      async () => {
        await (await start(`incremental:acme-${(runs += 1)}`)).result();
        const backfill = environment.client.workflow.getHandle(
          'backfill:acme:2026-09-01T00:00:00Z/2026-11-20T00:10:00Z',
        );
        expect((await backfill.describe()).type).toBe('backfill');
        await backfill.terminate('the test has seen it');
      },
    );
    expect(skipped).toEqual([{ tenant: 'acme', to: '2026-11-20T00:00:00.000Z' }]);
  });

  it('begins again what is missing of an earlier gap, and moves no watermark for it', async () => {
    const quiet = quietActivities(0);
    const again = { from: '2026-08-01T00:00:00.000Z', to: '2026-08-03T00:00:00.000Z' };
    await environment.serve(
      {
        ...quiet,
        planIncrement: async () => ({ ...(await quiet.planIncrement(input)), again, recordings: false }),
        skipGap: async () => {
          throw new Error('the watermark has been moved over it long since');
        },
        openWindow: async (span) => ({
          ...(await quiet.openWindow(span)),
          ...span,
          recordings: false,
          downloads: false,
        }),
      },
      async () => {
        const handle = await start(`incremental:acme-${(runs += 1)}`);
        expect(await handle.result()).toMatchObject({ status: 'complete' });
        const id = 'backfill:acme:2026-08-01T00:00:00Z/2026-08-03T00:00:00Z';
        expect(await environment.client.workflow.getHandle(id).result()).toMatchObject({
          status: 'complete',
        });
      },
    );
  });

  it('does not call complete a tick whose window an operator gave up', async () => {
    const quiet = quietActivities(0);
    await environment.serve(
      {
        ...quiet,
        openWindow: async (span) => ({
          ...(await quiet.openWindow(span)),
          ...span,
          recordings: true,
          downloads: false,
          parkedTimeoutHours: 168,
        }),
        fetchContactPage: async () => {
          throw ApplicationFailure.create({ type: 'ContactsForbidden', message: 'No.', nonRetryable: true });
        },
        moveWatermark: async () => {
          throw new Error('the watermark is not moved over what was not read');
        },
      },
      async () => {
        const handle = await start(`incremental:acme-${(runs += 1)}`);
        const child = environment.client.workflow.getHandle(
          'sync-window:acme:2026-11-20T00:00:00Z/2026-11-20T00:10:00Z:update',
        );
        await eventually('the window is parked', async () => {
          await child.executeUpdate('skip');
        });
        expect(await handle.result()).toMatchObject({ status: 'skipped' });
      },
    );
  });

  it.each([true, false])('that finds nothing new opens no window; a sweep is due: %s', async (sweep) => {
    const asked: string[] = [];
    const activities = Object.fromEntries(
      Object.entries(quietActivities(0)).map(([name, activity]) => [
        name,
        async (given: never) => {
          asked.push(name);
          return activity(given);
        },
      ]),
    ) as unknown as ReturnType<typeof quietActivities>;
    const quiet = { unchanged: 4, sweep };
    await environment.serve(
      {
        ...activities,
        planIncrement: async (given) => ({ ...(await activities.planIncrement(given)), quiet }),
      },
      async () => {
        const handle = await start(`incremental:acme-${(runs += 1)}`);
        const counts = { expected: 4, fetched: 4, status: 'complete' };
        expect(await handle.result()).toMatchObject({ ...counts, to: '2026-11-20T00:10:00.000Z' });
        const { historyLength } = await handle.describe();
        expect(historyLength).toBeLessThanOrEqual(sweep ? 30 : 20);
        if (sweep) await environment.client.workflow.getHandle('sweep-recordings:acme').result();
      },
    );
    expect(asked.toSorted()).toEqual([
      'authenticate',
      'planIncrement',
      ...(sweep ? ['recordingsToSweep'] : []),
    ]);
  });

  it('fails with the cause on top when its window fails', async () => {
    await environment.serve(
      {
        ...quietActivities(0),
        openWindow: async () => {
          throw ApplicationFailure.create({ type: 'WindowBusy', message: 'Busy.', nonRetryable: true });
        },
      },
      async () => {
        const handle = await start(`incremental:acme-${(runs += 1)}`);
        await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'WindowBusy' } });
      },
    );
  });

  it('refuses a wrong input at once and shows a right one', async () => {
    await environment.serve(quietActivities(0), async () => {
      const handle = await environment.client.workflow.start('incrementalSync', {
        taskQueue: taskQueues.workflows,
        workflowId: `incremental:acme-${(runs += 1)}`,
        args: [{ tenant: 'acme', since: 'yesterday' }],
      });
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'InvalidInput', message: expect.stringContaining('{"tenant":"acme"}') as string },
      });
    });
  });
});
