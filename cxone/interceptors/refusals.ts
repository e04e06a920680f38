import { correlationId, retryAfter } from '../answer-headers';
import { CxoneError, familyNames } from '../errors';
import type { ApiFamily, CxoneErrorCode } from '../errors';
import type { HttpAnswer, Interceptor } from '../exchange';

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
 * Lets through what is success, or what the caller accepts, and turns every other status into its error, with the
 * server's own words as `redact` left them (contract §5).
 */
export function refusals(now: () => number): Interceptor {
  return (next) => async (request, signal) => {
    const answer = await next(request, signal);
    if (success.has(answer.status) || request.accept?.includes(answer.status)) return answer;
    throw refusalOf(answer, request.family, now());
  };
}

function refusalOf(answer: HttpAnswer, family: ApiFamily, now: number): CxoneError {
  const { status, said = { code: '', text: '' } } = answer;
  const words = said.text === '' ? '' : `: ${said.text}`;
  const message = `${familyNames[family]} answered with status ${status}${words}`;
  const code = (family === 'auth' ? tokenCode(status, said) : undefined) ?? statusCode(status, family);
  return new CxoneError(code, /[.!?…]$/.test(message) ? message : `${message}.`, {
    status,
    retryAfterMs: retryAfter(answer.header('retry-after'), now),
    correlationId: correlationId(answer),
    ...(status >= 300 && status < 400 ? { remedy: redirected } : {}),
  });
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
  return status >= 400 ? 'BadRequest' : 'UnexpectedShape';
}

/** Contract §1.8: 401 (or, by RFC 6749, 400) with a code that says which half of the credentials is wrong. */
function tokenCode(status: number, said: { readonly code: string; readonly text: string }) {
  if (status < 400 || status === 408 || status === 429 || status >= 500) return undefined;
  const reason = `${said.code} ${said.text}`.toLowerCase();
  if (/invalid_client|unauthorized_client/.test(reason)) return 'InvalidClient';
  if (reason.includes('invalid_grant')) return 'InvalidAccessKey';
  return 'TokenRefused';
}
