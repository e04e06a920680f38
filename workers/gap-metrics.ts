import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { FilteredTenant, LiveGaps } from '../store';
import { keepReading } from './keep-reading';

/**
 * Shows every 15 seconds what the live sync could not read and nothing has read since, for alerts
 * (ops/prometheus/alerts.yml): `cxone_gaps` by tenant, reason (`away`, `filter`, `rejected`) and state: `open` where its
 * backfill is begun by itself, `waits` where a person decides, or has cancelled that. Every worker shows the same
 * figures; one that is there no more is shown as 0.
 *
 * @returns a function that ends it, when what is being read has been read.
 */
export function watchGaps(
  gaps: Pick<LiveGaps, 'openAmong'>,
  tenants: readonly FilteredTenant[],
  meter: MetricMeter,
  logger: Logger,
): () => Promise<void> {
  const gauge = meter.createGauge('cxone_gaps', 'int', undefined, 'Times the live sync could not read');
  const seen = new Map<
    string,
    { readonly tenant: string; readonly reason: string; readonly state: string }
  >();
  const look = async (): Promise<void> => {
    const counts = new Map<string, number>();
    for (const [tenant, open] of await gaps.openAmong(tenants)) {
      for (const { reason, waits, givenUp } of open) {
        const labels = { tenant, reason, state: waits || givenUp ? 'waits' : 'open' };
        const key = Object.values(labels).join(' ');
        seen.set(key, labels);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    for (const [key, labels] of seen) gauge.set(counts.get(key) ?? 0, labels);
  };
  return keepReading(look, logger, 'the gaps of the live sync could not be read');
}
