import { ScheduleOverlapPolicy, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import type { BackfillReport } from '../../workflows/backfill/backfill-progress';
import { backfillSource, hourly, hours, startBackfill, until } from './backfill-source';
import { openWorkflowEnvironment, type WorkflowEnvironment } from './with-activities';
import { eventually } from '../e2e/test-environment';

let environment: WorkflowEnvironment;
// Children are found by their dates, so each test has a tenant of its own.
let tenants = 0;
const next = (): string => `t${(tenants += 1)}`;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment.close());

describe('a backfill', () => {
  it('runs every window once, no more at a time than it may, and reports the sums', async () => {
    const source = backfillSource(environment.client);
    await environment.serve(source.activities, async () => {
      const tenant = next();
      const handle = await startBackfill(environment.client, 'all', hourly(7, { tenant, concurrency: 3 }));
      expect(await handle.result()).toEqual({
        status: 'complete',
        from: '2026-11-01T00:00:00Z',
        to: '2026-11-01T07:00:00Z',
        windows: 7,
        complete: 7,
        skipped: 0,
        failedWindows: 0,
        failed: [],
        parked: [],
        contacts: 70,
        recordings: 0,
      });
      expect([...source.opened].sort()).toEqual(hours(7));
      expect(source.most()).toBeLessThanOrEqual(3);
      expect(source.most()).toBeGreaterThan(1);

      const { typedSearchAttributes: labels } = await handle.describe();
      expect(labels.get(keys.status)).toBe('Complete');
      expect(labels.get(keys.contacts)).toBe(70);
      const child = environment.client.workflow.getHandle(
        `sync-window:${tenant}:2026-11-01T00:00:00Z/2026-11-01T01:00:00Z`,
      );
      const described = await child.describe();
      expect(described.typedSearchAttributes.get(keys.trigger)).toBe('backfill');
      expect(described.typedSearchAttributes.get(keys.backfillId)).toBe('all');
      expect(described.priority).toMatchObject({ priorityKey: 4, fairnessKey: tenant });
    });
  });

  it('goes on when a window fails, names it with its code, and retries it when asked to', async () => {
    const source = backfillSource(environment.client);
    source.broken.set('2026-11-01T01', 'PermissionDenied');
    source.held.add('2026-11-01T04');
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(environment.client, 'fails', hourly(5, { tenant: next() }));
      const before = await until(handle, ({ failed, complete }) => failed === 1 && complete === 3);
      expect(before.failedWindows).toEqual([
        { from: '2026-11-01T01:00:00Z', to: '2026-11-01T02:00:00Z', code: 'PermissionDenied' },
      ]);
      source.broken.clear();
      await handle.executeUpdate('retryFailed');
      await until(handle, ({ complete }) => complete === 4);
      source.held.clear();
      expect(await handle.result()).toMatchObject({ status: 'complete', complete: 5, failed: [] });
      expect(source.opened.filter((start) => start === '2026-11-01T01')).toHaveLength(2);
    });
  });

  it('ends as incomplete when a window stays failed', async () => {
    const source = backfillSource(environment.client);
    source.broken.set('2026-11-01T00', 'PermissionDenied');
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(environment.client, 'stays', hourly(2, { tenant: next() }));
      expect(await handle.result()).toMatchObject({
        status: 'incomplete',
        complete: 1,
        failedWindows: 1,
        failed: [{ from: '2026-11-01T00:00:00Z', code: 'PermissionDenied' }],
      });
      const { typedSearchAttributes: labels } = await handle.describe();
      expect(labels.get(keys.status)).toBe('Incomplete');
      expect(labels.get(keys.errorType)).toBe('PermissionDenied');
    });
  });

  it.each([
    ['skips what the ledger has complete', false, ['2026-11-01T00', '2026-11-01T03'], 2],
    ['reads all of it when forced to', true, hours(4), 0],
  ])('%s', async (_what, force, opened, skipped) => {
    const source = backfillSource(environment.client, ['2026-11-01T01', '2026-11-01T02']);
    await environment.serve(source.activities, async () => {
      const tenant = next();
      const handle = await startBackfill(environment.client, tenant, hourly(4, { tenant, force }));
      expect(await handle.result()).toMatchObject({ status: 'complete', skipped });
      expect([...source.opened].sort()).toEqual(opened);
    });
  });

  it('begins nothing while it is paused, and goes on at another width', async () => {
    const source = backfillSource(environment.client);
    for (const hour of hours(8)) source.held.add(hour);
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(
        environment.client,
        'paused',
        hourly(8, { tenant: next(), concurrency: 2 }),
      );
      await until(handle, ({ running }) => running === 2);
      expect(await handle.executeUpdate('pause')).toMatchObject({ stage: 'paused' });
      for (const hour of hours(2)) source.held.delete(hour);
      await until(handle, ({ complete }) => complete === 2);
      expect(await handle.executeUpdate('setConcurrency', { args: [{ concurrency: 5 }] })).toMatchObject({
        running: 0,
        concurrency: 5,
      });
      expect(source.opened).toHaveLength(2);
      await handle.executeUpdate('resume');
      await until(handle, ({ running }) => running === 5);
      source.held.clear();
      expect(await handle.result()).toMatchObject({ status: 'complete', complete: 8 });
    });
  });

  it('refuses updates that make no sense, saying why', async () => {
    const source = backfillSource(environment.client);
    source.held.add('2026-11-01T00');
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(environment.client, 'refuses', hourly(1, { tenant: next() }));
      await until(handle, ({ running }) => running === 1);
      const said = async (name: string, ...args: object[]) => {
        const refused = handle.executeUpdate(name, { args: args as [object] });
        const error = await refused.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (!(error instanceof WorkflowUpdateFailedError)) throw new Error(`${name} was not refused`);
        return error.cause?.message;
      };
      expect(await said('resume')).toContain('It is not paused.');
      expect(await said('retryFailed')).toContain('No window has failed.');
      expect(await said('setConcurrency', { concurrency: 0 })).toContain('from 1 to 32');
      expect(await said('setConcurrency')).toContain('from 1 to 32');
      source.held.clear();
      await handle.result();
    });
  });

  it.each(['by its update', 'by Temporal’s own means'])('is cancelled %s, with its children', async (how) => {
    const source = backfillSource(environment.client);
    for (const hour of hours(5).slice(1)) source.held.add(hour);
    await environment.serve(source.activities, async () => {
      const tenant = next();
      const handle = await startBackfill(environment.client, tenant, hourly(5, { tenant, concurrency: 2 }));
      await until(handle, ({ complete, running }) => complete === 1 && running === 2);
      if (how === 'by its update') await handle.executeUpdate('cancel');
      else await handle.cancel();
      const end = await handle.result().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(end).toBeInstanceOf(WorkflowFailedError);
      expect((end as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
      const described = await handle.describe();
      expect(described.status.name).toBe('CANCELLED');
      expect(described.typedSearchAttributes.get(keys.errorType)).toBe('Cancelled');
      const child = environment.client.workflow.getHandle(
        `sync-window:${tenant}:2026-11-01T01:00:00Z/2026-11-01T02:00:00Z`,
      );
      // It notifies the backfill with its last step, a moment before it ends itself.
      await eventually('the child is cancelled', async () =>
        expect((await child.describe()).status.name).toBe('CANCELLED'),
      );
      // The third may have been stopped before it began.
      expect(source.opened.length).toBeLessThanOrEqual(3);
      source.held.clear();
    });
  });

  it('is cancelled also while it looks up which windows are complete', async () => {
    const source = backfillSource(environment.client);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let ask = (): void => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const findComplete: typeof source.activities.findComplete = async (input) => {
      ask();
      await released;
      return source.activities.findComplete(input);
    };
    await environment.serve({ ...source.activities, findComplete }, async () => {
      const tenant = next();
      const handle = await startBackfill(environment.client, tenant, hourly(5, { tenant }));
      await asked;
      await handle.executeUpdate('cancel');
      release();
      await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) as Error });
      expect(source.opened).toEqual([]);
    });
  }, 60_000);

  it('refuses a wrong input at once', async () => {
    const source = backfillSource(environment.client);
    await environment.serve(source.activities, async () => {
      const handle = await startBackfill(environment.client, 'wrong', { tenant: 'acme', window: '1w' });
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'InvalidInput' } });
    });
  });

  it('waits for a run of the same window that was started elsewhere, and counts it', async () => {
    const source = backfillSource(environment.client);
    source.held.add('2026-11-01T00');
    await environment.serve(source.activities, async () => {
      const tenant = next();
      const span = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T01:00:00Z' };
      const theirs = await environment.client.workflow.start('syncWindow', {
        taskQueue: 'cxone-sync',
        workflowId: `sync-window:${tenant}:${span.from}/${span.to}`,
        args: [{ tenant, ...span }],
      });
      const handle = await startBackfill(environment.client, tenant, hourly(2, { tenant }));
      await until(handle, ({ complete }) => complete === 1);
      source.held.clear();
      await theirs.result();
      expect(await handle.result()).toMatchObject({ status: 'complete', complete: 2, contacts: 20 });
      expect(source.opened.sort()).toEqual(hours(2));
    });
  });

  it('leaves its children to themselves when it is terminated; started again, it waits for them', async () => {
    const source = backfillSource(environment.client);
    for (const hour of hours(3)) source.held.add(hour);
    await environment.serve(source.activities, async () => {
      const tenant = next();
      const child = (n: number) =>
        environment.client.workflow.getHandle(
          `sync-window:${tenant}:2026-11-01T0${n}:00:00Z/2026-11-01T0${n + 1}:00:00Z`,
        );
      const first = await startBackfill(environment.client, tenant, hourly(3, { tenant }));
      await until(first, ({ running }) => running === 3);
      await first.terminate('in a test');
      source.held.delete('2026-11-01T00');
      // No parent is left to notify: no reason to fail.
      expect(await child(0).result()).toMatchObject({ status: 'complete' });
      const again = await startBackfill(environment.client, tenant, hourly(3, { tenant }));
      await until(again, ({ running, complete }) => running === 2 && complete === 1);
      source.held.clear();
      expect(await again.result()).toMatchObject({ status: 'complete', complete: 3 });
      expect([...source.opened].sort()).toEqual([hours(1)[0], ...hours(3)]);
    });
  });

  it('goes by the time its schedule meant, however late it is', async () => {
    const source = backfillSource(environment.client);
    await environment.serve(source.activities, async () => {
      const tenant = next();
      const schedule = await environment.client.schedule.create({
        scheduleId: `nightly:${tenant}`,
        spec: { calendars: [{ hour: 2 }] },
        state: { paused: true },
        action: {
          type: 'startWorkflow',
          workflowType: 'backfill',
          workflowId: `nightly:${tenant}`,
          taskQueue: 'cxone-sync',
          args: [{ tenant, lastDays: 2 }],
        },
      });
      await schedule.backfill({
        start: new Date('2026-11-05T01:00:00Z'),
        end: new Date('2026-11-05T03:00:00Z'),
        overlap: ScheduleOverlapPolicy.ALLOW_ALL,
      });
      const id = `nightly:${tenant}-2026-11-05T02:00:00Z`;
      const handle = environment.client.workflow.getHandle(id);
      for (let attempts = 0; attempts < 200; attempts += 1) {
        if (
          await handle.describe().then(
            () => true,
            () => false,
          )
        )
          break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const report = (await handle.result()) as BackfillReport;
      expect(report).toMatchObject({ from: '2026-11-03T00:00:00Z', to: '2026-11-05T01:45:00Z', windows: 3 });
      const { typedSearchAttributes: labels } = await handle.describe();
      expect(labels.get(keys.trigger)).toBe('schedule');
      await schedule.delete();
    });
  });
});
