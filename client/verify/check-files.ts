import { createHash } from 'node:crypto';
import { type ErrorCode, errorTable, sentencesOf } from '../../errors';
import {
  type FilePosition,
  type HeldFile,
  type Holdings,
  type HoldingsSpan,
  RecordingFileError,
  type RecordingFiles,
} from '../../store';
import { type CommandCode, CommandError, exitStatus } from '../command/exit-status';
import { sideBySide } from '../command/side-by-side';

/** What was found of stored recordings. */
export interface FileFindings {
  readonly checked: number;
  readonly bytes: number;
  /** Files that are not there. */
  readonly missing: number;
  /** Files of another length or content than was stored. */
  readonly changed: number;
}

/** Why a stored recording is to be fetched again; also what its row says then (`last_error_code`). */
export const fileProblems = {
  missing: { code: 'RecordingMissing' },
  changed: { code: 'RecordingChanged' },
} as const satisfies Readonly<Record<string, { readonly code: CommandCode | ErrorCode }>>;

export type FileProblem = keyof typeof fileProblems;

export interface FileCheck {
  readonly holdings: Holdings;
  readonly files: RecordingFiles;
  readonly span: HoldingsSpan;
  /** Start of the whole range: a call that reaches over several of its days is checked with the first. */
  readonly since: Date;
  /** Called for each file that is not as it was stored, before the next batch is read. */
  readonly onProblem: (file: HeldFile, problem: FileProblem) => Promise<void>;
  readonly onProgress?: (checked: number) => void;
}

/** Rows read at a time. */
const batchSize = 1_000;
/** Files read at a time. */
const atOnce = 8;

/**
 * Reads every stored recording of a span again and compares length and SHA-256 with its row.
 *
 * @throws {RecordingFileError} RecordingEncryptionKeyUnknown; RecordingsNotMounted when what is missing is the storage.
 * @throws {CommandError} status 3 when the storage cannot be read.
 */
export async function checkFiles(check: FileCheck): Promise<FileFindings> {
  const found = { checked: 0, bytes: 0, missing: 0, changed: 0 };
  let after: FilePosition | null = null;
  for (;;) {
    const batch: readonly HeldFile[] = await check.holdings.files(check.span, check.since, after, batchSize);
    const problems: { readonly file: HeldFile; readonly problem: FileProblem }[] = [];
    await sideBySide(batch, atOnce, async (file) => {
      const problem = await problemOf(check.files, file);
      if (problem !== null) problems.push({ file, problem });
      found.checked += 1;
      found.bytes += file.bytes;
      check.onProgress?.(found.checked);
    });
    for (const { problem } of problems) found[problem] += 1;
    for (const { file, problem } of problems) await check.onProblem(file, problem);
    after = batch.at(-1) ?? null;
    if (batch.length < batchSize || after === null) return found;
  }
}

async function problemOf(files: RecordingFiles, { storageKey, bytes, sha256 }: HeldFile) {
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of (await files.open(storageKey)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      length += chunk.length;
    }
  } catch (error) {
    if (!(error instanceof RecordingFileError)) throw unreadable();
    if (error.code === 'RecordingMissing') return 'missing';
    const { scope } = errorTable[error.code];
    if (scope === 'file' || scope === 'recording') return 'changed';
    // A storage that cannot be read, or a key that is not there, says nothing of the recording.
    if (scope === 'tenant' || error.code === 'RecordingsNotMounted') throw error;
    throw new CommandError(exitStatus.unavailable, sentencesOf(error), error.code);
  }
  return length === bytes && hash.digest('hex') === sha256 ? null : 'changed';
}

function unreadable(): CommandError {
  return new CommandError(
    exitStatus.unavailable,
    'A recording could not be read to its end. Check the disk or mount of RECORDINGS_URL.',
    'RecordingStorageUnavailable',
  );
}
