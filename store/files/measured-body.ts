import { createHash } from 'node:crypto';
import { RecordingFileError } from './errors';
import type { SavedFile, SaveOptions } from './recording-files';

/** A body that is counted and hashed while it is read. */
export interface MeasuredBody {
  /** Ends with an error instead of its last chunk's successor when the body is not what it should be. */
  readonly chunks: AsyncGenerator<Buffer, void, undefined>;
  /** Why the body is not whole: its own error or our refusal. What its reader does is no failure of the body. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Only once `chunks` ended well. */
  result(): SavedFile;
}

type Limits = Pick<SaveOptions, 'expectedBytes' | 'maxBytes' | 'signal' | 'onProgress'>;

/**
 * Reads a body once, and lets it end well only when it is whole: not empty, not longer than `maxBytes`, of the length
 * that was promised, and not cancelled. Every storage writes through this, so none can call half a file a recording.
 */
export function measureBody(body: AsyncIterable<Buffer>, limits: Limits): MeasuredBody {
  const hash = createHash('sha256');
  let bytes = 0;
  let failure: MeasuredBody['failure'];
  let handedOut = false;

  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of body) {
        limits.signal?.throwIfAborted();
        bytes += chunk.length;
        if (bytes > limits.maxBytes) {
          refuse('RecordingTooLarge', `The recording is larger than ${limits.maxBytes} bytes`);
        }
        hash.update(chunk);
        handedOut = true;
        yield chunk;
        handedOut = false;
        limits.onProgress?.(bytes);
      }
      limits.signal?.throwIfAborted();
      checkLength(bytes, limits.expectedBytes);
    } catch (error) {
      if (!handedOut) failure = { error };
      throw error;
    }
  }

  return {
    chunks: read(),
    get failure() {
      return failure;
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}

function checkLength(bytes: number, expected: number | undefined): void {
  if (bytes === 0) refuse('RecordingEmpty', 'The recording holds no bytes');
  if (expected === undefined || bytes === expected) return;
  refuse('RecordingIncomplete', `The recording ended after ${bytes} of ${expected} bytes`);
}

function refuse(
  code: 'RecordingTooLarge' | 'RecordingEmpty' | 'RecordingIncomplete',
  problem: string,
): never {
  throw new RecordingFileError(code, problem);
}
