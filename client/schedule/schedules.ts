import {
  type Client,
  ScheduleNotFoundError,
  type ScheduleSummary,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { datasets } from '../../workflows/extract/extract-input';
import { taskQueues } from '../../workflows/task-queues';

/** What the schedules of a tenant are made from. */
export interface SchedulePlan {
  readonly tenant: string;
  /** Between two runs of the live sync, in ms. */
  readonly everyMs: number;
  /** Days to read again by start every night; 0 for none. */
  readonly rereadDays: number;
  /** Datasets of Data Extraction whose last days are loaded every night; `days` of them. */
  readonly extract: { readonly datasets: readonly Dataset[]; readonly days: number };
}

type Dataset = (typeof datasets)[number];

/** A schedule as Temporal has it now. */
export interface ScheduleLine {
  readonly id: string;
  readonly paused: boolean;
  readonly note: string;
  /** ISO 8601 in UTC; null when nothing is to come, or nothing has run yet. */
  readonly next: string | null;
  readonly lastRun: string | null;
}

/** Between two nights' re-reads of all tenants, so that they do not begin in the same minute. In ms. */
const nightlyJitterMs = 3_600_000;
const nightlyHour = 2;

export const incrementalScheduleId = (tenant: string): string => `incremental:${tenant}`;
export const rereadScheduleId = (tenant: string): string => `reread:${tenant}`;
export const extractScheduleId = (tenant: string, dataset: Dataset): string => `extract:${tenant}:${dataset}`;

/** The ids of a tenant's schedules, whether or not they exist. */
export function scheduleIds(tenant: string): readonly string[] {
  return [
    incrementalScheduleId(tenant),
    rereadScheduleId(tenant),
    ...datasets.map((dataset) => extractScheduleId(tenant, dataset)),
  ];
}

/**
 * The schedules of a tenant. A tick is skipped while the run before it is under way, and none is made up for: each run
 * derives what to read from the watermark, so that the next one absorbs what was missed.
 */
export function schedulesOf({
  tenant,
  everyMs,
  rereadDays,
  extract,
}: SchedulePlan): readonly ScheduleOptions[] {
  const policies = {
    overlap: ScheduleOverlapPolicy.SKIP,
    catchupWindow: '1m',
    pauseOnFailure: false,
  } as const;
  const incremental: ScheduleOptions = {
    scheduleId: incrementalScheduleId(tenant),
    spec: { intervals: [{ every: everyMs }] },
    policies,
    action: {
      type: 'startWorkflow',
      workflowType: 'incrementalSync',
      workflowId: incrementalScheduleId(tenant),
      taskQueue: taskQueues.workflows,
      args: [{ tenant }],
      staticSummary: `live sync (${tenant})`,
    },
  };
  const nightly = (scheduleId: string, action: ScheduleOptions['action']): ScheduleOptions => ({
    scheduleId,
    spec: { calendars: [{ hour: nightlyHour, minute: 0 }], jitter: nightlyJitterMs },
    // A night that was missed is made up for: nothing else sees what this reading is for.
    policies: { ...policies, catchupWindow: '12h' },
    action,
  });
  const reread = nightly(rereadScheduleId(tenant), {
    type: 'startWorkflow',
    workflowType: 'backfill',
    workflowId: `backfill:${tenant}:reread`,
    taskQueue: taskQueues.workflows,
    args: [{ tenant, lastDays: rereadDays, force: true }],
    staticSummary: `the last ${rereadDays} days once more (${tenant})`,
  });
  // Also days that are complete: calls come late, and evaluations change after they were submitted.
  const extractions = extract.datasets.map((dataset) =>
    nightly(extractScheduleId(tenant, dataset), {
      type: 'startWorkflow',
      workflowType: 'extractDataset',
      workflowId: `extract:${tenant}:${dataset}:nightly`,
      taskQueue: taskQueues.workflows,
      args: [{ tenant, dataset, lastDays: extract.days, force: true }],
      staticSummary: `${dataset} of the last ${extract.days} days (${tenant})`,
    }),
  );
  return [incremental, ...(rereadDays === 0 ? [] : [reread]), ...extractions];
}

/** Creates a schedule, or brings the one there is up to date; one that is paused stays so. */
export async function applySchedule(
  client: Client,
  options: ScheduleOptions,
): Promise<'created' | 'updated'> {
  const handle = client.schedule.getHandle(options.scheduleId);
  if ((await describe(client, options.scheduleId)) === null) {
    await client.schedule.create(options);
    return 'created';
  }
  await handle.update(({ state }) => ({ ...options, state }));
  return 'updated';
}

/** Null when there is none of that id. */
export async function describe(client: Client, scheduleId: string): Promise<ScheduleLine | null> {
  try {
    return lineOf(await client.schedule.getHandle(scheduleId).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** What is shown of a schedule, from its own description or from Temporal's list. */
export function lineOf({
  scheduleId,
  state,
  info,
}: Pick<ScheduleSummary, 'scheduleId' | 'state' | 'info'>): ScheduleLine {
  return {
    id: scheduleId,
    paused: state.paused,
    note: state.note ?? '',
    next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    lastRun: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}
