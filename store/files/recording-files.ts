import type { Readable } from 'node:stream';

/** What the manifest says of a recording; ids, types and times only. */
export interface RecordingFacts {
  readonly tenant: string;
  readonly masterContactId: string;
  readonly segmentId: string;
  readonly contentType?: string | null | undefined;
  readonly mediaType?: string | null | undefined;
  readonly channelType?: string | null | undefined;
  /** Text as CXone sent it. */
  readonly startTime?: string | null | undefined;
  readonly endTime?: string | null | undefined;
}

export interface SaveOptions {
  /** Length promised by the source (`Content-Length`); another length is refused. */
  readonly expectedBytes?: number | undefined;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** The storage was there a moment ago: if it is not any more, it must not be made, and `RecordingMissing` is thrown. */
  readonly intoStorage?: boolean;
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
 * there whole or not at all (docs/architecture.md, invariant 7). Methods throw `RecordingFileError`; an error of the body passes
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
