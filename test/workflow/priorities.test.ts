import { activityInfo } from '@temporalio/activity';
import type { Activities } from '../../activities';
import { startBackfill } from '../../client/backfill/backfill-run';
import { startWindow } from '../../client/sync/window-run';
import { planBackfill } from '../../workflows/backfill/backfill-input';
import { parseSyncWindowInput } from '../../workflows/inputs';
import { taskQueues } from '../../workflows/task-queues';
import {
  pageOf,
  quietActivities,
  type WorkflowEnvironment,
  openWorkflowEnvironment,
} from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment?.close());

/** What an activity was given by the server: `activity key fairness`, each only once. */
class Given {
  readonly lines = new Set<string>();

  /** The same activities, noting under which priority each runs. */
  by(activities: Activities): Activities {
    return new Proxy(activities, {
      get: (target, name: keyof Activities) => (input: never) => {
        const { activityType, priority } = activityInfo();
        this.lines.add(`${activityType} ${priority?.priorityKey ?? '-'} ${priority?.fairnessKey ?? '-'}`);
        return (target[name] as (input: never) => unknown)(input);
      },
    });
  }

  /** Names of activities that ran under another priority. */
  otherThan(priorityKey: number, fairnessKey: string): string[] {
    return [...this.lines].filter((line) => !line.endsWith(` ${priorityKey} ${fairnessKey}`));
  }

  names(): string[] {
    return [...new Set([...this.lines].map((line) => line.split(' ')[0] ?? ''))];
  }
}

/** A window's source with 25 contacts and `calls` calls. */
function source(calls: number): Activities {
  const quiet = quietActivities();
  const all = Array.from({ length: calls }, (_, n) => String(n).padStart(4, '0'));
  const due = (after: string | null, limit: number) =>
    all.filter((id) => after === null || id > after).slice(0, limit);
  return {
    ...quiet,
    openWindow: async (span) => ({ ...(await quiet.openWindow(span)), ...span, recordings: true }),
    fetchContactPage: async ({ by, skip, top }) => {
      const page = pageOf(25, skip, by === 'start' ? top : 10_000);
      return { ...page, lastUpdate: page.records === 0 ? null : '2026-11-20T00:05:00.000Z' };
    },
    dueRecordings: async ({ after, limit }) => due(after, limit),
    recordingsToSweep: async ({ after, limit }) => due(after, limit),
  };
}

const hour = (tenant: string) => ({ tenant, from: '2026-11-01T00:00:00Z', to: '2026-11-01T01:00:00Z' });

const liveWindow = (tenant: string) =>
  `sync-window:${tenant}:2026-11-20T00:00:00Z/2026-11-20T00:10:00Z:update`;

async function priorityOfRun(workflowId: string): Promise<object | undefined> {
  return (await environment.client.workflow.getHandle(workflowId).describe()).priority;
}

describe('whose turn it is', () => {
  it('is the live sync’s before others’, though its schedule can give it no priority', async () => {
    const given = new Given();
    await environment.serve(given.by(source(3)), async () => {
      await environment.client.workflow.execute('incrementalSync', {
        taskQueue: taskQueues.workflows,
        workflowId: 'incremental:live-1',
        args: [{ tenant: 'live' }],
      });
      await environment.client.workflow.getHandle('sweep-recordings:live').result();
      // The tick ends before its window does, whose last step would run under the next test's eyes.
      await environment.client.workflow.getHandle(liveWindow('live')).result();
    });
    expect(given.otherThan(2, 'live')).toEqual([]);
    expect(given.names()).toEqual(
      expect.arrayContaining(['planIncrement', 'fetchContactPage', 'persistContacts', 'downloadRecording']),
    );
  });

  it('is a backfill’s last, also of one that a schedule started, and of the gap that a live sync found', async () => {
    const given = new Given();
    const quiet = source(3);
    const gap = { from: '2026-11-19T00:00:00.000Z', to: '2026-11-19T12:00:00.000Z' };
    await environment.serve(given.by(quiet), async () => {
      const range = { ...hour('late'), to: '2026-11-01T02:00:00Z', window: '1h' };
      await environment.client.workflow.execute('backfill', {
        taskQueue: taskQueues.workflows,
        workflowId: 'backfill:late:reread',
        args: [range],
      });
    });
    expect(given.otherThan(4, 'late')).toEqual([]);
    expect(given.names()).toEqual(
      expect.arrayContaining(['findComplete', 'openWindow', 'fetchContactPage', 'downloadRecording']),
    );

    const mixed = new Given();
    const withGap = {
      ...quiet,
      planIncrement: async () => ({ ...(await quiet.planIncrement(hour('gap'))), gap }),
    };
    await environment.serve(mixed.by(withGap), async () => {
      await environment.client.workflow.execute('incrementalSync', {
        taskQueue: taskQueues.workflows,
        workflowId: 'incremental:gap-1',
        args: [{ tenant: 'gap' }],
      });
      await environment.client.workflow
        .getHandle('backfill:gap:2026-11-19T00:00:00Z/2026-11-19T12:00:00Z')
        .result();
      await environment.client.workflow.getHandle('sweep-recordings:gap').result();
      await environment.client.workflow.getHandle(liveWindow('gap')).result();
    });
    expect(mixed.lines).toContain('skipGap 2 gap');
    expect(mixed.lines).toContain('openWindow 4 gap');
    expect([...mixed.lines].filter((line) => line.startsWith('fetchContactPage')).sort()).toEqual([
      'fetchContactPage 2 gap',
      'fetchContactPage 4 gap',
    ]);
  });

  it('is inherited by the children that take a window’s recordings, and by its halves', async () => {
    const given = new Given();
    const many = source(301);
    const plan = { ...hour('many'), to: '2026-11-01T02:00:00Z', window: '2h' };
    const activities: Activities = {
      ...many,
      openWindow: async (span) => {
        const long = Date.parse(span.to) - Date.parse(span.from) > 3_600_000;
        return { ...(await many.openWindow(span)), ...(long ? { maxContacts: 20 } : {}) };
      },
    };
    await environment.serve(given.by(activities), async () => {
      const handle = await startBackfill(environment.client, plan, planBackfill(plan, new Date()));
      expect(await handle.result()).toMatchObject({ status: 'complete' });
      expect(await priorityOfRun(handle.workflowId)).toMatchObject({ priorityKey: 4, fairnessKey: 'many' });
      const half = 'sync-window:many:2026-11-01T01:00:00Z/2026-11-01T02:00:00Z';
      expect(await priorityOfRun(half)).toMatchObject({ priorityKey: 4, fairnessKey: 'many' });
    });
    expect(given.names()).toEqual(expect.arrayContaining(['closeSplitWindow', 'downloadRecording']));
    expect(given.otherThan(4, 'many')).toEqual([]);
  });

  it('is in between for a window that a person waits for', async () => {
    const given = new Given();
    await environment.serve(given.by(source(1)), async () => {
      const handle = await startWindow(environment.client, hour('hand'), parseSyncWindowInput(hour('hand')));
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
    expect(given.otherThan(3, 'hand')).toEqual([]);
  });
});
