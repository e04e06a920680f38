import { SettingsError } from '../config';
import { CxoneError } from '../cxone';
import { RecordingFileError, StoreError } from '../store';
import { CommandError, exitStatus } from './exit-status';

/**
 * Runs a step of a command and turns the errors we foresee into a message and an exit status.
 *
 * @throws {CommandError} status 2 for settings, 3 for CXone and PostgreSQL.
 */
export async function foreseen<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof SettingsError)
      throw new CommandError(exitStatus.badInput, error.message, 'BadSettings');
    if (error instanceof CxoneError || error instanceof StoreError) {
      throw new CommandError(exitStatus.unavailable, withRemedy(error), error.code);
    }
    if (error instanceof RecordingFileError) {
      throw new CommandError(exitStatus.badInput, withRemedy(error), error.code);
    }
    throw error;
  }
}

function withRemedy({ message, remedy }: { readonly message: string; readonly remedy: string }): string {
  return `${message.replace(/[.:]?$/, '.')} ${remedy}`.trim();
}
