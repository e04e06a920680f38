import { activityInfo, ApplicationFailure, cancelled, cancellationSignal } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { CxoneError } from '../../cxone';
import { CodedError, errorTable } from '../../errors';
import { activityFailure } from '../application-failure';
import { workerShutdownFailure, isShuttingDown } from './shutdown';

/**
 * Translates what went wrong, once and for all activities, into the failure Temporal shows and retries by: its type
 * is the error's code, its message is safe to show and ends with what to do.
 */
export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
    try {
      return await next(input);
    } catch (error) {
      // On pause or reset an aborted request must end as a cancellation, or the attempt hangs until its heartbeat times
      // out (temporal/facts.md §2, "Activities").
      if (cancellationSignal().aborted) {
        if (isShuttingDown()) throw workerShutdownFailure();
        await cancelled();
      }
      throw toFailure(error);
    }
  },
};

/**
 * Maps an error of the layers below to a failure. Temporal retries what is unknown, and its message is left out.
 *
 * @param ownPauseMs how long the activity waits where the other side does not ask for more; absent: what its retry
 * policy says, by Temporal's count of attempts, which is too high where some only waited (quota-waits.ts).
 */
export function toFailure(error: unknown, ownPauseMs?: number): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof CodedError) {
    const { code, message, remedy, retryable } = error as CodedError;
    const afterMs = error instanceof CxoneError ? delayFor(error, ownPauseMs) : undefined;
    return activityFailure({ code, message, remedy }, retryable ? { afterMs } : undefined);
  }
  // A message of unknown origin may quote data; its kind and place are enough to find the fault.
  const kind = error instanceof Error ? kindOf(error) : typeof error;
  const message = `Unexpected ${kind} in ${activityInfo().activityType}.`;
  const unexpected = activityFailure({ code: 'Unexpected', message }, { afterMs: undefined });
  if (error instanceof Error && error.stack) unexpected.stack = framesOf(error);
  return unexpected;
}

/** A `Retry-After` of days, or of a server whose clock is off, must not put a run to sleep. */
const maxRetryAfterMs = 3_600_000;

/**
 * How long to wait as CXone asked, in ms; undefined where our own back-off waits longer. A `Retry-After` of 0, or a date
 * that has passed by a clock that is off, would otherwise use up all attempts within a second. When a turn comes is no
 * request of CXone's but what our own limiter counted: it is kept to exactly.
 */
function delayFor({ code, retryAfterMs }: CxoneError, ownPauseMs: number | undefined): number | undefined {
  if (retryAfterMs === undefined || errorTable[code].quota === 'ours') return retryAfterMs;
  return retryAfterMs > (ownPauseMs ?? policyPause()) ? Math.min(retryAfterMs, maxRetryAfterMs) : undefined;
}

/** How long Temporal waits after this attempt by the retry policy, in ms. */
function policyPause(): number {
  const { attempt, retryPolicy = {} } = activityInfo();
  const { initialInterval: first, maximumInterval: longest, backoffCoefficient: factor = 2 } = retryPolicy;
  const grown = (typeof first === 'number' ? first : 1_000) * factor ** (attempt - 1);
  return typeof longest === 'number' ? Math.min(grown, longest) : grown;
}

/** A library may take the name of its error from an answer; ours and JavaScript's are a word that ends so. */
function kindOf({ name }: Error): string {
  return /^[A-Z][A-Za-z0-9]{0,40}(?:Error|Exception|Failure)$/.test(name) || name === 'Error'
    ? name
    : 'error';
}

/** The places of a stack; its message, which may have lines that look like places, stands before them. */
function framesOf({ stack = '', message }: Error): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  const places = at < 0 ? stack : stack.slice(at + message.length);
  return places
    .split('\n')
    .filter((line) => /^\s+at .*(?::\d+:\d+\)?|\(native\)|<anonymous>\)?)$/.test(line))
    .join('\n');
}
