import type { ActivityOptions } from '@temporalio/common';
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
    // A result too large fails again however often it is tried (temporal/facts.md §2).
    nonRetryableErrorTypes: ['PayloadsTooLarge'],
  },
} satisfies ActivityOptions;

/**
 * One CXone request, or the same one in ever smaller pages while CXone times out: seven halvings of a large page must
 * fit into one attempt, or each attempt would begin with the largest again.
 */
export const apiOptions: ActivityOptions = {
  ...patient,
  taskQueue: taskQueues.api,
  startToCloseTimeout: '30m',
};

/** One CXone request that a window can do without: a few tries, half a minute, and it is left to a later window. */
export const extraOptions: ActivityOptions = {
  ...apiOptions,
  retry: { ...patient.retry, maximumAttempts: 5 },
};

/** Look-up and download of one call; a quota that is used up asks for patience, not for a failure. */
export const mediaOptions: ActivityOptions = {
  ...patient,
  taskQueue: taskQueues.media,
  startToCloseTimeout: '20m',
  retry: { ...patient.retry, maximumInterval: '5m', maximumAttempts: 200 },
};

/** One transaction. */
export const storeOptions: ActivityOptions = {
  ...patient,
  taskQueue: taskQueues.store,
  startToCloseTimeout: '5m',
};

/** Writing down that a run failed: worth a few tries, but the failure itself must not wait for long. */
export const farewellOptions: ActivityOptions = {
  ...storeOptions,
  retry: { ...patient.retry, maximumAttempts: 5 },
};
