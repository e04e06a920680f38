import { createCipheriv } from 'node:crypto';
import { chunkNonce } from './chunk-nonce';
import type { RecordingKey } from './key-ring';
import { cipherName, sealedHeaderBytes, sealHeader, tagBytes } from './sealed-header';

/** Plain bytes encrypted at a time: 24 bytes in 100,000 for the tags, and little memory. */
export const usualChunkBytes = 65_536;

/**
 * Encrypts a body (docs/recordings.md, "Format"): a header, then chunks of AES-256-GCM, each bound by its nonce to its
 * place and to being the last or not. An error of the body passes through, and then there is no last chunk.
 */
export async function* seal(
  body: AsyncIterable<Buffer>,
  key: RecordingKey,
  storageKey: string,
  chunkBytes = usualChunkBytes,
): AsyncGenerator<Buffer, void, undefined> {
  const { header, dataKey } = sealHeader(key, storageKey, chunkBytes);
  yield header;
  let held: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const piece of body) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    let at = 0;
    // A full chunk is held back until more comes, since it may be the last.
    for (; held.length - at > chunkBytes; at += chunkBytes) {
      yield sealChunk(held.subarray(at, at + chunkBytes), dataKey, number, false);
      number += 1;
    }
    held = held.subarray(at);
  }
  yield sealChunk(held, dataKey, number, true);
}

/** How long `bytes` become when they are sealed. */
export function sealedBytes(bytes: number, key: RecordingKey, chunkBytes = usualChunkBytes): number {
  return sealedHeaderBytes(key) + bytes + tagBytes * Math.max(1, Math.ceil(bytes / chunkBytes));
}

function sealChunk(plain: Buffer, dataKey: Buffer, number: number, last: boolean): Buffer {
  const cipher = createCipheriv(cipherName, dataKey, chunkNonce(number, last), { authTagLength: tagBytes });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
