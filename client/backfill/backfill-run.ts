import {
  type Client,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowIdConflictPolicy,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { backfill } from '../../workflows';
import type { BackfillInput, BackfillPlan } from '../../workflows/backfill/backfill-input';
import type { BackfillProgress, BackfillReport } from '../../workflows/backfill/backfill-progress';
import { backfillId, stamp } from '../../workflows/ids';
import { priorityOf } from '../../workflows/priorities';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
import { type RunEnd, untilEnd } from '../command/watch-run';

export type BackfillHandle = WorkflowHandleWithFirstExecutionRunId<typeof backfill>;

/**
 * Starts the run of a backfill, or joins the one under way: the same range and filter have the same id.
 *
 * @param input as typed, `plan` the same checked.
 */
export async function startBackfill(
  client: Client,
  input: BackfillInput,
  plan: BackfillPlan,
): Promise<BackfillHandle> {
  return client.workflow.start<typeof backfill>('backfill', {
    taskQueue: taskQueues.workflows,
    workflowId: backfillId(plan),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    args: [input],
    priority: priorityOf('backfill', plan.tenant),
    staticSummary: `backfill ${stamp(plan.from)} – ${stamp(plan.to)} in ${plan.windows} windows (${plan.tenant})`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keys.tenant, value: plan.tenant },
      { key: keys.status, value: 'Running' },
      { key: keys.trigger, value: 'manual' },
      { key: keys.windowStart, value: plan.from },
      { key: keys.windowEnd, value: plan.to },
      { key: keys.backfillId, value: backfillId(plan) },
    ]),
  });
}

/** Waits for a backfill's end, through all its continuations, and reports its progress. */
export async function followBackfill(
  client: Client,
  handle: BackfillHandle,
  onProgress: (progress: BackfillProgress) => void,
): Promise<RunEnd<BackfillReport>> {
  // By id alone: the run that was started may have continued as new, and that one knows how far it is.
  const latest: WorkflowHandle = client.workflow.getHandle(handle.workflowId);
  return untilEnd(handle.result(), () => latest.query<BackfillProgress>('progress'), onProgress);
}
