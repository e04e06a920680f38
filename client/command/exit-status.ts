import type { ReadCode } from '../../errors';

/** What the command line's exit statuses mean. */
export const exitStatus = {
  done: 0,
  failed: 1,
  /** Bad input or settings; nothing was started. */
  badInput: 2,
  /** CXone, Temporal or PostgreSQL refused or cannot be reached, or no worker is listening. */
  unavailable: 3,
  /** Finished, but something is parked, missing or different. */
  incomplete: 4,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** Codes that only commands give; all others are of the table of errors. */
export type CommandCode =
  | 'BackfillIncomplete'
  | 'BadInput'
  | 'BadSettings'
  | 'CheckFailed'
  | 'ClockImplausible'
  | 'CountUnknown'
  | 'DemoRunning'
  | 'Different'
  | 'Done'
  | 'Failed'
  | 'Interrupted'
  | 'NoAnswer'
  | 'NoSuchRun'
  | 'NoWorker'
  | 'NotRunning'
  | 'NothingToReset'
  | 'RecordingChanged'
  | 'Refused'
  | 'StandFailed'
  | 'StatusConcerns'
  | 'StillRejected'
  | 'TemporalUnavailable'
  | 'UnknownAnswer'
  | 'UnknownRecord'
  | 'WorkerFailed';

/** Ends a command with a message for the operator and an exit status. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly status: ExitStatus,
    message: string,
    /** The error's code, for `--json`. */
    readonly code: CommandCode | ReadCode = 'Failed',
    /** The result, this failure included, is on stdout already: `--json` gets no second document. */
    readonly isReported: boolean = false,
  ) {
    super(message);
  }
}
