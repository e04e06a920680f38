import { fileURLToPath } from 'node:url';
import { createDescribedFiles } from './described-files';
import { RecordingFileError } from './errors';
import { createFilesystemFiles } from './filesystem-files';
import { createMarkedFiles, type MarkOptions, type StorageLedger } from './marked-files';
import type { RecordingFiles } from './recording-files';
import type { S3Options } from './s3-bucket';
import { createS3Files } from './s3-files';
import { createSealedFiles } from './sealed-files';
import type { KeyRing } from './sealing/key-ring';
import type { Markable } from './storage-mark';

/** What `RECORDINGS_URL` and the settings beside it say. */
export interface RecordingStorage {
  /** `file:///absolute/folder` or `s3://bucket/prefix`. */
  readonly url: string;
  readonly s3?: S3Options;
  /** The keys a tenant's recordings are encrypted with; by default there are none. */
  readonly keysOf?: (tenant: string) => KeyRing;
}

const s3Url = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[\w!.*'()-]+)*)\/?$/;

/**
 * Opens the storage that `RECORDINGS_URL` names; nothing is asked of it yet.
 * @param ledger guards it by its mark; without one it is used wherever it points (tests, `adoptStorage`)
 * @throws RecordingFileError RecordingStorageRefused when the URL names none
 */
export function openRecordingFiles(
  storage: string | RecordingStorage,
  ledger?: StorageLedger,
  marking: MarkOptions = { mayMark: true },
): RecordingFiles {
  const options: RecordingStorage = typeof storage === 'string' ? { url: storage } : storage;
  const bare = openBareFiles(options);
  const plain = ledger === undefined ? bare : createMarkedFiles(bare, ledger, marking);
  return createDescribedFiles(createSealedFiles(plain, options.keysOf ?? noKeys), plain);
}

/** Encrypted files are recognized even without keys: they are refused rather than taken for audio. */
const noKeys = (): KeyRing => [];

/** The storage itself, without guard, encryption and manifests. @throws as `openRecordingFiles` */
export function openBareFiles({ url, s3 }: RecordingStorage): RecordingFiles & Markable {
  // An encoded slash would be a path part that is none; the platform refuses it with an error of its own.
  if (/^file:\/\/\/./.test(url) && !/%2f/i.test(url)) return createFilesystemFiles(fileURLToPath(url));
  const [, bucket, prefix = ''] = s3Url.exec(url) ?? [];
  if (bucket !== undefined) return createS3Files({ bucket, prefix: prefix.slice(1) }, s3);
  const problem = 'RECORDINGS_URL is neither of the form file:///absolute/folder nor s3://bucket/prefix';
  throw new RecordingFileError('RecordingStorageRefused', problem);
}
