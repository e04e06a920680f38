import { types } from 'node:util';
import { CodedError, type RecordingFileCode } from '../../errors';

/** An error of the recordings storage, safe to show: it names codes and folders of ours, never a URL or content. */
export class RecordingFileError extends CodedError<RecordingFileCode> {
  override readonly name = 'RecordingFileError';
}

export function isMissing(error: unknown): boolean {
  return error instanceof RecordingFileError && error.code === 'RecordingMissing';
}

/** The error for what the operating system said about a file under `folder`; other errors come back unchanged. */
export function toFileError(error: unknown, folder: string): unknown {
  const code = types.isNativeError(error) && 'code' in error && 'syscall' in error ? error.code : undefined;
  if (typeof code !== 'string') return error;
  if (code === 'ENOENT') {
    return new RecordingFileError('RecordingMissing');
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new RecordingFileError('RecordingStorageFull', `No space left below ${folder}`);
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR'].includes(code)) {
    const remedy = 'Make it a folder that the user of this process may write to, or change RECORDINGS_URL.';
    return new RecordingFileError('RecordingStorageRefused', `${folder} cannot be written (${code})`, remedy);
  }
  return new RecordingFileError('RecordingStorageUnavailable', `${folder} could not be used (${code})`);
}
