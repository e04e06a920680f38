import type { Client, WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { backfill } from '../../workflows';
import type { BackfillInput, BackfillPlan } from '../../workflows/backfill/backfill-input';
import type { BackfillProgress, BackfillReport } from '../../workflows/backfill/backfill-progress';
import { backfillId, stamp } from '../../workflows/ids';
import { priorityOf } from '../../workflows/priorities';
import { startRun } from '../command/follow-run';
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
  const { tenant, from, to } = plan;
  const id = backfillId(plan);
  return startRun<typeof backfill>(client, 'backfill', {
    ...{ workflowId: id, input, tenant, from, to, backfillId: id },
    priority: priorityOf('backfill', tenant),
    staticSummary: `backfill ${stamp(from)} – ${stamp(to)} in ${plan.windows} windows (${tenant})`,
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
