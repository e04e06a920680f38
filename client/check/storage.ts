import { SettingsError } from '../../config';
import { RecordingFileError, StoreError } from '../../store';
import { CommandError } from '../command/exit-status';
import type { Check, Finding } from './check';
import { switchedOff } from './playback';

/**
 * Whether recordings can be stored: a file is written and removed as a recording would be, in the storage that the
 * database knows. None of CXone's business, so it waits for nothing.
 * @param wanted whether the tenant has recordings at all.
 * @param probe throws what is wrong with settings, database or storage.
 */
export function storageChecks(wanted: boolean, probe: () => Promise<void>): readonly Check[] {
  const run = async () => (wanted ? probe().then(written, findingOf) : switchedOff);
  return [{ name: 'recordings-storage', needs: [], run }];
}

const written = (): Finding => ({
  status: 'ok',
  message: 'A file was written to RECORDINGS_URL and removed again.',
});

function findingOf(error: unknown): Finding {
  if (error instanceof RecordingFileError) {
    const { code, message, remedy } = error;
    return { status: 'failed', code, message: `${message}.`, remedy };
  }
  // Which storage is the right one, only the database can say.
  if (error instanceof StoreError || error instanceof CommandError) {
    return { status: 'unknown', code: error.code, message: `Not tried: ${error.message}` };
  }
  if (error instanceof SettingsError) {
    return {
      status: 'unknown',
      code: 'BadSettings',
      message: 'Not tried: DATABASE_URL is not set here, or wrong.',
    };
  }
  throw error;
}
