import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { StuckSessions } from '../store';
import { pollFigures } from './metrics/poll-metrics';

/** Beyond what nearly every statement takes; then two readings, 15 s apart, must find it where it was. */
const stuckAfterSeconds = 20;

/**
 * Ends, every 15 seconds, sessions of workers that hold a transaction while nothing comes from them: their locks would
 * keep this worker waiting that has taken over their steps. Counted as `cxone_stuck_sessions_ended_total`.
 *
 * @returns a function that ends it.
 */
export function watchSessions(
  sessions: StuckSessions,
  meter: MetricMeter,
  logger: Logger,
): () => Promise<void> {
  const ended = meter.createCounter(
    'cxone_stuck_sessions_ended',
    'sessions',
    'Sessions of stuck workers ended',
  );
  ended.add(0);
  const read = async (): Promise<void> => {
    for (const { pid, seconds } of await sessions.end(stuckAfterSeconds)) {
      ended.add(1);
      logger.warn(
        { pid, seconds: Math.round(seconds) },
        'a worker that stood still in the middle of a transaction was cut off from the database',
      );
    }
  };
  return pollFigures(read, logger, 'could not check for sessions of stuck workers');
}
