import type { Readable } from 'node:stream';
import { CxoneError } from '../cxone-error';
import { isMedia, isPage, signatureBytes } from './file-signature';
import { nextChunk } from '../http/read-chunk';

export interface MediaPart {
  readonly stream: Readable;
  /** Bytes to pass over: those that came before, where the host sends the whole file again. */
  readonly skip: number;
}

export interface MediaBodyRules {
  /** Of the whole file, as announced; `undefined` when it was not. */
  readonly contentLength: number | undefined;
  readonly maxBytes: number;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /**
   * The rest of a file of which `received` bytes are here; undefined when it must be fetched from its start.
   * `unproductive` counts the connections in a row, this one included, that brought almost nothing.
   */
  readonly resume: (
    received: number,
    unproductive: number,
    cause: CxoneError,
  ) => Promise<MediaPart | undefined>;
}

/** A connection that brought less than this before it broke off made no progress. */
const worthwhileBytes = 1024 * 1024;

/**
 * Yields a body chunk by chunk and checks it at the end: begins like a media file, has the length announced, is
 * not empty, never stands still for long. A broken connection is resumed where it broke, without the consumer noticing.
 * The idle clock stops while the consumer is busy.
 * @throws CxoneError `MediaIncomplete`, `MediaUnavailable`, `MediaTooLarge`, and those of `resume`; the signal's reason
 *   when it aborts
 */
export async function* readMediaBody(
  first: Readable,
  rules: MediaBodyRules,
): AsyncGenerator<Buffer, void, void> {
  const { contentLength, maxBytes } = rules;
  let part: MediaPart = { stream: first, skip: 0 };
  let received = 0;
  let unproductive = 0;
  let head: Buffer | null = Buffer.alloc(0);
  for (;;) {
    const before = received;
    let broken: CxoneError | undefined;
    const chunks = readPart(part, rules);
    try {
      for (;;) {
        const next = await chunks.next().catch((error: unknown) => {
          rules.signal?.throwIfAborted();
          broken = error instanceof CxoneError ? error : incomplete(received, contentLength);
          return null;
        });
        if (next === null || next.done === true) break;
        received += next.value.length;
        if (received > maxBytes)
          throw new CxoneError('MediaTooLarge', `The recording has more than ${maxBytes} bytes.`);
        if (contentLength !== undefined && received > contentLength)
          throw incomplete(received, contentLength);
        if (head === null) {
          yield next.value;
          continue;
        }
        // The first bytes may come in drops; nothing is handed on before they are known to be those of a recording.
        head = Buffer.concat([head, next.value]);
        if (head.length < signatureBytes) continue;
        checkHead(head);
        yield head;
        head = null;
      }
    } finally {
      part.stream.destroy();
    }
    const isWhole = contentLength === undefined ? broken === undefined : received === contentLength;
    if (isWhole && received > 0) {
      if (head !== null) checkHead(head);
      return;
    }
    broken ??= incomplete(received, contentLength);
    // Nothing at all, and not even cut off: there is no rest to ask for.
    if (received === 0 && contentLength === undefined) throw broken;
    unproductive = received - before < worthwhileBytes ? unproductive + 1 : 1;
    const rest = await rules.resume(received, unproductive, broken);
    if (rest === undefined) throw broken;
    part = rest;
  }
}

function checkHead(head: Buffer): void {
  if (isPage(head)) {
    throw new CxoneError('MediaUnavailable', 'The media host sent a text page instead of a recording.');
  }
  if (!isMedia(head)) {
    throw new CxoneError('MediaUnavailable', 'What the media host sent does not begin like a recording.');
  }
}

/** The chunks of one answer, without those to pass over. */
async function* readPart(
  { stream, skip }: MediaPart,
  { idleTimeoutMs, signal }: MediaBodyRules,
): AsyncGenerator<Buffer, void, void> {
  const stalled = () =>
    new CxoneError('MediaIncomplete', `The media host sent nothing for ${idleTimeoutMs / 1_000} s.`);
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left = skip;
  for (;;) {
    const chunk = await nextChunk(chunks, stream, { idleTimeoutMs, signal, stalled });
    if (chunk === null) return;
    const passed = Math.min(left, chunk.length);
    left -= passed;
    if (passed < chunk.length) yield passed === 0 ? chunk : chunk.subarray(passed);
  }
}

function incomplete(received: number, announced: number | undefined): CxoneError {
  const of = announced === undefined ? '' : ` of ${announced}`;
  return new CxoneError('MediaIncomplete', `The recording broke off after ${received}${of} bytes.`);
}
