import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { CxoneError } from '../../cxone';
import { type QuotaWaits, StoreError } from '../../store';
import { activityKey, triesSoFar } from '../attempts';
import { isStopping } from './shutdown';
import { toFailure } from './failures';

/** So many tries, waits for a quota not among them, and then the activity has failed. */
const triesAtMost = 30;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** A 429 that asks for less, or for a moment that has passed, counts as one that says nothing. */
const shortestAskedMs = 999;

/** A quota of our own counting, or the server's word that one is used up. */
export const waitCodes: ReadonlySet<string> = new Set(['QuotaExhausted', 'Throttled']);

/**
 * Keeps apart what Temporal counts as one: waiting for a quota, which may take thousands of attempts and is nobody's
 * fault, and failing. The activities it is for are retried without end by Temporal; here their tries are counted, and
 * the pauses between them grow as those of other activities do (workflows/activity-options.ts).
 */
export function createWaitInterceptor(waits: QuotaWaits): ActivityInboundCallsInterceptor {
  /** Null while the database cannot tell: then the activity is tried again, and counted when it can. */
  const tries = async (): Promise<number | null> =>
    triesSoFar(waits).catch((error: unknown) => {
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
          // Nor is it a try when a worker is stopped, however often that is.
          if (isStopping()) await waits.add(activityKey()).catch(ignoreStoreError);
          throw error;
        }
        if (error instanceof CxoneError && waitCodes.has(error.code)) {
          // A wait that is not counted will count as a try: too few of them to matter.
          await waits.add(activityKey()).catch(ignoreStoreError);
          throw withPause(toFailure(error, shortestAskedMs));
        }
        const failure = toFailure(error);
        if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) throw failure;
        const tried = await tries();
        throw tried === null ? failure : afterTries(toFailure(error, pauseAfter(tried)), tried);
      }
      if (activityInfo().attempt > 1) await waits.forget(activityKey()).catch(ignoreStoreError);
      return result;
    },
  };
}

/**
 * Where nobody said how long to wait, Temporal would go by the attempts so far, which may be many. A few seconds are
 * enough, another number for each: how often CXone is asked is the limiter's business.
 */
function withPause(failure: unknown): unknown {
  if (!(failure instanceof ApplicationFailure) || failure.nextRetryDelay != null) return failure;
  return copyOf(failure, false, 5_000 + Math.random() * 5_000);
}

function afterTries(failure: unknown, tried: number): unknown {
  if (!(failure instanceof ApplicationFailure)) return failure;
  return copyOf(failure, tried >= triesAtMost, failure.nextRetryDelay ?? pauseAfter(tried));
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
