import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { errorRow } from '../../errors';

/** From this attempt on, about five minutes after the first one, failing is no hiccup any more. */
export const lateFrom = 10;

/**
 * Reports attempts that fail after many others have: Temporal retries in silence, and a run that gets nowhere looks
 * like one that is slow. Waiting for a quota is no failure, however often; being cancelled is none either.
 *
 * @param onLate is called with the activity's name.
 */
export function createAttemptInterceptor(
  onLate: (activity: string) => void,
): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      try {
        return await next(input);
      } catch (error) {
        const { attempt, activityType } = activityInfo();
        const waits = error instanceof ApplicationFailure && Boolean(errorRow(error.type)?.quota);
        const failed = error instanceof Error && error.name !== 'CancelledFailure';
        if (attempt >= lateFrom && failed && !waits) onLate(activityType);
        throw error;
      }
    },
  };
}
