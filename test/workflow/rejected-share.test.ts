import type { Activities } from '../../activities';
import { activityFailure } from '../../activities/application-failure';
import type { TooManyRejected } from '../../activities/types';
import { taskQueues } from '../../workflows/task-queues';
import { detailsOf, parked, parkedAgain, statusOf } from './parked-run';
import {
  openWindow,
  pageOf,
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

const tooMany: TooManyRejected = { rejected: 15, contacts: 25, allowed: 0.2, known: false };
let runs = 0;

/** A source of 25 contacts, of whose first rounds too many are rejected. */
function source(badRounds: number, more: Partial<Activities> = {}) {
  const calls: string[] = [];
  const quiet = quietActivities();
  const activities: Activities = {
    ...quiet,
    openWindow: async (span) => ({
      ...openWindow,
      ...span,
      parkedTimeoutHours: 168,
      recordings: false,
      downloads: false,
    }),
    fetchContactPage: async ({ skip, top, round }) => {
      // By update each page begins at the stamp of the one before.
      if (calls.at(-1) !== `read ${round}`) calls.push(`read ${round}`);
      return { ...pageOf(25, skip, top, round), lastUpdate: '2026-11-20T00:05:00.000Z' };
    },
    tallyRound: async ({ round }) => ({ fetched: 25, ...(round < badRounds && { tooMany }) }),
    moveWatermark: async ({ tooManyRejected = false }) => {
      calls.push(`moved${tooManyRejected ? ' over a gap' : ''}`);
      return true;
    },
    readRejectedAgain: async () => void calls.push('read the gap'),
    closeWindow: async ({ status, round }) => {
      calls.push(`${status} by round ${round}`);
      return { ...report, status };
    },
    ...more,
  };
  return { activities, calls };
}

describe('a window by start of whose contacts too many are rejected', () => {
  const start = () =>
    environment.client.workflow.start('syncWindow', {
      taskQueue: taskQueues.workflows,
      workflowId: `rejected-${(runs += 1)}`,
      args: [{ tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', recordings: false }],
    });

  it('waits for a person, and is read again each time it is resumed, until its share passes', async () => {
    const { activities, calls } = source(2);
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      const details = await detailsOf(handle);
      expect(details).toContain('TooManyRejected');
      expect(details).toContain('15 of 25 contacts of the window were rejected (60 %)');
      expect(details).toContain('maxRejectedShare lets pass (20 %)');
      expect(details).toContain('npx cxone-sync rejected list --tenant acme');
      await handle.executeUpdate('resume');
      await parkedAgain(handle, 2);
      await handle.executeUpdate('resume');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
    expect(calls).toEqual(['read 0', 'read 1', 'read 2', 'complete by round 2']);
  });

  it('goes on with the reading that a resume began when something else stops that', async () => {
    let away = false;
    const { activities, calls } = source(1);
    const quiet = { ...activities };
    activities.tallyRound = async (ref) => {
      if (ref.round === 1 && !away) {
        away = true;
        throw activityFailure({ code: 'DatabaseRefused', message: 'away', remedy: 'wait' });
      }
      return quiet.tallyRound(ref);
    };
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      await handle.executeUpdate('resume');
      await parkedAgain(handle, 2);
      expect(await detailsOf(handle)).toContain('DatabaseRefused');
      await handle.executeUpdate('resume');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
    expect(calls).toEqual(['read 0', 'read 1', 'complete by round 1']);
  });

  it('is closed by what was read when it is skipped', async () => {
    const { activities, calls } = source(9);
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      await handle.executeUpdate('skip');
      expect(await handle.result()).toMatchObject({ status: 'incomplete' });
    });
    expect(calls).toEqual(['read 0', 'incomplete by round 0']);
  });
});

describe('a window of the live sync of whose contacts too many are rejected', () => {
  const range = '2026-11-20T00:00:00Z/2026-11-20T00:10:00Z:update';
  const tick = (tenant: string) =>
    environment.client.workflow.execute('incrementalSync', {
      taskQueue: taskQueues.workflows,
      workflowId: `rejecting-${(runs += 1)}`,
      args: [{ tenant }],
    });
  const planned = (recordings: boolean): Pick<Activities, 'planIncrement'> => ({
    planIncrement: async (given) => ({ ...(await quietActivities().planIncrement(given)), recordings }),
  });

  it.each([
    ['with recordings', true],
    ['without recordings', false],
  ])(
    '%s holds up no tick: its time becomes a gap, which is read once it is let through',
    async (_what, recordings) => {
      const tenant = recordings ? 'acme' : 'globex';
      const { activities, calls } = source(1, planned(recordings));
      await environment.serve(activities, async () => {
        expect(await tick(tenant)).toMatchObject({ status: 'complete' });
        const window = environment.client.workflow.getHandle(`sync-window:${tenant}:${range}`);
        await parked(window);
        expect(await detailsOf(window)).toContain('TooManyRejected');
        await window.executeUpdate('resume');
        expect(await window.result()).toMatchObject({ status: 'complete' });
        expect(await statusOf(window)).toBe('Complete');
      });
      expect(calls).toEqual(['read 0', 'moved over a gap', 'read 1', 'read the gap', 'complete by round 1']);
    },
  );

  it('does not wait as well where another does already', async () => {
    const { activities, calls } = source(0, {
      ...planned(false),
      tallyRound: async () => ({ fetched: 25, tooMany: { ...tooMany, known: true } }),
    });
    await environment.serve(activities, async () => {
      await tick('initech');
      const window = environment.client.workflow.getHandle(`sync-window:initech:${range}`);
      expect(await window.result()).toMatchObject({ status: 'complete' });
    });
    expect(calls).toEqual(['read 0', 'moved over a gap', 'complete by round 0']);
  });

  it('waits before the watermark moves where a person started it', async () => {
    const { activities, calls } = source(1);
    await environment.serve(activities, async () => {
      const handle = await environment.client.workflow.start('syncWindow', {
        taskQueue: taskQueues.workflows,
        workflowId: `rejected-${(runs += 1)}`,
        args: [
          {
            tenant: 'acme',
            from: '2026-11-20T00:00:00Z',
            to: '2026-11-20T00:10:00Z',
            by: 'update',
            recordings: false,
          },
        ],
      });
      await parked(handle);
      expect(calls).toEqual(['read 0']);
      await handle.executeUpdate('resume');
      await handle.result();
    });
    expect(calls).toEqual(['read 0', 'read 1', 'moved', 'complete by round 1']);
  });
});
