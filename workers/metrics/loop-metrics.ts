import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import { pollFigures } from './poll-metrics';

/** How often the loop is measured; shorter delays do not show. */
const everyMs = 10;

/**
 * Shows every 15 seconds how long anything in this process had to wait for its turn since the last time:
 * `cxone_event_loop_delay_max_seconds`, the longest, and `cxone_event_loop_delay_p99_seconds`. Every tenant waits for the
 * one whose answer is being worked on, and so do heartbeats.
 *
 * @returns a function that ends it.
 */
export function watchEventLoop(meter: MetricMeter, logger: Logger): () => Promise<void> {
  const max = meter.createGauge(
    'cxone_event_loop_delay_max_seconds',
    'float',
    undefined,
    'Longest wait for a turn in the last 15 seconds',
  );
  const p99 = meter.createGauge(
    'cxone_event_loop_delay_p99_seconds',
    'float',
    undefined,
    'Wait for a turn that 99 of 100 did not exceed',
  );
  const delays = monitorEventLoopDelay({ resolution: everyMs });
  delays.enable();
  const read = async (): Promise<void> => {
    // Nothing has been seen yet where the figures are those of nothing.
    max.set(delays.count === 0 ? 0 : delays.max / 1e9);
    p99.set(delays.count === 0 ? 0 : delays.percentile(99) / 1e9);
    delays.reset();
  };
  const stop = pollFigures(read, logger, 'could not read the delay of the event loop');
  return async () => {
    await stop();
    delays.disable();
  };
}
