import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import type { FetchedLookups } from '../../activities/list-types';
import type { WindowReport } from '../../activities/types';
import { quietActivities, openWorkflowEnvironment, type WorkflowEnvironment } from './with-activities';

const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };

let environment: WorkflowEnvironment;
let runs = 0;
beforeAll(async () => {
  environment = await openWorkflowEnvironment();
});
afterAll(() => environment.close());

/** Runs a window over these activities; answers its report, its last details and the progress it reported. */
async function run(activities: Partial<Activities>) {
  return environment.serve({ ...quietActivities(), ...activities }, async () => {
    const handle = await environment.client.workflow.start('syncWindow', {
      taskQueue: 'cxone-sync',
      workflowId: `lookups-${(runs += 1)}`,
      args: [input],
    });
    const report = (await handle.result()) as WindowReport;
    const progress = await handle.query<{ lookups: unknown }>('progress');
    const details = await handle.query<{ currentDetails?: string } | string>('__temporal_workflow_metadata');
    return { report, lookups: progress.lookups, details: JSON.stringify(details) };
  });
}

const page = (
  id: string,
  records: number,
  next: number | null,
  totalRecords: number | null,
): FetchedLookups => ({
  pageId: id,
  records,
  totalRecords,
  next,
  refused: null,
});
const stored = { inserted: 0, updated: 0, unchanged: 0, rejected: 0, problem: null };
const failure = (type: string, nonRetryable: boolean) =>
  ApplicationFailure.create({ type, message: `${type} in a test.`, nonRetryable, nextRetryDelay: 1 });

describe('reference data of a window', () => {
  it('cost no request while all lists are fresh', async () => {
    let asked = 0;
    const { report, lookups, details } = await run({
      fetchLookups: async () => {
        asked += 1;
        return page('x', 1, null, 1);
      },
    });
    expect(report).not.toHaveProperty('lookupsNotRead');
    expect([asked, lookups]).toEqual([0, { rows: 0, notRead: [] }]);
    expect(details).not.toMatch(/refused|not read/);
  });

  it('are read page by page, and the end is returned with the last page alone', async () => {
    const asked: unknown[] = [];
    const persisted: unknown[] = [];
    const { report, lookups } = await run({
      claimLookups: async () => ({ due: ['skills', 'teams'], failed: [] }),
      fetchLookups: async ({ list, skip }) => {
        asked.push([list, skip]);
        if (list === 'teams') return page('t', 3, null, null);
        return skip === 0 ? page('s0', 100, 100, 150) : page('s1', 50, null, 150);
      },
      persistLookups: async ({ pageId, end }) => {
        persisted.push([pageId, end]);
        return stored;
      },
    });
    expect(asked).toEqual([
      ['skills', 0],
      ['skills', 100],
      ['teams', 0],
    ]);
    expect(persisted).toEqual([
      ['s0', null],
      ['s1', { totalRecords: 150 }],
      ['t', { totalRecords: null }],
    ]);
    expect([report.status, lookups]).toEqual(['complete', { rows: 153, notRead: [] }]);
  });

  it('that are refused leave the window complete, and are shown in its report and its details', async () => {
    const { report, lookups, details } = await run({
      claimLookups: async () => ({
        due: ['skills', 'teams'],
        failed: [{ list: 'campaigns', code: 'NotFound' }],
      }),
      fetchLookups: async ({ list }) =>
        list === 'skills'
          ? { pageId: null, records: 0, totalRecords: null, next: null, refused: 'LookupsForbidden' }
          : page('t', 3, null, 3),
      persistLookups: async () => stored,
    });
    const notRead = [
      { list: 'campaigns', code: 'NotFound' },
      { list: 'skills', code: 'LookupsForbidden' },
    ];
    expect(report).toMatchObject({ status: 'complete', lookupsNotRead: notRead });
    expect(lookups).toEqual({ rows: 3, notRead });
    expect(details).toContain('Skills: refused** (missing permission, LookupsForbidden)');
    expect(details).toContain('Campaigns: not read** (NotFound)');
  });

  it('that CXone does not answer for are left to a later window after five attempts', async () => {
    let attempts = 0;
    const { report } = await run({
      claimLookups: async () => ({ due: ['skills'], failed: [] }),
      fetchLookups: async () => {
        attempts += 1;
        throw failure('CxoneUnavailable', false);
      },
    });
    expect(attempts).toBe(5);
    expect(report).toMatchObject({
      status: 'complete',
      lookupsNotRead: [{ list: 'skills', code: 'CxoneUnavailable' }],
    });
  });

  it('that came short of their total are reported', async () => {
    const { report } = await run({
      claimLookups: async () => ({ due: ['skills'], failed: [] }),
      fetchLookups: async () => page('s', 2, null, 3),
      persistLookups: async () => ({ ...stored, problem: 'CountMismatch' }),
    });
    expect(report.lookupsNotRead).toEqual([{ list: 'skills', code: 'CountMismatch' }]);
  });

  it('that cannot be stored fail the window: it is the database that is broken', async () => {
    const outcome = run({
      claimLookups: async () => ({ due: ['skills'], failed: [] }),
      fetchLookups: async () => page('s', 2, null, 2),
      persistLookups: async () => {
        throw failure('DatabaseFull', true);
      },
    });
    await expect(outcome).rejects.toMatchObject({ cause: { type: 'DatabaseFull' } });
  });
});
