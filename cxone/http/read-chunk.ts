import type { Readable } from 'node:stream';
import { createDeadline } from './deadline';
import type { CxoneError } from '../cxone-error';

/** How long a body may stand still, what it is when it does, and who may give it up. */
export interface Patience {
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly stalled: () => CxoneError;
}

/** The next chunk, or null at the end; the stream is destroyed, and so fails, when it takes too long. */
export async function nextChunk(
  chunks: AsyncIterator<Buffer>,
  stream: Readable,
  { idleTimeoutMs, signal, stalled }: Patience,
): Promise<Buffer | null> {
  const deadline = createDeadline(idleTimeoutMs, signal);
  const giveUp = () => stream.destroy(new Error('given up'));
  deadline.signal.addEventListener('abort', giveUp, { once: true });
  if (deadline.signal.aborted) giveUp();
  try {
    const next = await chunks.next();
    return next.done === true ? null : next.value;
  } catch (error) {
    if (!deadline.expired()) throw error;
    throw stalled();
  } finally {
    deadline.clear();
  }
}
