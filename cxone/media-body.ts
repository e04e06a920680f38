import type { Readable } from 'node:stream';
import { createDeadline } from './deadline';
import { CxoneError } from './errors';

export interface MediaBodyRules {
  /** As announced; `undefined` when it was not. */
  readonly contentLength: number | undefined;
  readonly maxBytes: number;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Hands on a body chunk by chunk and vouches for it at the end: the length announced, not empty, not a page of text,
 * never standing still for long. The idle clock stops while the consumer is busy.
 * @throws CxoneError `MediaIncomplete`, `MediaUnavailable`, `MediaTooLarge`; the signal's reason when it aborts
 */
export async function* readMediaBody(
  stream: Readable,
  rules: MediaBodyRules,
): AsyncGenerator<Buffer, void, void> {
  const { contentLength, maxBytes, idleTimeoutMs, signal } = rules;
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let received = 0;
  try {
    for (;;) {
      const chunk = await nextWithin(chunks, stream, idleTimeoutMs, signal);
      if (chunk === null) break;
      if (received === 0 && looksLikePage(chunk)) {
        throw new CxoneError('MediaUnavailable', 'The media host sent a text page instead of a recording.');
      }
      received += chunk.length;
      if (received > maxBytes)
        throw new CxoneError('MediaTooLarge', `The recording has more than ${maxBytes} bytes.`);
      if (contentLength !== undefined && received > contentLength) throw incomplete(received, contentLength);
      yield chunk;
    }
    if (received === 0 || (contentLength !== undefined && received !== contentLength)) {
      throw incomplete(received, contentLength);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof CxoneError ? error : incomplete(received, contentLength);
  } finally {
    stream.destroy();
  }
}

/** The next chunk, or null at the end; the stream is destroyed, and so fails, when it takes too long. */
async function nextWithin(
  chunks: AsyncIterator<Buffer>,
  stream: Readable,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<Buffer | null> {
  const deadline = createDeadline(ms, signal);
  const giveUp = () => stream.destroy(new Error('given up'));
  deadline.signal.addEventListener('abort', giveUp, { once: true });
  if (deadline.signal.aborted) giveUp();
  try {
    const next = await chunks.next();
    return next.done === true ? null : next.value;
  } catch (error) {
    if (!deadline.expired()) throw error;
    throw new CxoneError('MediaIncomplete', `The media host sent nothing for ${ms / 1_000} s.`);
  } finally {
    deadline.clear();
  }
}

/** Media files start with binary headers (`ftyp`, `RIFF`, `ID3`), error pages with a tag. */
function looksLikePage(chunk: Buffer): boolean {
  return /^\s*<(?:!doctype|html|\?xml|error)/i.test(chunk.subarray(0, 64).toString('latin1'));
}

function incomplete(received: number, announced: number | undefined): CxoneError {
  const of = announced === undefined ? '' : ` of ${announced}`;
  return new CxoneError('MediaIncomplete', `The recording broke off after ${received}${of} bytes.`);
}
