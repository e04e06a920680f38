import { RecordingFileError } from './errors';

export interface RecordingName {
  readonly tenant: string;
  /** Start of the call; its UTC day becomes part of the path. */
  readonly startedAt: Date;
  readonly masterContactId: string;
  readonly segmentId: string;
  /** Without dot, such as `mp4`. */
  readonly extension: string;
}

const patterns = {
  tenant: /^[a-z0-9][a-z0-9_-]{0,62}$/,
  masterContactId: /^[0-9]{1,19}$/,
  segmentId: /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
  extension: /^[a-z0-9]{1,8}$/,
} as const;

function refuse(part: string): never {
  const problem = `The ${part} cannot be part of a file name`;
  throw new RecordingFileError('RecordingKeyRefused', problem);
}

/**
 * The storage key `tenant/yyyy/mm/dd/master/segment.ext`. Ids and a date only, nothing about a person; every
 * part is checked, since segment ids come from outside. Throws `RecordingFileError` (RecordingKeyRefused).
 */
export function recordingKey(name: RecordingName): string {
  for (const part of Object.keys(patterns) as (keyof typeof patterns)[]) {
    if (!patterns[part].test(name[part])) refuse(part);
  }
  const year = name.startedAt.getUTCFullYear();
  if (!(year >= 1970 && year <= 9999)) refuse('start');
  const day = name.startedAt.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${name.tenant}/${day}/${name.masterContactId}/${name.segmentId}.${name.extension}`;
}

/** Whether a path is one that `recordingKey` may have made; with a manifest's ending too. */
export function isRecordingKey(path: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,62}\/\d{4}\/\d\d\/\d\d\/\d{1,19}\/[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z0-9.]+$/.test(
    path,
  );
}

const keyPart = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[a-z0-9]+){0,2}$/;

/** The parts of a key, each proven harmless: storage never trusts that a key came from `recordingKey`. */
export function keyParts(key: string): readonly string[] {
  const parts = key.split('/');
  if (key.length > 500 || !parts.every((part) => keyPart.test(part))) refuse('key');
  return parts;
}
