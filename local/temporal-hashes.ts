import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * SHA-256, in lower-case hex, of the `temporal` executable that temporal.download serves, by version and platform
 * (`process.platform-process.arch`). Only hashes that were computed from the bytes, on a trusted machine, belong
 * here: `sha256sum` of the file in the cache after a download. None has been so far.
 */
export const temporalHashes: Readonly<Record<string, string>> = {};

/** A file that is not what it was when its hash was recorded. */
export class RefusedDownload extends Error {
  override readonly name = 'RefusedDownload';
}

/** The key of a hash: `1.8.2 linux-x64`. */
export function hashKey(
  version: string,
  platform: string = process.platform,
  arch: string = process.arch,
): string {
  return `${version} ${platform}-${arch}`;
}

/**
 * Compares a downloaded executable with the hash recorded for it. Without one it says so, with the hash that the file
 * has: what then stands for the file is the TLS of the server it came from, and nothing else.
 *
 * @throws RefusedDownload with both hashes when they differ
 */
export async function judgeDownload(
  file: string,
  key: string,
  log: (message: string) => void,
  recorded: Readonly<Record<string, string>> = temporalHashes,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  const expected = recorded[key];
  if (expected === undefined) {
    log(
      `Temporal: NOT VERIFIED: no hash is recorded for ${key}. The download has SHA-256 ${found}; ` +
        'to have it compared from now on, record it in local/temporal-hashes.ts.',
    );
    return;
  }
  if (found === expected) return;
  throw new RefusedDownload(
    `the download for ${key} has SHA-256 ${found}, and ${expected} is recorded: it was refused`,
  );
}
