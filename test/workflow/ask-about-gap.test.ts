import type { Activities } from '../../activities';
import { taskQueues } from '../../workflows/task-queues';
import { eventually } from '../e2e/test-environment';
import { detailsOf, parked, statusOf } from './parked-run';
import { quietActivities, type WorkflowEnvironment, openWorkflowEnvironment } from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment?.close());

const span = { from: '2026-01-01T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' };
const missing = { from: '2026-02-01T00:00:00.000Z', to: span.to };
const command =
  'npx cxone-sync backfill --tenant acme --from 2026-02-01T00:00:00Z --to 2026-11-20T00:00:00Z --force';
let runs = 0;

/** `polls` counts how often the gap was looked at. */
function source(dismissed: unknown[] = []): Activities & { read: boolean; polls: number } {
  const quiet = { ...quietActivities(0), read: false, polls: 0 };
  return Object.assign(quiet, {
    lookAtGap: async () => {
      quiet.polls += 1;
      return quiet.read ? null : missing;
    },
    dismissGap: async (gap: unknown) => void dismissed.push(gap),
  });
}

describe('what a widened filter lets through, further back than the live sync fills', () => {
  const start = () =>
    environment.client.workflow.start('askAboutGap', {
      taskQueue: taskQueues.workflows,
      workflowId: `gap-${(runs += 1)}`,
      args: [{ tenant: 'acme', ...span }],
    });

  it('waits for a person with the command that reads it, and for as long as it is missing', async () => {
    const activities = source();
    await environment.serve(activities, async () => {
      const handle = await start();
      await parked(handle);
      const details = await detailsOf(handle);
      expect(details).toContain('FilterWidened');
      expect(details).toContain(command);
      expect(details).toContain('Tries again by itself at');
      const before = activities.polls;
      await handle.executeUpdate('resume');
      // Its status may still be that of before it was resumed.
      await eventually('the gap is looked at again', async () => {
        if (activities.polls === before) throw new Error('not yet');
      });
      await parked(handle);
      activities.read = true;
      await handle.executeUpdate('resume');
      expect(await handle.result()).toEqual({ status: 'read' });
      expect(await statusOf(handle)).toBe('Complete');
    });
  });

  it('is left unread when a person skips it', async () => {
    const dismissed: unknown[] = [];
    await environment.serve(source(dismissed), async () => {
      const handle = await start();
      await parked(handle);
      await handle.executeUpdate('skip');
      expect(await handle.result()).toEqual({ status: 'dismissed' });
    });
    expect(dismissed).toEqual([{ tenant: 'acme', ...span }]);
  });

  it('holds up no tick of the live sync, and is asked about once', async () => {
    const activities = source();
    const asking: Activities = {
      ...activities,
      planIncrement: async () => ({
        ...(await activities.planIncrement({ tenant: 'acme' })),
        ask: span,
        recordings: false,
      }),
      openWindow: async (window) => ({
        ...(await activities.openWindow(window)),
        ...window,
        recordings: false,
        downloads: false,
      }),
    };
    await environment.serve(asking, async () => {
      const asked = environment.client.workflow.getHandle(
        'gap:acme:2026-01-01T00:00:00Z/2026-11-20T00:00:00Z',
      );
      for (let tick = 0; tick < 2; tick += 1) {
        const handle = await environment.client.workflow.start('incrementalSync', {
          taskQueue: taskQueues.workflows,
          workflowId: `asking-${(runs += 1)}`,
          args: [{ tenant: 'acme' }],
        });
        expect(await handle.result()).toMatchObject({ status: 'complete' });
        await parked(asked);
      }
      await asked.executeUpdate('abort');
      await expect(asked.result()).rejects.toMatchObject({ cause: { type: 'FilterWidened' } });
    });
  });
});
