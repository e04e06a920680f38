import { activityInfo } from '@temporalio/activity';
import type { QuotaWaits } from '../store';

/** The current activity, by what stays the same from attempt to attempt. */
export function activityKey(): string {
  const { activityId, activityRunId, workflowExecution } = activityInfo();
  return `${workflowExecution?.runId ?? activityRunId ?? ''}:${activityId}`;
}

/**
 * Which attempt of the current activity this is, from 1. One that only waited for a quota does not count: there may
 * be thousands of those. One that ended with its worker does.
 *
 * @throws StoreError
 */
export async function countedAttempts(waits: QuotaWaits): Promise<number> {
  const { attempt } = activityInfo();
  if (attempt === 1) return 1;
  return Math.max(1, attempt - (await waits.count(activityKey())));
}
