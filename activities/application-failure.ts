import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { errorRow } from '../errors';

/** What makes a failure: its type in Temporal, a message that is safe to show, and what to do about it. */
export interface FailureText {
  /** The error's code. */
  readonly type: string;
  readonly message: string;
  /** Ends the message, unless that says it already; empty when there is nothing to do. */
  readonly remedy: string;
}

/**
 * The failure of an activity as Temporal shows and retries it.
 *
 * @param retry absent: no retry resolves it; else how long the other side asked us to wait, in ms, where it said so.
 */
export function activityFailure(
  { type, message, remedy }: FailureText,
  retry?: { readonly afterMs: number | undefined },
): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: remedy === '' || message.includes(remedy) ? message : `${message} ${remedy}`,
    nonRetryable: retry === undefined,
    // What is retried may pass by itself, also once its attempts are used up.
    details: [retry === undefined ? { remedy } : { remedy, passing: true }],
    // Waiting for one's turn is no error: neither logs nor metrics count it as one.
    ...(errorRow(type)?.quota === 'ours' && { category: ApplicationFailureCategory.BENIGN }),
    ...(retry?.afterMs === undefined ? {} : { nextRetryDelay: retry.afterMs }),
  });
}
