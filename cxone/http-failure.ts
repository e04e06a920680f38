import { CxoneError } from './errors';
import type { ApiFamily, CxoneErrorCode } from './errors';
import { errorBody, errorText } from './error-text';
import type { HttpAnswer } from './transport';

/** What a family is called in messages. */
export const familyNames: Readonly<Record<ApiFamily, string>> = {
  discovery: 'CXone discovery',
  auth: 'The CXone token endpoint',
  contacts: 'CXone Reporting (contacts)',
  agents: 'CXone Admin (agents)',
  lookups: 'CXone Admin (look-ups)',
  media: 'CXone Media Playback',
  extraction: 'CXone Data Extraction',
  file: 'The media host',
};

/** The menu path of what is most likely missing on a 403 (contract §6, customer-setup.md). */
const permissions: Partial<Record<ApiFamily, string>> = {
  contacts:
    'Reporting on ACD Contact History, and Search & Playback > Search permissions: Search interactions = On, ' +
    'Export search results = On',
  agents: 'Admin > Employees > View',
  media: 'Search & Playback > Player permissions > Play/download recordings = Enabled (Play Any & Download)',
};

/** The error for an answer whose status is no success, with the server's own (scrubbed) words (contract §5). */
export function httpFailure(
  answer: HttpAnswer,
  family: ApiFamily,
  secrets: readonly string[],
  now: number,
): CxoneError {
  const { status } = answer;
  const words = errorText(answer.header('icStatusDescription'), answer.body, secrets);
  const message = `${familyNames[family]} answered with status ${status}${words === '' ? '.' : `: ${words}`}`;
  const code = family === 'auth' ? (tokenCode(answer) ?? statusCode(status)) : statusCode(status);
  return new CxoneError(code, message, {
    status,
    retryAfterMs: retryAfter(answer.header('retry-after'), now),
    correlationId: correlationId(answer),
    ...remedyFor(code, status, family),
  });
}

function remedyFor(code: CxoneErrorCode, status: number, family: ApiFamily): { readonly remedy?: string } {
  const permission = permissions[family];
  if (code === 'PermissionDenied' && permission !== undefined) {
    return { remedy: `In CXone, give a role of the service user this permission: ${permission}.` };
  }
  if (status >= 300 && status < 400) {
    return {
      remedy:
        'Redirects are not followed, they would take the credentials along: check issuer in the tenants file.',
    };
  }
  return {};
}

/** How long to wait by a Retry-After header, in milliseconds: seconds or a date (RFC 9110 §10.2.3), never negative. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1_000);
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The id CXone's support asks for; kept only when it looks like one. */
export function correlationId(answer: HttpAnswer<unknown>): string | undefined {
  const id = answer.header('CorrelationId') ?? answer.header('X-Correlation-Id');
  return id !== undefined && /^[\w.:-]{1,80}$/.test(id) ? id : undefined;
}

function statusCode(status: number): CxoneErrorCode {
  if (status === 401) return 'Unauthorized';
  if (status === 403) return 'PermissionDenied';
  if (status === 404 || status === 410) return 'NotFound';
  // A gateway that gave up waiting: smaller pages cure it as they do a 408 (contract §2.6).
  if (status === 408 || status === 504) return 'RequestTimeout';
  if (status === 429) return 'Throttled';
  if (status >= 500) return 'CxoneUnavailable';
  return status >= 400 ? 'BadRequest' : 'UnexpectedShape';
}

/** Contract §1.8: 401 (or, by RFC 6749, 400) with a code that says which half of the credentials is wrong. */
function tokenCode(answer: HttpAnswer): CxoneErrorCode | undefined {
  const { status } = answer;
  if (status < 400 || status === 408 || status === 429 || status >= 500) return undefined;
  const { code, text } = errorBody(answer.body);
  const reason = `${code} ${text}`.toLowerCase();
  if (/invalid_client|unauthorized_client/.test(reason)) return 'InvalidClient';
  if (reason.includes('invalid_grant')) return 'InvalidAccessKey';
  return 'TokenRefused';
}
