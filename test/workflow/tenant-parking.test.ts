import type { Activities } from '../../activities';
import { taskQueues } from '../../workflows/task-queues';
import { detailsOf, parked, refusal } from './parked-run';
import { quietActivities, type WorkflowEnvironment, openWorkflowEnvironment } from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment?.close());

let runs = 0;

describe('a run that belongs to a tenant and to no window', () => {
  const startOf = (workflow: 'incrementalSync' | 'sweepRecordings') =>
    environment.client.workflow.start(workflow, {
      taskQueue: taskQueues.workflows,
      workflowId: `parking-${(runs += 1)}`,
      args: [{ tenant: 'acme' }],
    });
  const refused = async (): Promise<never> => {
    throw refusal('ContactsForbidden');
  };
  const source = (parkedTimeout: Activities['parkedTimeout']): Activities => ({
    ...quietActivities(),
    planIncrement: refused,
    recordingsToSweep: refused,
    parkedTimeout,
  });

  it.each(['incrementalSync', 'sweepRecordings'] as const)(
    '%s waits for as long as the tenant’s settings say, and not at all where they say 0',
    async (workflow) => {
      let hours = 2;
      await environment.serve(
        source(async () => ({ hours })),
        async () => {
          const handle = await startOf(workflow);
          const { startTime } = await handle.describe();
          await parked(handle);
          const until = /Fails by itself at (\S+)/.exec(await detailsOf(handle))?.[1] ?? '';
          const waits = (Date.parse(until) - startTime.getTime()) / 3_600_000;
          expect(waits).toBeGreaterThan(1.9);
          expect(waits).toBeLessThan(2.5);
          hours = 0;
          await handle.executeUpdate('resume');
          await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'ContactsForbidden' } });
        },
      );
    },
  );

  it('waits for a week where the settings cannot be learnt', async () => {
    const unknown = async (): Promise<never> => {
      throw refusal('UnknownTenant');
    };
    await environment.serve(source(unknown), async () => {
      const handle = await startOf('incrementalSync');
      await parked(handle);
      const { startTime } = await handle.describe();
      const until = /Fails by itself at (\S+)/.exec(await detailsOf(handle))?.[1] ?? '';
      expect(Date.parse(until) - startTime.getTime()).toBeGreaterThan(6.9 * 86_400_000);
      await handle.executeUpdate('abort');
      await expect(handle.result()).rejects.toThrow();
    });
  });
});
