import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Address } from './listen';
import { temporalLogger } from './temporal-logger';

/** The SDK's runtime is one per process: where it logs, and where it shows its metrics. */
export function installRuntime(metrics: Address | null, logger: Logger): void {
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: {
      logging: { filter: 'WARN', forward: {} },
      ...(metrics && {
        metrics: {
          prometheus: {
            bindAddress: `${metrics.host}:${metrics.port}`,
            // As Temporal's own dashboards and alert rules name them.
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
          },
        },
      }),
    },
  });
  if (metrics) logger.info({ host: metrics.host, port: metrics.port }, 'metrics are served');
}
