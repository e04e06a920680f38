import type { Exchange, Family } from './exchange';
import { empty, json, type Reply, text } from './reply';

/**
 * How each part of CXone says no (contract §1.8, §4.5, §5): the ACD APIs by a header and no body, Media Playback by
 * JSON of its own, S3 by XML, Data Extraction by a text.
 */

/** 401 for a token that is missing, expired or revoked. */
export function unauthorized(family: Family): Reply {
  if (family === 'file') return storageProblem(401, 'Unauthorized');
  if (family === 'auth') return json(401, { error: 'invalid_client', errorDescription: 'Unauthorized' });
  return family === 'media' || family === 'extraction'
    ? json(401, { message: 'Unauthorized' })
    : empty(401, { icStatusDescription: 'Token is invalid or has expired' });
}

/** 403 for a permission that the service user, or a family that the application, does not have. */
export function forbidden(family: Family): Reply {
  const message = 'The user does not have permission to perform this operation';
  if (family === 'file') return storageProblem(403, 'AccessDenied');
  if (family === 'auth') return json(403, { error: 'access_denied', errorDescription: message });
  if (family === 'media') return json(403, { internalCode: 'PLAYBACK_403', message });
  return family === 'extraction' ? json(403, { message }) : empty(403, { icStatusDescription: message });
}

/** 429; Media Playback's `{ message, route }`, elsewhere an empty body, since none is published. */
export function tooManyRequests(
  { family, path }: Pick<Exchange, 'family' | 'path'>,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return family === 'media'
    ? json(429, { message: 'API rate limit exceeded', route: path }, headers)
    : empty(429, headers);
}

/** What Media Playback answers where there is no recording, or none yet. */
export function noRecording(): Reply {
  return json(404, { internalCode: 'PLAYBACK_404', message: 'Interaction Not Found' });
}

/** A refusal of the file storage. */
export function storageProblem(status: number, code: string, message = ''): Reply {
  const detail = message === '' ? '' : `<Message>${message}</Message>`;
  return text(
    status,
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>${detail}</Error>`,
    'application/xml',
  );
}

/** What S3 answers for a presigned URL that is no longer valid: 403 with an XML body. */
export function expiredUrl(): Reply {
  return storageProblem(403, 'AccessDenied', 'Request has expired');
}
