import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { RecordingFileError } from '../errors';
import type { KeyRing, RecordingKey } from './key-ring';

export const cipherName = 'aes-256-gcm';
export const tagBytes = 16;

const dataKeyBytes = 32;
const nonceBytes = 12;
/** No media file begins so. The last byte is the version of the format. */
const magic = Buffer.from('CXSEALED\u0001', 'latin1');
const wrapBytes = nonceBytes + dataKeyBytes + tagBytes;

/** The content of a sealed file's header once it is proven genuine. */
export interface SealedHeader {
  readonly keyId: string;
  readonly dataKey: Buffer;
  /** Plain bytes in each chunk but the last. */
  readonly chunkBytes: number;
  /** Length of the header itself. */
  readonly headerBytes: number;
}

/**
 * Makes a data key and the header that holds it, wrapped by `key` (docs/recordings.md, "Format"). The header and the
 * storage key are bound to the wrapped key, so a file moved under another name does not open.
 */
export function sealHeader(key: RecordingKey, storageKey: string, chunkBytes: number) {
  const id = Buffer.from(key.id, 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(chunkBytes);
  const open = Buffer.concat([magic, Buffer.from([id.length]), id, size]);
  const dataKey = randomBytes(dataKeyBytes);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, key.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(open, storageKey));
  const wrapped = Buffer.concat([cipher.update(dataKey), cipher.final()]);
  return { header: Buffer.concat([open, nonce, wrapped, cipher.getAuthTag()]), dataKey };
}

export function sealedHeaderBytes({ id }: RecordingKey): number {
  return magic.length + 1 + id.length + 4 + wrapBytes;
}

/** Whether a file that begins with `start` is sealed; null when `start` is too short to decide. */
export function isSealed(start: Buffer): boolean | null {
  if (start.length >= magic.length) return start.subarray(0, magic.length).equals(magic);
  return magic.subarray(0, start.length).equals(start) ? null : false;
}

/**
 * Reads the header at the start of a sealed file; null when there is not enough of it yet.
 * @throws RecordingFileError RecordingEncryptionKeyUnknown when its key is not in the ring, RecordingDamaged when it is
 * not what was written under this storage key.
 */
export function readSealedHeader(start: Buffer, ring: KeyRing, storageKey: string): SealedHeader | null {
  const idAt = magic.length + 1;
  const idBytes = start[magic.length];
  if (idBytes === undefined) return null;
  const openBytes = idAt + idBytes + 4;
  const headerBytes = openBytes + wrapBytes;
  if (start.length < headerBytes) return null;
  const keyId = start.toString('latin1', idAt, idAt + idBytes);
  const key = ring.find(({ id }) => id === keyId);
  if (key === undefined) throw keyUnknown(keyId);
  const open = start.subarray(0, openBytes);
  const nonce = start.subarray(openBytes, openBytes + nonceBytes);
  const wrapped = start.subarray(openBytes + nonceBytes, headerBytes - tagBytes);
  const decipher = createDecipheriv(cipherName, key.key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(boundTo(open, storageKey));
  decipher.setAuthTag(start.subarray(headerBytes - tagBytes, headerBytes));
  try {
    const dataKey = Buffer.concat([decipher.update(wrapped), decipher.final()]);
    return { keyId, dataKey, chunkBytes: start.readUInt32BE(openBytes - 4), headerBytes };
  } catch {
    throw damaged(`its header does not open with the key "${keyId}"`);
  }
}

/** A file that is not what was written: damaged, cut, reassembled, or moved under another name. */
export function damaged(how: string): RecordingFileError {
  return new RecordingFileError('RecordingDamaged', `The encrypted recording is damaged: ${how}`);
}

function keyUnknown(id: string): RecordingFileError {
  // Read from a file that is not proven genuine: shown only when it looks like an id.
  const shown = /^[\w.-]{1,64}$/.test(id) ? `"${id}"` : 'of an unreadable id';
  return new RecordingFileError(
    'RecordingEncryptionKeyUnknown',
    `The recording is encrypted with a key ${shown} that the tenant does not have`,
  );
}

function boundTo(open: Buffer, storageKey: string): Buffer {
  return Buffer.concat([open, Buffer.from(storageKey, 'utf8')]);
}
