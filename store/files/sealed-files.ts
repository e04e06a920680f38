import { Readable } from 'node:stream';
import { measureBody } from './measured-body';
import type { RecordingFiles } from './recording-files';
import { keyParts } from './recording-key';
import type { KeyRing } from './sealing/key-ring';
import { seal, sealedBytes } from './sealing/seal';
import { unseal } from './sealing/unseal';

/**
 * Encrypts what is saved with the first key of its tenant, and decrypts what is opened with whichever of its keys it
 * needs. The tenant is the first part of a storage key. Without keys files are stored plain; plain files are read as
 * they are. Lengths and hashes are those of the plain recording.
 */
export function createSealedFiles(
  inner: RecordingFiles,
  keysOf: (tenant: string) => KeyRing,
): RecordingFiles {
  const ringFor = (key: string) => keysOf(keyParts(key)[0] ?? '');
  return {
    ...inner,
    async save(key, body, options) {
      const [current] = ringFor(key);
      if (current === undefined) return inner.save(key, body, options);
      const { expectedBytes, maxBytes, signal } = options;
      const measured = measureBody(body, options);
      try {
        const stored = await inner.save(key, seal(measured.chunks, current, key), {
          maxBytes: sealedBytes(maxBytes, current),
          ...(expectedBytes === undefined ? {} : { expectedBytes: sealedBytes(expectedBytes, current) }),
          signal,
        });
        return { ...measured.result(), sealed: { ...stored, keyId: current.id } };
      } catch (error) {
        throw measured.failure ? measured.failure.error : error;
      }
    },
    async open(key) {
      const ring = ringFor(key);
      const source = await inner.open(key);
      const plain = Readable.from(unseal(source as AsyncIterable<Buffer>, ring, key), { objectMode: false });
      // A generator that was never read does not end its source by itself.
      return plain.once('close', () => source.destroy());
    },
  };
}
