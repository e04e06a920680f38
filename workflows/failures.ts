import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { InvalidInputError } from './inputs';

/** Why a run stopped, in words for a person. `message` and `remedy` hold no secret and no personal data. */
export interface Cause {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** It may pass by itself: it was retried until the attempts were used up. */
  readonly passing?: boolean;
}

/** Details of every failure that activities and workflows of this project raise. */
export interface FailureDetails {
  readonly remedy?: string;
  readonly passing?: boolean;
}

/**
 * What happened, without what to do about it: the message of a failure says both, for a reader who sees it alone; where the
 * remedy has a line of its own, it would be read twice.
 */
export function withoutRemedy({ message, remedy }: Cause): string {
  return remedy ? message.replace(remedy, '').replace(/ {2,}/g, ' ').trim() : message;
}

/** A failure that no retry can resolve. A plain `Error` would only fail the workflow task, and spin. */
export function permanentFailure(cause: Cause): ApplicationFailure {
  return ApplicationFailure.create({
    type: cause.code,
    message: `${withoutRemedy(cause)} ${cause.remedy}`.trim(),
    nonRetryable: true,
    details: [detailsOf(cause)],
  });
}

function detailsOf({ remedy, passing = false }: Cause): FailureDetails {
  return passing ? { remedy, passing } : { remedy };
}

/** Runs a parser of inputs; what it refuses fails the workflow at once with code `InvalidInput`. */
export function refuseInvalidInput<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw permanentFailure({ code: 'InvalidInput', message: error.message, remedy: '' });
  }
}

/** Finds the reason at the bottom of Temporal's chain of failures. */
export function causeOf(error: unknown): Cause {
  if (isCancellation(error)) {
    return {
      code: 'Cancelled',
      message: 'The run was cancelled.',
      remedy: 'Start the window again when wanted.',
    };
  }
  if (error instanceof ApplicationFailure) {
    const details = (error.details?.[0] ?? {}) as FailureDetails;
    const { remedy = '', passing = false } = details;
    return { code: error.type ?? 'Unexpected', message: error.message, remedy, passing };
  }
  if (error instanceof TimeoutFailure) {
    return {
      code: 'StepTimedOut',
      message: 'A step did not finish in its time, however often it was tried.',
      remedy: 'See the failed step in the run’s history; check that workers are up and the database answers.',
      passing: true,
    };
  }
  if ((error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause) {
    return causeOf(error.cause);
  }
  return { code: 'Unexpected', message: 'The run failed for a reason that has no code.', remedy: '' };
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
  const cause = causeOf(error);
  throw ApplicationFailure.create({
    type: cause.code,
    message: cause.message,
    nonRetryable: true,
    details: [detailsOf(cause)],
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
