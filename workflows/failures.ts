import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { type Cause, causeOfRaised, errorTable, fromFailure, type Raised, toFailure } from '../errors';
import { InvalidInputError } from './inputs';

/** A failure that no retry can resolve. A plain `Error` would only fail the workflow task, and spin. */
export function permanentFailure(raised: Raised): ApplicationFailure {
  const passing = errorTable[raised.code].kind === 'retryable';
  return failureOf({ ...causeOfRaised(raised), passing });
}

/** The same for a cause that was read from another failure. */
export function failureOf(cause: Cause, error?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    ...toFailure(cause),
    nonRetryable: true,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

/** Runs a parser of inputs; what it refuses fails the workflow at once with code `InvalidInput`. */
export function refuseInvalidInput<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw permanentFailure({ code: 'InvalidInput', message: error.message });
  }
}

/** Finds the reason at the bottom of Temporal's chain of failures. */
export function causeOf(error: unknown): Cause {
  if (isCancellation(error)) return causeOfRaised({ code: 'Cancelled' });
  if (error instanceof ApplicationFailure) return fromFailure(error);
  if (error instanceof TimeoutFailure) return { ...causeOfRaised({ code: 'StepTimedOut' }), passing: true };
  if ((error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause) {
    return causeOf(error.cause);
  }
  return causeOfRaised({ code: 'Unexpected' });
}

/** False for what is none of our failures: a fault in a workflow itself. */
export function isKnown(error: unknown): boolean {
  return (
    error instanceof ApplicationFailure ||
    error instanceof ActivityFailure ||
    error instanceof ChildWorkflowFailure
  );
}

/** Ends the run with the reason on top, so that Web UI shows it without unfolding a chain. */
export function failRun(error: unknown): never {
  if (isCancellation(error))
    throw error instanceof CancelledFailure ? error : new CancelledFailure('cancelled');
  throw failureOf(causeOf(error), error);
}
