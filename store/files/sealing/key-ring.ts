/** A key that wraps the data keys of recordings. */
export interface RecordingKey {
  /** Stands in the clear in each file it wraps: at most 64 letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** The keys of a tenant: the first is for new files, the others open old ones. Empty: new files are not encrypted. */
export type KeyRing = readonly RecordingKey[];
