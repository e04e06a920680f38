import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import { RecordingFileError } from './errors';
import { createFilesystemFiles } from './filesystem-files';
import { createDescribedFiles } from './described-files';
import { createMarkedFiles, type MarkOptions, type StorageLedger } from './marked-files';
import type { RecordingFacts } from './manifest';
import { createS3Files, type S3Options } from './s3-files';
import { createSealedFiles } from './sealed-files';
import type { KeyRing } from './sealing/key-ring';
import type { Markable } from './storage-mark';

export interface SaveOptions {
  /** Length promised by the source (`Content-Length`); another length is refused. */
  readonly expectedBytes?: number | undefined;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes written so far, after each chunk. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** What the manifest beside the file says; without it none is written. */
  readonly facts?: RecordingFacts | undefined;
}

export interface SavedFile {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Of an encrypted file: how it lies in the storage, and whose key opens it. */
  readonly sealed?: { readonly bytes: number; readonly sha256: string; readonly keyId: string };
}

/**
 * Where recordings lie. A key is a relative path with `/` between its parts, as `recordingKey` makes it. A file is
 * there whole or not at all (design, invariant 7). Methods throw `RecordingFileError`; an error of the body passes
 * through unchanged.
 */
export interface RecordingFiles {
  readonly kind: string;
  /**
   * Proves that this is the storage the database has its recordings in, where it is guarded (`createMarkedFiles`). Cheap:
   * asked before each call is looked for.
   */
  check(): Promise<void>;
  /** Proves that files can be written, by writing one as `save` does, and removing it. */
  probe(): Promise<void>;
  /** Stores the body under the key; replaces what was there. Empty, too long or of another length than expected: nothing is stored. */
  save(key: string, body: AsyncIterable<Buffer>, options: SaveOptions): Promise<SavedFile>;
  open(key: string): Promise<Readable>;
  exists(key: string): Promise<boolean>;
  /** Removes the file and its manifest; nothing happens when there is none. */
  remove(key: string): Promise<void>;
}

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

/** Encrypted files are told from others also where nobody has keys: they are refused rather than taken for audio. */
const noKeys = (): KeyRing => [];

/** The storage itself, without guard, encryption and manifests. @throws as `openRecordingFiles` */
export function openBareFiles({ url, s3 }: RecordingStorage): RecordingFiles & Markable {
  // An encoded slash would be a path part that is none; the platform refuses it with an error of its own.
  if (/^file:\/\/\/./.test(url) && !/%2f/i.test(url)) return createFilesystemFiles(fileURLToPath(url));
  const [, bucket, prefix = ''] = s3Url.exec(url) ?? [];
  if (bucket !== undefined) return createS3Files({ bucket, prefix: prefix.slice(1) }, s3);
  const problem = 'RECORDINGS_URL is neither of the form file:///absolute/folder nor s3://bucket/prefix';
  throw new RecordingFileError('RecordingStorageRefused', problem, 'Mend RECORDINGS_URL.', false);
}
