import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { LimiterEvent } from '../../activities';
import type { ApiFamily } from '../../errors';
import type { Quotas, QuotaSize } from '../../store';
import { pollFigures } from './poll-metrics';

/** A tenant and its limits by API family, as the tenants file has them. */
export interface LimitedTenant {
  readonly tenant: string;
  readonly limits: Readonly<Record<string, QuotaSize | undefined>>;
}

/**
 * Counts what limiters do, on the worker's Prometheus endpoint: `cxone_quota_waits_total` (requests put off) and
 * `cxone_throttled_total` (429s), by tenant and API family.
 */
export function limiterMetrics(
  meter: MetricMeter,
): (tenant: string) => (family: ApiFamily, event: LimiterEvent) => void {
  const counters = {
    wait: meter.createCounter('cxone_quota_waits', 'waits', 'Requests to CXone put off for their quota'),
    throttled: meter.createCounter('cxone_throttled', 'answers', 'Requests that CXone refused with 429'),
  };
  return (tenant) => (family, event) => counters[event].add(1, { tenant, family });
}

/**
 * Shows every 15 seconds how the shared quotas stand: `cxone_quota_used_ratio` (of the quota, in the last span) and
 * `cxone_quota_pace_ratio` (of the full pace; less than 1 after 429s). Every worker shows the same figures.
 *
 * @returns a function that ends it, when what is being read has been read.
 */
export function watchQuotas(
  quotas: Pick<Quotas, 'listAmong'>,
  tenants: readonly LimitedTenant[],
  meter: MetricMeter,
  logger: Logger,
): () => Promise<void> {
  const used = meter.createGauge('cxone_quota_used_ratio', 'float', undefined, 'Share of a quota used');
  const pace = meter.createGauge('cxone_quota_pace_ratio', 'float', undefined, 'Share of the full pace');
  const read = async (): Promise<void> => {
    for (const [tenant, uses] of await quotas.listAmong(tenants)) {
      for (const use of uses) {
        const labels = { tenant, family: use.family };
        if (use.size !== undefined) used.set((use.used ?? 0) / use.size.requests, labels);
        pace.set(use.share, labels);
      }
    }
  };
  return pollFigures(read, logger, 'could not read the use of the quotas');
}
