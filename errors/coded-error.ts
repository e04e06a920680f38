import { type ErrorCode, errorTable } from './error-table';
import type { ErrorKind } from './error-row';

/** An error of the table, as it arises: safe to show, with message and remedy apart. */
export abstract class CodedError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly kind: ErrorKind;
  readonly remedy: string;

  /** Without words of its own, those of the table. */
  constructor(
    readonly code: Code,
    message: string = errorTable[code].message,
    remedy: string = errorTable[code].remedy,
  ) {
    super(message);
    this.kind = errorTable[code].kind;
    this.remedy = remedy;
  }

  /** Whether it may pass by itself. */
  get retryable(): boolean {
    return this.kind === 'retryable';
  }
}
