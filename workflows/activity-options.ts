import type { ActivityOptions } from '@temporalio/common';
import type { ErrorCode } from '../errors';
import { taskQueues } from './task-queues';

/**
 * How activities are timed and retried, in one place.
 *
 * Every worker heartbeats all its activities (activities/interceptors), so that a dead worker is noticed within
 * `heartbeatTimeout` and its page is given to another.
 */
const patient = {
  heartbeatTimeout: '20s',
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '1m',
    maximumAttempts: 30,
    // A result too large fails at every attempt (temporal/facts.md §2).
    nonRetryableErrorTypes: ['PayloadsTooLarge' satisfies ErrorCode],
  },
} satisfies ActivityOptions;

/**
 * Asking CXone may mean waiting for a quota, thousands of times. Temporal counts each wait as an attempt, so it sets no
 * limit here; real failures are counted, and end after the same number, in activities/interceptors/retry-budget.ts.
 */
const patientWithQuotas = {
  ...patient,
  retry: { ...patient.retry, maximumAttempts: Number.POSITIVE_INFINITY },
} satisfies ActivityOptions;

/**
 * One CXone request, or the same one in ever smaller pages while CXone times out: seven halvings of a large page must
 * fit into one attempt, or each attempt would begin with the largest again.
 */
export const apiOptions: ActivityOptions = {
  ...patientWithQuotas,
  taskQueue: taskQueues.api,
  startToCloseTimeout: '30m',
};

/** One CXone request that a window can do without: a few attempts, half a minute, and it is left to a later window. */
export const extraOptions: ActivityOptions = {
  ...apiOptions,
  retry: { ...patient.retry, maximumAttempts: 5 },
};

/** Playback query and download of one call. */
export const mediaOptions: ActivityOptions = {
  ...patientWithQuotas,
  taskQueue: taskQueues.media,
  startToCloseTimeout: '20m',
};

/**
 * A file of Data Extraction, from its address to its last row: minutes, bounded by bandwidth as audio is. In the queue of
 * the transactions it would keep seconds' work waiting.
 */
export const loadingOptions: ActivityOptions = { ...mediaOptions, startToCloseTimeout: '1h' };

/** One transaction. */
export const storeOptions: ActivityOptions = {
  ...patient,
  taskQueue: taskQueues.store,
  startToCloseTimeout: '5m',
};

/** Writing down that a run failed: worth a few attempts, but the failure itself must not wait for long. */
export const farewellOptions: ActivityOptions = {
  ...storeOptions,
  retry: { ...patient.retry, maximumAttempts: 5 },
};
