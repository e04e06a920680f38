import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { causeOfRaised, errorTable, type Raised, toFailure } from '../errors';

/**
 * The failure of an activity as Temporal shows and retries it.
 *
 * @param retry absent: no retry resolves it; else how long the other side asked us to wait, in ms, where it said so.
 */
export function activityFailure(
  raised: Raised,
  retry?: { readonly afterMs: number | undefined },
): ApplicationFailure {
  return ApplicationFailure.create({
    // What is retried may pass by itself, also once its attempts are used up.
    ...toFailure({ ...causeOfRaised(raised), passing: retry !== undefined }),
    nonRetryable: retry === undefined,
    // Waiting for one's turn is no error: neither logs nor metrics count it as one.
    ...(errorTable[raised.code].quota === 'ours' && { category: ApplicationFailureCategory.BENIGN }),
    ...(retry?.afterMs === undefined ? {} : { nextRetryDelay: retry.afterMs }),
  });
}
