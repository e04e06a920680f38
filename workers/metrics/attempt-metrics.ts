import type { MetricMeter } from '@temporalio/common';
import { activityQueues } from '../queues';

/**
 * Counts attempts of activities that failed after many others had, by activity:
 * `cxone_activity_late_attempts_total`. Each activity begins at 0, so that its first one shows as a rise.
 */
export function attemptMetrics(meter: MetricMeter): (activity: string) => void {
  const late = meter.createCounter(
    'cxone_activity_late_attempts',
    'attempts',
    'Failed attempts of activities that had failed many times before',
  );
  for (const activity of activityQueues.flatMap(({ activities }) => activities)) late.add(0, { activity });
  return (activity) => late.add(1, { activity });
}
