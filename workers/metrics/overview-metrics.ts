import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Overview } from '../../store';
import { pollFigures } from './poll-metrics';

type Figures = Pick<Overview, 'windows' | 'openRecordings' | 'lags' | 'parkedCodes' | 'extractions'>;

/**
 * Shows every 15 seconds the status of the tenants' work, for alerts (ops/prometheus/alerts.yml):
 * `cxone_watermark_lag_seconds` by tenant, `cxone_windows` by tenant and status, `cxone_parked_runs` by tenant and
 * code, `cxone_recordings` by tenant and status (those still to be had), `cxone_extraction_days` by tenant, dataset and status
 * (those under way and those that could not be had), and `cxone_figures_read_timestamp_seconds`,
 * when all this was last read: while the database is away the figures stand still.
 *
 * Every worker shows the same figures, so rules take `max by`. A code that no run is parked with any more is shown as 0:
 * a gauge keeps its last value for ever.
 *
 * @returns a function that ends it, when what is being read has been read.
 */
export function watchOverview(
  overview: Figures,
  tenants: readonly string[],
  meter: MetricMeter,
  logger: Logger,
): () => Promise<void> {
  // The SDK adds units to the names of counters and histograms only.
  const lag = meter.createGauge(
    'cxone_watermark_lag_seconds',
    'float',
    undefined,
    'Age of what is not stored',
  );
  const windows = meter.createGauge('cxone_windows', 'int', undefined, 'Windows of the ledger');
  const parked = meter.createGauge('cxone_parked_runs', 'int', undefined, 'Runs that wait for an operator');
  const recordings = meter.createGauge('cxone_recordings', 'int', undefined, 'Recordings still to be had');
  const days = meter.createGauge(
    'cxone_extraction_days',
    'int',
    undefined,
    'Days of Data Extraction that are not there',
  );
  const read = meter.createGauge(
    'cxone_figures_read_timestamp_seconds',
    'float',
    undefined,
    'When these were read',
  );
  const codes = new Map<string, { readonly tenant: string; readonly code: string }>();

  const readStatus = async (): Promise<void> => {
    const [states, open, lags, waiting, extractions] = await Promise.all([
      overview.windows(tenants),
      overview.openRecordings(tenants),
      overview.lags(tenants),
      overview.parkedCodes(tenants),
      overview.extractions(tenants),
    ]);
    for (const tenant of tenants) {
      for (const status of ['complete', 'running', 'parked', 'failed', 'incomplete'] as const) {
        windows.set(states.get(tenant)?.[status] ?? 0, { tenant, status });
      }
      for (const status of ['pending', 'unlikely', 'failed'] as const) {
        recordings.set(open.get(tenant)?.[status] ?? 0, { tenant, status });
      }
      const behind = lags.get(tenant);
      if (behind !== undefined) lag.set(behind.seconds, { tenant });
    }
    for (const { tenant, dataset, ...counts } of extractions) {
      for (const status of ['running', 'failed', 'incomplete'] as const)
        days.set(counts[status], { tenant, dataset, status });
    }
    const now = new Map(waiting.map((one) => [`${one.tenant} ${one.code}`, one]));
    for (const [key, { tenant, code }] of now) codes.set(key, { tenant, code });
    for (const [key, labels] of codes) parked.set(now.get(key)?.windows ?? 0, { ...labels });
    read.set(Date.now() / 1_000);
  };
  return pollFigures(readStatus, logger, 'could not read status figures');
}
