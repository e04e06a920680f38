import type { RecordingFacts, SavedFile } from './recording-files';

/** Version 1 of the JSON beside each recording (docs/recordings.md, "Manifest"). Times are ISO 8601 in UTC. */
export interface Manifest {
  readonly version: 1;
  readonly tenant: string;
  readonly masterContactId: string;
  readonly segmentId: string;
  readonly storageKey: string;
  /** Of the plain recording, as in its row. */
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string | null;
  readonly mediaType: string | null;
  readonly channelType: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly storedAt: string;
  /** Of the file as it lies in the storage. */
  readonly storedBytes: number;
  readonly storedSha256: string;
  readonly encryption: { readonly algorithm: 'AES-256-GCM'; readonly keyId: string } | null;
}

/** Where the manifest of a recording lies. */
export function manifestKey(storageKey: string): string {
  return `${storageKey}.json`;
}

export function manifestOf(
  storageKey: string,
  facts: RecordingFacts,
  saved: SavedFile,
  storedAt: Date,
): Manifest {
  const { bytes, sha256, sealed } = saved;
  return {
    version: 1,
    tenant: facts.tenant,
    masterContactId: facts.masterContactId,
    segmentId: facts.segmentId,
    storageKey,
    bytes,
    sha256,
    contentType: word(facts.contentType?.split(';')[0]),
    mediaType: word(facts.mediaType),
    channelType: word(facts.channelType),
    startTime: instant(facts.startTime),
    endTime: instant(facts.endTime),
    storedAt: storedAt.toISOString(),
    storedBytes: sealed?.bytes ?? bytes,
    storedSha256: sealed?.sha256 ?? sha256,
    encryption: sealed ? { algorithm: 'AES-256-GCM', keyId: sealed.keyId } : null,
  };
}

/** Types come from outside: anything that is not one word could be anything, also personal. */
function word(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return /^[\w.+-]{1,60}(\/[\w.+-]{1,60})?$/.test(trimmed) ? trimmed : null;
}

function instant(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
