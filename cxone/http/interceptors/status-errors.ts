import { correlationId, retryAfter } from '../response-headers';
import { CxoneError, familyNames } from '../../cxone-error';
import type { ApiFamily, CxoneErrorCode } from '../../../errors';
import type { HttpAnswer, Interceptor } from '../exchange';
import { familyRemedy } from '../family-remedies';
import { type KnownPhrase, speaksOf } from '../known-phrases';

/** All of these are success (contract §2.7: 304 is one without a body). */
const success = new Set([200, 203, 204, 206, 304]);

/** A missing permission has a code of its own for each API; the public and presigned addresses know no permissions. */
const forbidden: Readonly<Record<ApiFamily, CxoneErrorCode>> = {
  discovery: 'IssuerUnknown',
  auth: 'TokenRefused',
  contacts: 'ContactsForbidden',
  agents: 'AgentsForbidden',
  lookups: 'LookupsForbidden',
  media: 'MediaForbidden',
  extraction: 'ExtractionForbidden',
  file: 'MediaLinkExpired',
};

/**
 * Lets through what is success, or what the caller accepts, and turns every other status into its error, with the known
 * phrases in the server's words (contract §5). The answer itself can be kept by the caller (see `redact`).
 */
export function statusErrors(now: () => number): Interceptor {
  return (next) => async (request, signal) => {
    const answer = await next(request, signal);
    if (success.has(answer.status) || request.accept?.includes(answer.status)) return answer;
    throw toStatusError(answer, request.family, now());
  };
}

function toStatusError(answer: HttpAnswer, family: ApiFamily, now: number): CxoneError {
  const { status, serverPhrases = [] } = answer;
  const code =
    (family === 'auth' ? tokenCode(status, serverPhrases) : undefined) ?? statusCode(status, family);
  const remedy = isRedirect(status) && code === 'UnexpectedShape' ? redirected : familyRemedy(code, family);
  return new CxoneError(
    code,
    `${familyNames[family]} answered with status ${status}${speaksOf(serverPhrases)}.`,
    {
      status,
      retryAfterMs: retryAfter(answer.header('retry-after'), now),
      correlationId: correlationId(answer),
      answerId: answer.report?.(code),
      ...(remedy === undefined ? {} : { remedy }),
    },
  );
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

const redirected =
  'Redirects are not followed, they would take the credentials along: check issuer in the tenants file.';

function statusCode(status: number, family: ApiFamily): CxoneErrorCode {
  if (status === 401) return 'Unauthorized';
  if (status === 403) return forbidden[family];
  if (status === 404 || status === 410) return 'NotFound';
  // A gateway that gave up waiting: smaller pages cure it as they do a 408 (contract §2.6).
  if (status === 408 || status === 504) return 'RequestTimeout';
  if (status === 429) return 'Throttled';
  if (status >= 500) return 'CxoneUnavailable';
  // Where the APIs are is CXone's own word, so no setting is to blame for a redirect there: it is a gateway's bad moment.
  if (isRedirect(status) && family !== 'discovery' && family !== 'auth') return 'CxoneUnavailable';
  return status >= 400 ? 'BadRequest' : 'UnexpectedShape';
}

/** Contract §1.8: 401 (or, by RFC 6749, 400) with a code that says which half of the credentials is wrong. */
function tokenCode(status: number, serverPhrases: readonly KnownPhrase[]): CxoneErrorCode | undefined {
  if (status < 400 || status === 408 || status === 429 || status >= 500) return undefined;
  if (serverPhrases.includes('invalid_client') || serverPhrases.includes('unauthorized_client'))
    return 'InvalidClient';
  return serverPhrases.includes('invalid_grant') ? 'InvalidAccessKey' : 'TokenRefused';
}
