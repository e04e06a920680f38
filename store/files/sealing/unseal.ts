import { createDecipheriv } from 'node:crypto';
import { chunkNonce } from './chunk-nonce';
import type { KeyRing } from './key-ring';
import {
  cipherName,
  damaged,
  isSealed,
  readSealedHeader,
  type SealedHeader,
  tagBytes,
} from './sealed-header';

/**
 * Decrypts what `seal` made; a file that is not sealed comes as it is, since it may have been stored before its tenant
 * had keys. No byte is given out before its chunk is proven genuine; that nothing is missing at the end is proven by
 * the generator ending without an error, and by nothing else.
 * @throws RecordingFileError RecordingDamaged, RecordingEncryptionKeyUnknown
 */
export async function* unseal(
  source: AsyncIterable<Buffer>,
  ring: KeyRing,
  storageKey: string,
): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer = Buffer.alloc(0);
  let header: SealedHeader | 'none' | null = null;
  let number = 0;
  for await (const piece of source) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    if (header === null) {
      const sealed = isSealed(held);
      header = sealed === false ? 'none' : sealed ? readSealedHeader(held, ring, storageKey) : null;
      if (header === null) continue;
      if (header !== 'none') held = held.subarray(header.headerBytes);
    }
    if (header === 'none') {
      if (held.length > 0) yield held;
      held = held.subarray(held.length);
      continue;
    }
    const sealedChunk = header.chunkBytes + tagBytes;
    let at = 0;
    for (; held.length - at > sealedChunk; at += sealedChunk) {
      yield openChunk(held.subarray(at, at + sealedChunk), header.dataKey, number, false);
      number += 1;
    }
    held = held.subarray(at);
  }
  if (header === 'none' || (header === null && held.length === 0)) return;
  if (header === null) throw damaged('it ends within its header');
  const rest = openChunk(held, header.dataKey, number, true);
  if (rest.length > 0) yield rest;
}

function openChunk(sealed: Buffer, dataKey: Buffer, number: number, last: boolean): Buffer {
  const end = sealed.length - tagBytes;
  if (end < 0) throw damaged('it ends within a chunk');
  const decipher = createDecipheriv(cipherName, dataKey, chunkNonce(number, last), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    throw damaged(last ? 'its end is missing or changed' : `chunk ${number} is changed or out of place`);
  }
}
