import type { Priority } from '@temporalio/common';

/** What a run works for: the live sync, a person who waits for a window, or a backfill, which may wait. */
export type Work = 'live' | 'manual' | 'backfill';

/** Temporal's priority keys: the lower, the sooner, in every queue; 3 is also what a run has that was given none. */
const keys: Readonly<Record<Work, number>> = { live: 2, manual: 3, backfill: 4 };

/**
 * Whose turn it is in every task queue. Among tasks of one key the tenants take turns, however many tasks each has
 * waiting. Children and activities inherit both from the run that starts them, and so does what continues it.
 *
 * The key is also what the tenant's quotas go by (activities/request-limiter.ts).
 */
export function priorityOf(work: Work, tenant: string): Priority {
  return { priorityKey: keys[work], fairnessKey: tenant };
}
