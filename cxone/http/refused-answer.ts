import type { ApiFamily, CxoneErrorCode } from '../../errors';

/** An answer of CXone that became an error, for callers that keep such answers where personal data may be stored. */
export interface RefusedAnswer {
  readonly family: ApiFamily;
  /** Of HTTP; 0 when it was not the answer but an address in it that was refused. */
  readonly status: number;
  readonly code: CxoneErrorCode;
  readonly correlationId: string | undefined;
  /** PERSONAL DATA: the first 4 kB of what CXone wrote, without tokens, keys and signed addresses. */
  readonly text: string;
}

/**
 * Takes such an answer and says at once under which id it is kept, for the message of the error; `undefined` when it is
 * not. Must neither throw nor wait.
 */
export type KeepAnswer = (answer: RefusedAnswer) => string | undefined;
