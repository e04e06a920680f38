import type { Readable } from 'node:stream';
import { createDeadline } from './deadline';
import { CxoneError } from '../cxone-error';

export interface BodyRules {
  /** Where the body comes from, for messages. */
  readonly host: string;
  /** How long it may stand still. */
  readonly idleTimeoutMs: number;
  /** The most bytes to accept, after unpacking. */
  readonly maxBytes: number;
}

/**
 * Reads a body to its end. The stream is destroyed when it stands still, grows too large, or the signal aborts.
 * @throws CxoneError `RequestTimeout`, `ResponseTooLarge`; whatever the stream throws when it breaks off
 */
export async function readBody(stream: Readable, rules: BodyRules, signal: AbortSignal): Promise<Buffer> {
  const { host, idleTimeoutMs, maxBytes } = rules;
  const idle = createDeadline(idleTimeoutMs, signal);
  const giveUp = () => stream.destroy(new Error('given up'));
  if (idle.signal.aborted) giveUp();
  idle.signal.addEventListener('abort', giveUp, { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      idle.restart();
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(host, maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  } catch (error) {
    if (!idle.expired()) throw error;
    throw new CxoneError(
      'RequestTimeout',
      `${host} began to answer, then sent nothing for ${idleTimeoutMs / 1_000} s.`,
    );
  } finally {
    idle.clear();
  }
}

export function tooLarge(host: string, maxBytes: number): CxoneError {
  return new CxoneError('ResponseTooLarge', `${host} sent an answer of more than ${maxBytes} bytes.`);
}
