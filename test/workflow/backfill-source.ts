import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import { runInspection } from '../../workers/run-inspection';
import type { BackfillProgress, BackfillReport } from '../../workflows/backfill/backfill-progress';
import { openWindow, pageOf, quietActivities, report } from './with-activities';

/** Activities of a made-up source in which each window has 10 contacts, and what they saw. */
export interface BackfillSource {
  readonly activities: Activities;
  /** Starts of the windows that were opened, in order; one that was opened twice is in it twice. */
  readonly opened: string[];
  /** The most windows that were open at a time. */
  readonly most: () => number;
  /** Windows that fail with this code until it is taken away. */
  readonly broken: Map<string, string>;
  /** Windows that wait, once opened, until they are released. */
  readonly held: Set<string>;
}

/** @param complete windows, by their start, that the ledger has complete already */
export function backfillSource(client: Client, complete: readonly string[] = []): BackfillSource {
  const opened: string[] = [];
  const open = new Set<string>();
  const broken = new Map<string, string>();
  const held = new Set<string>();
  let most = 0;
  const activities: Activities = {
    ...quietActivities(10),
    openWindow: async ({ from, to }) => {
      const start = short(from);
      opened.push(start);
      open.add(start);
      most = Math.max(most, open.size);
      return { ...openWindow, from, to, windowId: start, recordings: false };
    },
    fetchContactPage: async ({ windowId, skip, top }) => {
      while (held.has(windowId)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (Context.current().cancellationSignal.aborted) await Context.current().cancelled;
      }
      const code = broken.get(windowId);
      if (code !== undefined) {
        throw ApplicationFailure.create({ type: code, message: `${code} in a test.`, nonRetryable: true });
      }
      return pageOf(10, skip, top);
    },
    closeWindow: async ({ windowId, status }) => {
      open.delete(windowId);
      return { ...report, status, fetched: 10, expected: 10 };
    },
    findComplete: async ({ edges }) => {
      const starts = edges.slice(0, -1).map((edge) => short(new Date(edge).toISOString()));
      const places = starts.flatMap((start, place) => (complete.includes(start) ? [place] : []));
      return { complete: places, mediaPerSecond: 0.5 };
    },
    inspectRuns: async (ids) => Promise.all(ids.map(runInspection(client))),
    cancelBackfill: async (id) => void (await client.workflow.getHandle(id).cancel()),
  };
  return { activities, opened, most: () => most, broken, held };
}

/** `2026-11-01T00` of an instant: enough to name a window of an hour. */
export function short(instant: string): string {
  return instant.slice(0, 13);
}

/** Hours of 2026-11-01 on, by their short names. */
export function hours(count: number): string[] {
  const first = Date.UTC(2026, 10, 1);
  return Array.from({ length: count }, (_, n) => short(new Date(first + n * 3_600_000).toISOString()));
}

/** The input of a backfill of `count` hours. */
export function hourly(count: number, more: object = {}): object {
  const to = new Date(Date.UTC(2026, 10, 1) + count * 3_600_000).toISOString();
  return { tenant: 'acme', from: '2026-11-01T00:00:00Z', to, window: '1h', ...more };
}

export type BackfillHandle = WorkflowHandle<() => Promise<BackfillReport>>;

export function startBackfill(client: Client, workflowId: string, input: object): Promise<BackfillHandle> {
  const options = { taskQueue: 'cxone-sync', workflowId, args: [input] };
  return client.workflow.start('backfill', options);
}

/** Waits until a backfill's progress is as wanted. @throws Error after a minute */
export async function until(
  handle: WorkflowHandle,
  wanted: (progress: BackfillProgress) => boolean,
): Promise<BackfillProgress> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const progress = await handle.query<BackfillProgress>('progress');
    if (wanted(progress)) return progress;
    if (Date.now() > deadline) throw new Error(`it came no further than ${JSON.stringify(progress)}`);
    // Each query is a task for a worker.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
