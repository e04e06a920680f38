import { type ErrorCode, errorTable, type ReadCode, readCode } from './error-table';

/** What happened and what to do about it, in words for a person; neither holds a secret or personal data. */
export interface Explained {
  readonly message: string;
  /** Empty when there is nothing to do. */
  readonly remedy: string;
}

/** Why something failed. Message and remedy stay apart until they are shown. */
export interface Cause extends Explained {
  readonly code: ReadCode;
  /** It may pass by itself: it was retried until the attempts were used up. */
  readonly passing?: boolean;
}

/** An error where it arises: what is more exact in this case than the words of the table. */
export interface Raised extends Partial<Explained> {
  readonly code: ErrorCode;
}

/** The cause that is raised, in the words of the table where it has none of its own. */
export function causeOfRaised({ code, ...words }: Raised): Cause {
  const { message, remedy } = errorTable[code];
  return { code, message, remedy, ...words };
}

/** Both in one text, for a reader who has one place for them: the message of a failure in Web UI, a line of a command. */
export function sentencesOf({ message, remedy }: Explained): string {
  return remedy === '' ? message : `${message.replace(/[.:]?$/, '.')} ${remedy}`;
}

/** Both apart, of a cause that an earlier release kept with the remedy in its message, too. */
export function apart<C extends Explained>(cause: C): C {
  const { message, remedy } = cause;
  if (remedy === '' || !message.includes(remedy)) return cause;
  return { ...cause, message: message.replace(remedy, '').replace(/ {2,}/g, ' ').trim() };
}

/** The details of every failure that activities and workflows raise; earlier releases gave no message there. */
interface FailureDetails extends Partial<Explained> {
  readonly passing?: boolean;
}

/** What of Temporal's `ApplicationFailure` holds a cause. */
export interface FailureFields {
  readonly type?: string | null | undefined;
  readonly message: string;
  readonly details?: readonly unknown[] | null | undefined;
}

/** A cause as a failure of Temporal: its message, which Web UI shows, says all; programs read the details. */
export function toFailure(cause: Cause) {
  const { code, message, remedy, passing = false } = cause;
  const details: FailureDetails = {
    ...(remedy !== '' && { message }),
    remedy,
    ...(passing && { passing }),
  };
  return { type: code, message: sentencesOf(cause), details: [details] };
}

/** The cause that a failure of Temporal holds, of this release or of an earlier one. */
export function fromFailure({ type, message: all, details }: FailureFields): Cause {
  const { message = all, remedy = '', passing = false } = (details?.[0] ?? {}) as FailureDetails;
  return apart({ code: readCode(type), message, remedy, passing });
}
