import type { MetricMeter } from '@temporalio/common';
import type { RequestEvent } from '../../cxone';

/**
 * Counts what is asked of CXone, on the worker's Prometheus endpoint: `cxone_requests_total` and
 * `cxone_request_duration_seconds`, by tenant, API family and status (0 when no answer came).
 */
export function requestMetrics(meter: MetricMeter): (tenant: string) => (event: RequestEvent) => void {
  const requests = meter.createCounter('cxone_requests', 'requests', 'Requests sent to CXone');
  const durations = meter.createHistogram(
    'cxone_request_duration',
    'float',
    // Spelled out: it becomes the end of the name as it stands.
    'seconds',
    'Time until CXone had answered',
  );
  return (tenant) => (event) => {
    const labels = { tenant, family: event.family, status: String(event.status) };
    requests.add(1, labels);
    durations.record(event.ms / 1_000, { tenant, family: event.family });
  };
}
