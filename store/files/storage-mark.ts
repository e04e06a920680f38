import { RecordingFileError } from './errors';

/** Lies at the root of a recordings storage. No storage key begins with a dot, so none can be taken for it. */
export const markName = '.cxone-sync-storage';

/** A storage that can carry a mark, below any guard: it does what it is asked to, wherever it points. */
export interface Markable {
  /** The folder or `s3://bucket/prefix`, for messages. */
  readonly place: string;
  /** How long a mark that was seen may be relied on, in ms: a folder can be unmounted at any time, a bucket cannot. */
  readonly markGoodForMs: number;
  /** The id of the mark; null when there is none, or no folder. @throws RecordingFileError when that is unknown */
  readMark(): Promise<string | null>;
  /** Makes the folder where it is not there, and the mark in it in place of any other. */
  writeMark(id: string): Promise<void>;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The content of a mark. */
export function markText(id: string): string {
  const note =
    'Made by cxone-sync: it marks this folder as the recordings storage of a database. Keep it; copy it along.';
  return `${JSON.stringify({ version: 1, id, note }, null, 2)}\n`;
}

/**
 * The id in a mark's content.
 * @throws RecordingFileError RecordingStorageRefused when it is no mark of ours
 */
export function markId(text: string, place: string): string {
  try {
    const { id } = JSON.parse(text) as { readonly id?: unknown };
    if (typeof id === 'string' && uuid.test(id)) return id;
  } catch {
    // Said below, as for a document without an id.
  }
  throw new RecordingFileError(
    'RecordingStorageRefused',
    `The mark ${markName} in ${place} cannot be read`,
    'Bring the file back from a copy of the storage, or remove it and run: npx cxone-sync recordings adopt.',
  );
}
