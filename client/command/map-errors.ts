import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { SettingsError, terminalText } from '../../config';
import { CxoneError } from '../../cxone';
import { sentencesOf } from '../../errors';
import { RecordingFileError, StoreError } from '../../store';
import { CommandError, exitStatus } from './exit-status';
import { grpcReason } from './temporal';

/**
 * Runs a step of a command and turns expected errors into a message and an exit status.
 *
 * @throws {CommandError} status 2 for settings, 3 for CXone, PostgreSQL and Temporal.
 */
export async function mapErrors<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof SettingsError)
      throw new CommandError(exitStatus.badInput, error.message, 'BadSettings');
    if (error instanceof CxoneError || error instanceof StoreError) {
      throw new CommandError(exitStatus.unavailable, terminalText(sentencesOf(error)), error.code);
    }
    if (error instanceof RecordingFileError) {
      const status = error.code === 'RecordingsNotMounted' ? exitStatus.unavailable : exitStatus.badInput;
      throw new CommandError(status, terminalText(sentencesOf(error)), error.code);
    }
    // Temporal may also go away after it was reached.
    if (error instanceof ServiceError || isGrpcServiceError(error)) {
      const reason = grpcReason(error instanceof ServiceError ? (error.cause ?? error) : error);
      const message = `Temporal cannot be reached or refuses: ${reason}. A run that was started goes on by itself.`;
      throw new CommandError(exitStatus.unavailable, message, 'TemporalUnavailable');
    }
    throw error;
  }
}
