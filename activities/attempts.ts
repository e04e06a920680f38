import { activityInfo } from '@temporalio/activity';
import type { QuotaWaits } from '../store';

/** The activity at hand, by what stays the same from attempt to attempt. */
export function activityKey(): string {
  const { activityId, activityRunId, workflowExecution } = activityInfo();
  return `${workflowExecution?.runId ?? activityRunId ?? ''}:${activityId}`;
}

/**
 * Which try of the activity at hand this is, from 1. An attempt that only waited for a quota is none: there may be
 * thousands of those. One that ended with its worker is.
 *
 * @throws StoreError
 */
export async function triesSoFar(waits: QuotaWaits): Promise<number> {
  const { attempt } = activityInfo();
  if (attempt === 1) return 1;
  return Math.max(1, attempt - (await waits.count(activityKey())));
}
