import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import type { WindowReport } from '../../activities/types';
import { openShortHistories } from './short-histories';
import {
  loadedDay,
  openWindow,
  pageOf,
  quietActivities,
  released,
  type WorkflowEnvironment,
} from './with-activities';

let environment: WorkflowEnvironment;
beforeAll(async () => {
  environment = await openShortHistories();
});
afterAll(() => environment?.close());

/** The runs that a window took, by their numbers of events. */
async function chainOf(workflowId: string): Promise<number[]> {
  const lengths: number[] = [];
  for await (const link of environment.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    lengths.push(link.historyLength ?? 0);
  }
  return lengths;
}

async function run(workflowId: string): Promise<WindowReport> {
  const input = { tenant: 'acme', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
  const start = { taskQueue: 'cxone-sync', workflowId, args: [input] };
  return (await environment.client.workflow.execute('syncWindow', start)) as WindowReport;
}

describe('a window too large for one history', () => {
  it('goes on in a new run without asking for any page twice or leaving one out', async () => {
    const total = 400;
    const asked: number[] = [];
    const persisted: string[] = [];
    const opened: unknown[] = [];
    const activities = {
      ...quietActivities(total),
      openWindow: async (span: unknown) => {
        opened.push(span);
        return openWindow;
      },
      fetchContactPage: async ({ skip, top, round }: { skip: number; top: number; round: number }) => {
        asked.push(skip);
        return pageOf(total, skip, top, round);
      },
      persistContacts: async ({ pageId }: { pageId: string }) => {
        persisted.push(pageId);
        return { inserted: 10, updated: 0, unchanged: 0, rejected: 0 };
      },
    };
    await environment.serve(activities, async () => {
      expect((await run('many-pages')).status).toBe('complete');
      const skips = Array.from({ length: 40 }, (_, page) => page * 10);
      expect(asked.sort((a, b) => a - b)).toEqual(skips);
      expect(new Set(persisted).size).toBe(40);
      expect(opened).toHaveLength(1);
      const progress = await environment.client.workflow.getHandle('many-pages').query('progress');
      expect(progress).toMatchObject({ stage: 'done', contacts: total, pages: 40 });
    });
    expect((await chainOf('many-pages')).length).toBeGreaterThan(2);
  });

  it('goes on with its recordings where it was, each looked for once', async () => {
    const ids = Array.from({ length: 1_200 }, (_, n) => String(100_000 + n));
    const looked: string[] = [];
    let agents = 0;
    const activities = {
      ...quietActivities(),
      fetchAgents: async () => {
        agents += 1;
        return { pageId: null, records: 0, hiddenAgents: 0, watermark: null, next: null };
      },
      dueRecordings: async ({ after, limit }: { after: string | null; limit: number }) =>
        ids.filter((id) => after === null || id > after).slice(0, limit),
      downloadRecording: async ({ masterContactId }: { masterContactId: string }) => {
        looked.push(masterContactId);
        return { status: 'stored' as const, files: 1, bytes: 1 };
      },
    };
    await environment.serve(activities, async () => {
      expect((await run('many-recordings')).status).toBe('complete');
      expect(looked).toHaveLength(ids.length);
      expect(new Set(looked).size).toBe(ids.length);
      expect(agents).toBe(1);
      const progress = await environment.client.workflow.getHandle('many-recordings').query('progress');
      expect(progress).toMatchObject({ recordings: { stored: ids.length } });
    });
    expect((await chainOf('many-recordings')).length).toBeGreaterThan(1);
  });
});

describe('a day of a range that was parked so often that its history is full', () => {
  it('goes on in a new run, and notifies its range of its end once', async () => {
    const refusals = { left: 5 };
    const held = { loading: true };
    const activities: Activities = {
      ...quietActivities(),
      createExtractionJob: async ({ day }) => {
        if (day === '2025-11-01' && refusals.left-- > 0)
          throw ApplicationFailure.create({ type: 'ExtractionForbidden', nonRetryable: true });
        return { status: 'created', jobId: 'job', lookAfterMs: 5 };
      },
      loadExtraction: async ({ day }) => (day === '2025-11-02' ? released(held) : loadedDay),
    };
    await environment.serve(activities, async () => {
      const input = { tenant: 'acme', dataset: 'evaluations', from: '2025-11-01', to: '2025-11-03' };
      const range = await environment.client.workflow.start('extractDataset', {
        taskQueue: 'cxone-sync',
        workflowId: 'extract:acme:evaluations:range',
        args: [input],
      });
      const day = environment.client.workflow.getHandle('extract:acme:evaluations:2025-11-01');
      const deadline = Date.now() + 45_000;
      while (refusals.left >= 0) {
        // Refused while it is not parked.
        await day.executeUpdate('resume').catch(() => undefined);
        if (Date.now() > deadline) throw new Error(`${refusals.left} refusals are left`);
      }
      expect(await day.result()).toMatchObject({ status: 'complete' });
      held.loading = false;
      expect(await range.result()).toMatchObject({
        status: 'complete',
        complete: 2,
        failedDays: 0,
        parked: [],
        records: 20,
      });
      expect((await chainOf(day.workflowId)).length).toBeGreaterThan(1);
    });
  });
});
