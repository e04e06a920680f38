import { setTimeout as sleep } from 'node:timers/promises';
import { errorTable } from '../../errors';
import { CxoneError } from '../cxone-error';
import type { HttpAnswer } from '../http/exchange';
import type { Readable } from 'node:stream';
import type { MediaPart } from './media-body';
import { changed, lengthOf, type MediaRequest, toMediaError } from './media-request';

export interface ResumeRules {
  readonly request: MediaRequest;
  /** The link as it is now; a new one takes its place when it has expired. */
  readonly link: { url: string };
  /** A new link, or null when there is none to be had. */
  readonly renew: (() => Promise<string | null>) | undefined;
  /** Of the answer that the file began with. */
  readonly etag: string | undefined;
  readonly contentLength: number | undefined;
  readonly now: () => number;
  /** Before the second connection in a row that is needed; doubled for each further one. */
  readonly pauseMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The number of connections in a row that may break off without notable progress. */
const mostUnproductive = 4;

/**
 * Goes on with a file that broke off: `Range` from the bytes that are here, `If-Match` so that they belong together. A
 * host that sends the whole file anyway has its beginning skipped; one that has another file by now is
 * `MediaChanged`, and the file has to be fetched from its start.
 *
 * Needs a strong entity tag: without one it is unknown whether the rest belongs to the beginning.
 */
export function createResume(rules: ResumeRules) {
  const { request, link, renew, etag, contentLength, now, pauseMs, signal } = rules;

  const ask = async (received: number): Promise<HttpAnswer<Readable>> => {
    const headers = { Range: `bytes=${received}-`, 'If-Match': etag ?? '' };
    const answer = await request(link.url, headers, signal);
    // Nothing lies beyond what is here, although more was announced.
    const refusal = answer.status === 416 ? changed() : toMediaError(answer, now());
    if (refusal === null) return answer;
    answer.body.destroy();
    if (refusal.code !== 'MediaLinkExpired') throw refusal;
    const fresh = (await renew?.()) ?? null;
    if (fresh === null) throw refusal;
    link.url = fresh;
    return ask(received);
  };

  return async (
    received: number,
    unproductive: number,
    cause: CxoneError,
  ): Promise<MediaPart | undefined> => {
    if (etag === undefined || etag.startsWith('W/')) return undefined;
    for (let attempts = unproductive; attempts <= mostUnproductive; attempts += 1) {
      if (attempts > 1) await pause(pauseMs * 2 ** (attempts - 2), signal);
      try {
        const answer = await ask(received);
        const mismatch = mismatchOf(answer, received, etag, contentLength);
        if (mismatch === null) return { stream: answer.body, skip: answer.status === 206 ? 0 : received };
        answer.body.destroy();
        throw mismatch;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof CxoneError && errorTable[error.code].hostAway)) throw error;
      }
    }
    throw cause;
  };
}

/** Why an answer cannot be joined to the bytes that are here; null when it can. */
function mismatchOf(
  answer: HttpAnswer<unknown>,
  received: number,
  etag: string,
  contentLength: number | undefined,
): CxoneError | null {
  const now = answer.header('etag');
  // A whole file must say that it is the same one; a part was promised to be, by If-Match.
  if (now !== etag && (now !== undefined || answer.status === 200)) return changed();
  if (answer.status === 200) {
    const length = lengthOf(answer);
    return contentLength !== undefined && length !== undefined && length !== contentLength ? changed() : null;
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
  const fits =
    Number(range?.[1]) === received &&
    (range?.[2] === '*' || contentLength === undefined || Number(range?.[2]) === contentLength);
  return fits ? null : changed();
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
