import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { extractDataset } from '../../workflows';
import type { ExtractInput, ExtractPlan } from '../../workflows/extract/extract-input';
import type { ExtractProgress, ExtractReport } from '../../workflows/extract/extract-messages';
import { extractId, extractSummary } from '../../workflows/ids';
import { priorityOf } from '../../workflows/priorities';
import { startRun } from '../command/follow-run';
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
  return startRun<typeof extractDataset>(client, 'extractDataset', {
    ...{ workflowId: extractId(plan), input, tenant: plan.tenant },
    ...{ from: new Date(plan.from), to: new Date(plan.to) },
    priority: priorityOf(plan.days === 1 ? 'manual' : 'backfill', plan.tenant),
    staticSummary: extractSummary(plan),
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
