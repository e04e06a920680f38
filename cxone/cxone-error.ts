import { type ApiFamily, CodedError, type CxoneErrorCode } from '../errors';

/** What a family is called in messages. */
export const familyNames: Readonly<Record<ApiFamily, string>> = {
  discovery: 'CXone discovery',
  auth: 'The CXone token endpoint',
  contacts: 'CXone Reporting (contacts)',
  agents: 'CXone Admin (agents)',
  lookups: 'CXone Admin (skills, campaigns, teams, dispositions)',
  media: 'CXone Media Playback',
  extraction: 'CXone Data Extraction',
  file: 'The media host',
};

export interface CxoneErrorDetails {
  readonly remedy?: string | undefined;
  readonly status?: number | undefined;
  /** How long CXone asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly correlationId?: string | undefined;
  /** Under which the answer itself is kept (see `RefusedAnswer`). */
  readonly answerId?: string | undefined;
}

/**
 * The only error this folder throws (besides the caller's own abort reason). Its message is of our own words, statuses,
 * and known phrases of a closed list (known-phrases.ts), never of text that CXone wrote. It never carries a cause:
 * errors of the HTTP library hold headers and addresses.
 */
export class CxoneError extends CodedError<CxoneErrorCode> {
  override readonly name = 'CxoneError';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;

  constructor(code: CxoneErrorCode, message: string, details: CxoneErrorDetails = {}) {
    super(code, quoting(message, details), details.remedy);
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.correlationId = details.correlationId;
  }
}

/**
 * The ids end the message: on-call looks the answer up by the one (`cxone-sync errors show`), NICE's support asks for the
 * other, so they must be where an operator reads.
 */
function quoting(message: string, { answerId, correlationId }: CxoneErrorDetails): string {
  const ids = [
    ...(answerId === undefined ? [] : [`answer ${answerId}`]),
    ...(correlationId === undefined ? [] : [`correlation id ${correlationId}`]),
  ];
  return ids.length === 0 ? message : `${message.replace(/\.$/, '')} (${ids.join(', ')}).`;
}
