import type { MetricMeter } from '@temporalio/common';
import { activityQueues } from '../queues';

/**
 * Shows how many steps hang past their deadline in this process, by activity: `cxone_hung_steps`. Each begins at 0, so
 * that a worker without hung steps differs from one that is gone.
 */
export function hungMetrics(meter: MetricMeter): (activity: string, count: number) => void {
  const gauge = meter.createGauge('cxone_hung_steps', 'int', undefined, 'Steps given up that still hang');
  for (const activity of activityQueues.flatMap(({ activities }) => activities)) gauge.set(0, { activity });
  return (activity, count) => gauge.set(count, { activity });
}
