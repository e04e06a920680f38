import type { Readable } from 'node:stream';
import { CxoneError } from '../cxone-error';
import type { HttpAnswer } from '../http/exchange';
import { readMediaBody } from './media-body';
import { createMediaRequest, type FileAccess, lengthOf, toMediaError } from './media-request';
import { createResume } from './resume-download';
import { isMediaType } from './file-signature';

export interface DownloadOptions {
  /** How long the body may stand still; 20 s if not given. */
  readonly idleTimeoutMs?: number;
  /** The most bytes to accept; 4 GiB if not given. */
  readonly maxBytes?: number;
  /** Called with the file's size before the body is read; throws when a file of that size is not wanted. */
  readonly accept?: (bytes: number) => Promise<void>;
  /** Asked for a new link when the current one has expired; null when there is none. */
  readonly renew?: () => Promise<string | null>;
  /** The first pause before going on with a file that keeps breaking off; 200 ms if not given. */
  readonly resumePauseMs?: number;
}

/** A recording on its way. The body must be read to its end or be given up (`break`), which closes the connection. */
export interface Download {
  /**
   * The file's bytes; a connection that breaks off is made again behind the scenes. @throws CxoneError `MediaIncomplete`
   * (shorter or longer than announced, empty, cut off, or standing still), `MediaChanged` (another file by now: fetch it
   * from its start), `MediaLinkExpired`, `MediaUnavailable` (no media file), `MediaTooLarge`
   */
  readonly body: AsyncIterable<Buffer>;
  readonly contentLength?: number;
  readonly contentType?: string;
  readonly etag?: string;
}

/**
 * Opens a media file. The URL is presigned and short-lived (contract §4.4): it is a secret, and `createMediaRequest`
 * says what is done to it.
 * @throws CxoneError `MediaHostRefused`, `MediaLinkExpired`, `MediaUnavailable`, `Throttled`, and what a network can do
 */
export async function openDownload(
  access: FileAccess,
  url: string,
  signal?: AbortSignal,
  options: DownloadOptions = {},
): Promise<Download> {
  const { maxBytes = 4 * 1024 ** 3, idleTimeoutMs = 20_000, resumePauseMs = 200, renew } = options;
  const request = createMediaRequest(access);
  const { now } = access;
  const link = { url };
  const first = async (): Promise<HttpAnswer<Readable>> => {
    const answer = await request(link.url, {}, signal);
    const objection = toMediaError(answer, now()) ?? unacceptable(answer, maxBytes);
    if (objection === null) return answer;
    answer.body.destroy();
    const fresh = objection.code === 'MediaLinkExpired' ? ((await renew?.()) ?? null) : null;
    if (fresh === null) throw objection;
    link.url = fresh;
    return first();
  };
  const answer = await first();
  const contentLength = lengthOf(answer);
  const contentType = answer.header('content-type');
  const etag = answer.header('etag');
  await options.accept?.(contentLength ?? 0).catch((error: unknown) => {
    answer.body.destroy();
    throw error;
  });
  const resume = createResume({
    ...{ request, link, renew, etag, contentLength, now, signal },
    pauseMs: resumePauseMs,
  });
  return {
    body: readMediaBody(answer.body, { contentLength, maxBytes, idleTimeoutMs, signal, resume }),
    ...(contentLength === undefined ? {} : { contentLength }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(etag === undefined ? {} : { etag }),
  };
}

function unacceptable(answer: HttpAnswer<unknown>, maxBytes: number): CxoneError | null {
  const contentType = answer.header('content-type');
  const contentLength = lengthOf(answer);
  if (answer.status === 206)
    return new CxoneError(
      'MediaUnavailable',
      'The media host sent a part of the file that was not asked for.',
    );
  if (contentType !== undefined && !isMediaType(contentType)) {
    return new CxoneError(
      'MediaUnavailable',
      'The media host sent something else instead of a recording, by its content type.',
    );
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
