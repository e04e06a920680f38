import type { Readable } from 'node:stream';
import { retryAfter } from './answer-headers';
import { CxoneError } from './errors';
import type { Exchange, HttpAnswer } from './exchange';
import type { HostPolicy } from './host-policy';
import { readMediaBody } from './media-body';

export interface DownloadOptions {
  /** How long the body may stand still; 30 s if not given. */
  readonly idleTimeoutMs?: number;
  /** The most bytes to accept; 4 GiB if not given. */
  readonly maxBytes?: number;
}

/** A recording on its way. The body must be read to its end or be given up (`break`), which closes the connection. */
export interface Download {
  /**
   * The file's bytes. @throws CxoneError `MediaIncomplete` (shorter or longer than announced, empty, cut off, or
   * standing still), `MediaUnavailable` (a page of HTML or XML instead), `MediaTooLarge`
   */
  readonly body: AsyncIterable<Buffer>;
  readonly contentLength?: number;
  readonly contentType?: string;
  readonly etag?: string;
}

const mostRedirects = 2;

/**
 * Opens a media file. The URL is presigned and short-lived (contract §4.4): the bearer token is never sent along,
 * and every address, the redirects' too, must pass the host policy.
 * @throws CxoneError `MediaHostRefused`, `MediaLinkExpired`, `MediaUnavailable`, `Throttled`, and what a network can do
 */
export async function openDownload(
  open: Exchange<Readable>,
  policy: HostPolicy,
  url: string,
  now: () => number,
  signal?: AbortSignal,
  options: DownloadOptions = {},
): Promise<Download> {
  const maxBytes = options.maxBytes ?? 4 * 1024 ** 3;
  const answer = await follow(open, policy, parseUrl(url), signal);
  const length = answer.header('content-length');
  const contentType = answer.header('content-type');
  const etag = answer.header('etag');
  const contentLength = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;

  const objection = refusal(answer, now()) ?? unfit(contentType, contentLength, maxBytes);
  if (objection !== null) {
    answer.body.destroy();
    throw objection;
  }
  const idleTimeoutMs = options.idleTimeoutMs ?? 30_000;
  return {
    body: readMediaBody(answer.body, { contentLength, maxBytes, idleTimeoutMs, signal }),
    ...(contentLength === undefined ? {} : { contentLength }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(etag === undefined ? {} : { etag }),
  };
}

async function follow(
  open: Exchange<Readable>,
  policy: HostPolicy,
  start: URL,
  signal?: AbortSignal,
): Promise<HttpAnswer<Readable>> {
  let url = start;
  for (let redirects = 0; ; redirects += 1) {
    policy.checkMedia(url);
    const headers = { Accept: '*/*', 'Accept-Encoding': 'identity' };
    const answer = await open({ family: 'file', method: 'GET', url, headers }, signal);
    if (answer.status < 300 || answer.status > 399) return answer;
    answer.body.destroy();
    const location = answer.header('location');
    if (location === undefined || redirects === mostRedirects) {
      throw new CxoneError(
        'MediaUnavailable',
        `${url.host} keeps redirecting instead of sending the recording.`,
      );
    }
    url = parseUrl(location, url);
  }
}

/** @throws CxoneError `MediaHostRefused` for what is no URL; the text itself is a secret and stays out of the message */
function parseUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) {
    throw new CxoneError('MediaHostRefused', 'The recording was not fetched: its address is not a URL.');
  }
  const url = new URL(text, base);
  if (url.username !== '' || url.password !== '') {
    throw new CxoneError(
      'MediaHostRefused',
      `The recording was not fetched: the address on ${url.host} names a user.`,
    );
  }
  return url;
}

function refusal(answer: HttpAnswer<unknown>, now: number): CxoneError | null {
  const { status } = answer;
  if (status === 200) return null;
  const details = { status, retryAfterMs: retryAfter(answer.header('retry-after'), now) };
  const message = `The media host answered with status ${status}.`;
  if (status === 400 || status === 401 || status === 403)
    return new CxoneError('MediaLinkExpired', message, details);
  if (status === 429) return new CxoneError('Throttled', message, details);
  return new CxoneError('MediaUnavailable', message, details);
}

function unfit(
  contentType: string | undefined,
  contentLength: number | undefined,
  maxBytes: number,
): CxoneError | null {
  if (contentType !== undefined && /\b(?:html|xml|json)\b/i.test(contentType)) {
    return new CxoneError('MediaUnavailable', 'The media host sent a text page instead of a recording.');
  }
  if (contentLength === 0) return new CxoneError('MediaIncomplete', 'The media host sent an empty file.');
  if (contentLength !== undefined && contentLength > maxBytes) {
    return new CxoneError(
      'MediaTooLarge',
      `The recording has ${contentLength} bytes, more than ${maxBytes}.`,
    );
  }
  return null;
}
