import {
  type Client,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowIdConflictPolicy,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { extractDataset } from '../../workflows';
import type { ExtractInput, ExtractPlan } from '../../workflows/extract/extract-input';
import type { ExtractProgress, ExtractReport } from '../../workflows/extract/extract-messages';
import { extractId, extractSummary } from '../../workflows/ids';
import { priorityOf } from '../../workflows/priorities';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
import { type ParkedEnd, type RunEnd, untilEndOrParked } from '../command/watch-run';

export type ExtractHandle = WorkflowHandleWithFirstExecutionRunId<typeof extractDataset>;

/**
 * Starts an extraction, or joins the one under way: the same days of a dataset have the same id.
 *
 * @param input as typed, `plan` the same checked.
 */
export async function startExtraction(
  client: Client,
  input: ExtractInput,
  plan: ExtractPlan,
): Promise<ExtractHandle> {
  return client.workflow.start<typeof extractDataset>('extractDataset', {
    taskQueue: taskQueues.workflows,
    workflowId: extractId(plan),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    args: [input],
    priority: priorityOf(plan.days === 1 ? 'manual' : 'backfill', plan.tenant),
    staticSummary: extractSummary(plan),
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keys.tenant, value: plan.tenant },
      { key: keys.status, value: 'Running' },
      { key: keys.trigger, value: 'manual' },
      { key: keys.windowStart, value: new Date(plan.from) },
      { key: keys.windowEnd, value: new Date(plan.to) },
    ]),
  });
}

/** Waits until an extraction ends, through all its continuations, or parks. */
export async function followExtraction(
  client: Client,
  handle: ExtractHandle,
  onProgress: (progress: ExtractProgress) => void,
): Promise<RunEnd<ExtractReport> | ParkedEnd> {
  // By id alone: the run that was started may have continued as new, and that one knows how far it is.
  const latest = client.workflow.getHandle(handle.workflowId);
  return untilEndOrParked(client, handle, () => latest.query<ExtractProgress>('progress'), onProgress);
}
