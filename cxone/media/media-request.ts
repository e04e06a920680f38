import type { Readable } from 'node:stream';
import { retryAfter } from '../http/response-headers';
import { CxoneError } from '../cxone-error';
import type { Exchange, HttpAnswer } from '../http/exchange';
import type { HostPolicy } from '../http/host-policy';

/** Asks the media host for a file, or for the rest of one. */
export type MediaRequest = (
  url: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
) => Promise<HttpAnswer<Readable>>;

/** What files are fetched with, outside of the session: their addresses are secrets of their own. */
export interface FileAccess {
  readonly open: Exchange<Readable>;
  readonly policy: HostPolicy;
  readonly now: () => number;
}

const mostRedirects = 2;

/**
 * Requests to media hosts. The bearer token is never sent along (contract §4.4), and every address, the redirects' too,
 * must pass the host policy. Any status but a redirect is an answer.
 * @throws CxoneError `MediaHostRefused`, `MediaUnavailable`, and what a network can do
 */
export function createMediaRequest({ open, policy }: FileAccess): MediaRequest {
  return async (start, given, signal) => {
    let url = parseUrl(start, policy);
    const headers = { Accept: '*/*', 'Accept-Encoding': 'identity', ...given };
    for (let redirects = 0; ; redirects += 1) {
      policy.checkMedia(url);
      const answer = await open({ family: 'file', method: 'GET', url, headers }, signal);
      if (answer.status < 300 || answer.status > 399) return answer;
      answer.body.destroy();
      const location = answer.header('location');
      if (location === undefined || redirects === mostRedirects) {
        throw new CxoneError(
          'MediaUnavailable',
          `${policy.names.shown(url)} keeps redirecting instead of sending the file.`,
        );
      }
      url = parseUrl(location, policy, url);
    }
  };
}

/** The error for an answer that holds no part of a file; null when it does. */
export function toMediaError(answer: HttpAnswer<unknown>, now: number): CxoneError | null {
  const { status } = answer;
  if (status === 200 || status === 206) return null;
  const details = { status, retryAfterMs: retryAfter(answer.header('retry-after'), now) };
  const message = `The media host answered with status ${status}.`;
  if (status === 400 || status === 401 || status === 403)
    return new CxoneError('MediaLinkExpired', message, details);
  if (status === 429) return new CxoneError('Throttled', message, details);
  if (status === 412) return changed();
  return new CxoneError('MediaUnavailable', message, details);
}

/** What came before is of another file than what would come now. */
export function changed(): CxoneError {
  return new CxoneError('MediaChanged', 'The recording was replaced while it was being fetched.');
}

/** The length that an answer announces; `undefined` when it does not. */
export function lengthOf(answer: HttpAnswer<unknown>): number | undefined {
  const text = answer.header('content-length');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** @throws CxoneError `MediaHostRefused` for what is no URL; the text itself is a secret and stays out of the message */
function parseUrl(text: string, { names }: HostPolicy, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) {
    throw new CxoneError('MediaHostRefused', 'The file was not fetched: its address is not a URL.');
  }
  const url = new URL(text, base);
  if (url.username !== '' || url.password !== '') {
    throw new CxoneError(
      'MediaHostRefused',
      `The file was not fetched: the address on ${names.shown(url)} names a user.`,
    );
  }
  return url;
}
