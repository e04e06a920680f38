import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import { implausibleClock } from '../../cxone';
import type { SourceClocks } from '../../store';
import { pollFigures } from './poll-metrics';

/**
 * Shows every 15 seconds by how much clocks are wrong: `cxone_clock_error_seconds` by tenant and clock (`lastPollTime`,
 * `date`, `ours`), as the live sync saw them when it last asked for the time. 0 for a clock that differs from the others
 * by 5 minutes or less; negative for one that is behind.
 *
 * @returns a function that ends it, when what is being read has been read.
 */
export function watchClocks(
  clocks: Pick<SourceClocks, 'list'>,
  tenants: readonly string[],
  meter: MetricMeter,
  logger: Logger,
): () => Promise<void> {
  const error = meter.createGauge(
    'cxone_clock_error_seconds',
    'float',
    undefined,
    'By how much a clock is wrong',
  );
  const read = async (): Promise<void> => {
    for (const [tenant, { reading }] of await clocks.list(tenants)) {
      if (reading === null) continue;
      const finding = implausibleClock({
        lastPollTime: reading.lastPollTime?.getTime() ?? null,
        date: reading.dateHeader?.getTime() ?? null,
        ours: reading.ownClock.getTime(),
      });
      for (const clock of ['lastPollTime', 'date', 'ours'] as const) {
        error.set(finding?.clock === clock ? finding.offByMs / 1_000 : 0, { tenant, clock });
      }
    }
  };
  return pollFigures(read, logger, 'could not read the clocks');
}
