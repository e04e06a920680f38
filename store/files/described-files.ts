import { Readable } from 'node:stream';
import { manifestKey, manifestOf } from './manifest';
import type { RecordingFiles } from './recording-files';

const mostManifestBytes = 65_536;

/**
 * Writes a manifest beside each recording that is saved with facts, after it: a manifest describes a file that is
 * there. It holds nothing to hide, so it goes to `plain`, the storage below any encryption.
 */
export function createDescribedFiles(
  content: RecordingFiles,
  plain: RecordingFiles,
  now: () => Date = () => new Date(),
): RecordingFiles {
  return {
    ...content,
    async save(key, body, options) {
      const saved = await content.save(key, body, options);
      if (options.facts) {
        const text = `${JSON.stringify(manifestOf(key, options.facts, saved, now()), null, 2)}\n`;
        await plain.save(manifestKey(key), Readable.from([Buffer.from(text)]), {
          maxBytes: mostManifestBytes,
          signal: options.signal,
        });
      }
      return saved;
    },
    async remove(key) {
      await content.remove(key);
      await plain.remove(manifestKey(key));
    },
  };
}
