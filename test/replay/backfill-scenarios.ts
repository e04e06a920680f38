import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Activities } from '../../activities';
import { packMarks } from '../../workflows/backfill/backfill-state';
import { hourly, hours, short, until } from '../workflow/backfill-source';
import { openWindow, pageOf } from '../workflow/with-activities';
import { refuse, type Scenario } from './scenario';

/** What the windows of one scenario do, by their start. */
interface Course {
  readonly complete?: readonly string[];
  /** These fail the first time. */
  readonly broken?: readonly string[];
  /** These wait until they are released. */
  readonly held?: Set<string>;
  /** How long windows wait for an operator, h. */
  readonly parkedTimeoutHours?: number;
}

function windowsThat({ complete = [], broken = [], held = new Set(), ...more }: Course): Partial<Activities> {
  const failed = new Set<string>();
  return {
    openWindow: async ({ tenant, from, to }) => ({
      ...openWindow,
      tenant,
      from,
      to,
      windowId: short(from),
      recordings: false,
      ...more,
    }),
    fetchContactPage: async ({ windowId, skip, top }) => {
      while (held.has(windowId)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (Context.current().cancellationSignal.aborted) await Context.current().cancelled;
      }
      if (broken.includes(windowId) && !failed.has(windowId)) {
        failed.add(windowId);
        refuse('PermissionDenied');
      }
      return pageOf(25, skip, top);
    },
    findComplete: async ({ edges }) => {
      const starts = edges.slice(0, -1).map((edge) => short(new Date(edge).toISOString()));
      const places = starts.flatMap((start, place) => (complete.includes(start) ? [place] : []));
      return { complete: places, mediaPerSecond: 0.5 };
    },
  };
}

const [first = '', second = '', third = ''] = hours(3);
const backfill = (input: object): Pick<Scenario, 'workflow' | 'args'> => ({
  workflow: 'backfill',
  args: [input],
});
const handleOf = (client: Client, id: string) => client.workflow.getHandle(id);
const waiting = {
  retried: new Set([second]),
  paused: new Set(hours(2)),
  cancelled: new Set([second]),
  parked: new Set([third]),
};
const cancels: { client?: Client } = {};

/** What continue-as-new starts, with a child in flight that was started by an earlier run: the test lets it report. */
const continued = {
  range: { from: '2026-11-01T00:00:00Z', to: '2026-11-01T06:00:00Z' },
  state: {
    marks: packMarks('iscpr.'),
    flights: [{ window: 0, run: 'run-1' }],
    failures: [],
    contacts: 25,
    recordings: 0,
    concurrency: 2,
    paused: false,
    steps: [{ at: 1_763_000_000_000, contacts: 0, recordings: 0 }],
  },
  mediaPerSecond: 0.5,
};

/** Every path a backfill of today can take. Tenants differ, as children are found by tenant and dates. */
export const backfillScenarios: Readonly<Record<string, Scenario>> = {
  'backfill-running': {
    ...backfill(hourly(6, { tenant: 'r1', concurrency: 2 })),
    activities: windowsThat({ complete: [second] }),
    children: { 'sync-window:r1:2026-11-01T00:00:00Z/2026-11-01T01:00:00Z': 'backfill-child' },
  },
  'backfill-forced': {
    ...backfill(hourly(3, { tenant: 'r2', force: true })),
    activities: windowsThat({ complete: [second] }),
  },
  'backfill-failed-child': {
    ...backfill(hourly(3, { tenant: 'r3' })),
    activities: windowsThat({ broken: [first] }),
  },
  'backfill-retried': {
    ...backfill(hourly(3, { tenant: 'r4' })),
    activities: windowsThat({ broken: [first], held: waiting.retried }),
    during: async (client, id) => {
      await until(handleOf(client, id), ({ failed }) => failed === 1);
      await handleOf(client, id).executeUpdate('retryFailed');
      waiting.retried.clear();
    },
  },
  'backfill-paused': {
    ...backfill(hourly(5, { tenant: 'r5', concurrency: 2 })),
    activities: windowsThat({ held: waiting.paused }),
    during: async (client, id) => {
      const handle = handleOf(client, id);
      await until(handle, ({ running }) => running === 2);
      await handle.executeUpdate('pause');
      waiting.paused.clear();
      await until(handle, ({ complete }) => complete === 2);
      await handle.executeUpdate('setConcurrency', { args: [{ concurrency: 3 }] });
      await handle.executeUpdate('resume');
    },
  },
  'backfill-cancelled': {
    ...backfill(hourly(4, { tenant: 'r6', concurrency: 1 })),
    activities: {
      ...windowsThat({ held: waiting.cancelled }),
      cancelBackfill: async (id) => void (await cancels.client?.workflow.getHandle(id).cancel()),
    },
    during: async (client, id) => {
      cancels.client = client;
      await until(handleOf(client, id), ({ complete, running }) => complete === 1 && running === 1);
      await handleOf(client, id).executeUpdate('cancel');
    },
  },
  'backfill-continued': {
    workflow: 'backfill',
    args: [hourly(6, { tenant: 'r7', concurrency: 2 }), continued],
    activities: windowsThat({}),
    during: async (client, id) => {
      const report = { outcome: 'complete', contacts: 25, recordings: 0 };
      await until(handleOf(client, id), ({ complete }) => complete === 3);
      const windowEnded = (from: string, to: string, more: object = {}) =>
        handleOf(client, id).signal('windowEnded', { from, to, ...report, ...more });
      // The parked one is resumed, and the one in flight reports twice.
      await windowEnded('2026-11-01T03:00:00Z', '2026-11-01T04:00:00Z');
      await windowEnded('2026-11-01T00:00:00Z', '2026-11-01T01:00:00Z', { run: 'run-1' });
      await windowEnded('2026-11-01T00:00:00Z', '2026-11-01T01:00:00Z', { run: 'run-1' }).catch(
        () => undefined,
      );
    },
  },
  'backfill-joined-child': {
    // A run of the first window that the backfill did not start is under way, and ends without a signal: it is polled.
    ...backfill(hourly(2, { tenant: 'r8' })),
    activities: {
      ...windowsThat({}),
      inspectRuns: async (ids) => ids.map(() => ({ status: 'complete', contacts: 25, recordings: 0 })),
    },
    before: async (client) => {
      const span = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T01:00:00Z' };
      await client.workflow.start('syncWindow', {
        taskQueue: 'nobody',
        workflowId: `sync-window:r8:${span.from}/${span.to}`,
        args: [{ tenant: 'r8', ...span }],
      });
    },
  },
  'backfill-midway': {
    ...backfill(hourly(6, { tenant: 'r10', concurrency: 2 })),
    activities: windowsThat({ complete: [second], held: new Set(hours(6).slice(3)) }),
    during: (client, id) =>
      until(handleOf(client, id), ({ complete, running }) => complete === 2 && running === 2),
    open: true,
  },
  'backfill-paused-midway': {
    ...backfill(hourly(5, { tenant: 'r11', concurrency: 2 })),
    activities: windowsThat({ held: new Set([second]) }),
    during: async (client, id) => {
      await until(handleOf(client, id), ({ running }) => running === 2);
      await handleOf(client, id).executeUpdate('pause');
    },
    open: true,
  },
  'backfill-parked-child': {
    ...backfill(hourly(3, { tenant: 'r12', concurrency: 2 })),
    activities: windowsThat({ broken: [second], held: waiting.parked, parkedTimeoutHours: 168 }),
    during: async (client, id) => {
      await until(handleOf(client, id), ({ complete, parked }) => complete === 1 && parked === 1);
      const child = handleOf(client, 'sync-window:r12:2026-11-01T01:00:00Z/2026-11-01T02:00:00Z');
      await child.executeUpdate('resume');
      await until(handleOf(client, id), ({ complete }) => complete === 2);
      waiting.parked.clear();
    },
    children: { 'sync-window:r12:2026-11-01T01:00:00Z/2026-11-01T02:00:00Z': 'backfill-child-resumed' },
  },
  'backfill-with-parked-child': {
    ...backfill(hourly(3, { tenant: 'r13', concurrency: 2 })),
    activities: windowsThat({ broken: [second], held: new Set([third]), parkedTimeoutHours: 168 }),
    during: (client, id) =>
      until(handleOf(client, id), ({ complete, parked }) => complete === 1 && parked === 1),
    open: true,
  },
  'backfill-continues': {
    ...backfill(hourly(24, { tenant: 'r14', concurrency: 3 })),
    activities: windowsThat({}),
    impatient: true,
  },
  'backfill-refused-input': backfill({ tenant: 'acme', window: '1w' }),
};

/** One contact a minute, and windows that may hold 40 of them: an hour is read in halves. */
export const splitScenario: Scenario = {
  args: [{ tenant: 'r9', from: '2026-11-01T00:00:00Z', to: '2026-11-01T01:00:00Z' }],
  activities: {
    openWindow: async ({ tenant, from, to }) => {
      const windowId = String((Date.parse(to) - Date.parse(from)) / 60_000);
      return { ...openWindow, tenant, from, to, windowId, maxContacts: 40, recordings: false };
    },
    fetchContactPage: async ({ windowId, skip, top }) => pageOf(Number(windowId), skip, top),
    countContacts: async ({ windowId }) => ({ totals: [Number(windowId)], lastPollTime: null }),
    tallyRound: async ({ windowId }) => ({ fetched: Number(windowId) }),
  },
};
