import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { CxoneError } from '../../cxone';
import { errorTable } from '../../errors';
import { type QuotaWaits, StoreError } from '../../store';
import { activityKey, countedAttempts } from '../attempts';
import { isShuttingDown } from './shutdown';
import { toFailure } from './failures';

/** After this number of attempts, not counting waits for a quota, the activity has failed. */
const attemptsAtMost = 30;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** A 429 that asks for less, or for a moment that has passed, counts as one that says nothing. */
const shortestAskedMs = 999;

/**
 * Keeps apart what Temporal counts as one: waiting for a quota, which may take thousands of attempts and is no
 * fault, and failing. The activities it is for are retried without end by Temporal; here their failures are counted,
 * and the pauses between them grow as those of other activities do (workflows/activity-options.ts).
 */
export function createRetryBudgetInterceptor(waits: QuotaWaits): ActivityInboundCallsInterceptor {
  /** Null while the database does not answer: then the activity is retried, and counted when it does. */
  const failedAttempts = async (): Promise<number | null> =>
    countedAttempts(waits).catch((error: unknown) => {
      if (error instanceof StoreError) return null;
      throw error;
    });

  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      let result: unknown;
      try {
        result = await next(input);
      } catch (error) {
        if (cancellationSignal().aborted) {
          // Nor does it count when a worker is stopped, however often that is.
          if (isShuttingDown()) await waits.add(activityKey()).catch(ignoreStoreError);
          throw error;
        }
        if (error instanceof CxoneError && errorTable[error.code].quota !== null) {
          // A wait that could not be noted counts as a failure: too few of them to matter.
          await waits.add(activityKey()).catch(ignoreStoreError);
          throw withJitteredDelay(toFailure(error, shortestAskedMs));
        }
        const failure = toFailure(error);
        if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) throw failure;
        const tried = await failedAttempts();
        throw tried === null ? failure : withRetryBudget(toFailure(error, pauseAfter(tried)), tried);
      }
      if (activityInfo().attempt > 1) await waits.forget(activityKey()).catch(ignoreStoreError);
      return result;
    },
  };
}

/**
 * Where no answer says how long to wait, Temporal would go by the attempts so far, which may be many. A few seconds are
 * enough, another number for each: how often CXone is asked is the limiter's business.
 */
function withJitteredDelay(failure: unknown): unknown {
  if (!(failure instanceof ApplicationFailure) || failure.nextRetryDelay != null) return failure;
  return copyOf(failure, false, 5_000 + Math.random() * 5_000);
}

function withRetryBudget(failure: unknown, tried: number): unknown {
  if (!(failure instanceof ApplicationFailure)) return failure;
  return copyOf(failure, tried >= attemptsAtMost, failure.nextRetryDelay ?? pauseAfter(tried));
}

function pauseAfter(tried: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tried - 1, 10));
}

function copyOf(
  failure: ApplicationFailure,
  nonRetryable: boolean,
  nextRetryDelay: ApplicationFailure['nextRetryDelay'] & {},
): ApplicationFailure {
  const { message, type, details, category } = failure;
  const copy = ApplicationFailure.create({
    type: type ?? 'Unexpected',
    message,
    nonRetryable,
    details: details ?? [],
    nextRetryDelay,
    ...(category != null && { category }),
  });
  if (failure.stack !== undefined) copy.stack = failure.stack;
  return copy;
}

function ignoreStoreError(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
