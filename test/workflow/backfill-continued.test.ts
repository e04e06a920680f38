import { backfillSource, hourly, hours, startBackfill, until } from './backfill-source';
import { openShortHistories } from './short-histories';
import type { WorkflowEnvironment } from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openShortHistories();
});
afterAll(() => environment?.close());

async function runsOf(workflowId: string): Promise<number> {
  let runs = 0;
  for await (const _run of environment.client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
    runs += 1;
  return runs;
}

describe('a backfill too long for one history', () => {
  it('continues as new with its children in flight, and every window is run and counted once', async () => {
    const source = backfillSource(environment.client);
    // These two are under way from the first run to the last.
    const slow = hours(2);
    for (const hour of slow) source.held.add(hour);
    source.broken.set('2026-11-01T05', 'PermissionDenied');
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(
        environment.client,
        'long',
        hourly(16, { tenant: 'long', concurrency: 6 }),
      );
      const late = await until(handle, ({ complete, failed }) => complete + failed === 14);
      expect(late).toMatchObject({ running: 2, failed: 1, remaining: 0 });
      source.held.clear();
      expect(await handle.result()).toMatchObject({
        status: 'incomplete',
        windows: 16,
        complete: 15,
        contacts: 150,
        failed: [{ from: '2026-11-01T05:00:00Z', code: 'PermissionDenied' }],
      });
      expect([...source.opened].sort()).toEqual(hours(16));
      expect(source.most()).toBeLessThanOrEqual(6);
    });
    expect(await runsOf('long')).toBeGreaterThan(2);
  }, 180_000);

  it('finds a child of an earlier run that was terminated', async () => {
    const source = backfillSource(environment.client);
    const [first = ''] = hours(1);
    source.held.add(first);
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(environment.client, 'killed', hourly(8, { tenant: 'killed' }));
      const began = await handle.describe();
      await until(handle, ({ complete }) => complete === 7);
      const now = await environment.client.workflow.getHandle('killed').describe();
      expect(now.runId).not.toBe(began.runId);
      await environment.client.workflow
        .getHandle('sync-window:killed:2026-11-01T00:00:00Z/2026-11-01T01:00:00Z')
        .terminate('in a test');
      expect(await handle.result()).toMatchObject({
        status: 'incomplete',
        complete: 7,
        failed: [{ from: '2026-11-01T00:00:00Z', code: 'Terminated' }],
      });
      source.held.clear();
    });
  }, 180_000);
});
