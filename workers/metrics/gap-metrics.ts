import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { FilteredTenant, GapReason, LiveGaps } from '../../store';
import { pollFigures } from './poll-metrics';

const gapReasons: readonly GapReason[] = ['away', 'filter', 'rejected'];

/**
 * Shows every 15 seconds what the live sync could not read and nothing has read since, for alerts
 * (ops/prometheus/alerts.yml): `cxone_gaps` by tenant, reason (`away`, `filter`, `rejected`) and state: `open` where its
 * backfill is begun by itself, `waits` where a person decides, or has cancelled that. Every worker shows the same
 * figures; what there is none of is shown as 0.
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
  const read = async (): Promise<void> => {
    const gapsOf = await gaps.openAmong(tenants);
    for (const { tenant } of tenants) {
      for (const reason of gapReasons) {
        const open = (gapsOf.get(tenant) ?? []).filter((gap) => gap.reason === reason);
        const waits = open.filter((gap) => gap.waits || gap.givenUp).length;
        gauge.set(waits, { tenant, reason, state: 'waits' });
        gauge.set(open.length - waits, { tenant, reason, state: 'open' });
      }
    }
  };
  return pollFigures(read, logger, 'could not read the gaps of the live sync');
}
