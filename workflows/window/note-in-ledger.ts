import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ReadCode } from '../../errors';
import type { OpenWindow } from '../../activities/types';
import { finalActivities } from '../activity-proxies';
import type { Parked } from '../parked';
import { expectedSoFar, type Round } from './round-state';
import { refOf } from './window-ref';

/** Writes down in the ledger that the run waits, or does not any more. Web UI shows it without that, too. */
export async function noteParked(window: OpenWindow, parked: Parked | null): Promise<void> {
  const [cause] = parked?.causes ?? [];
  try {
    await finalActivities.noteParked({
      ...refOf(window),
      parked: cause ? { code: cause.code, message: cause.message, remedy: cause.remedy } : null,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}

/** Writes down that the run failed, and why. */
export async function noteFailed(
  window: OpenWindow,
  round: Round | undefined,
  errorCode: ReadCode,
): Promise<void> {
  // Also when the run is cancelled, and even when the database is what failed: the cause must reach the operator.
  await CancellationScope.nonCancellable(async () => {
    try {
      await finalActivities.closeWindow({
        ...refOf(window),
        round: round?.round ?? 0,
        status: 'failed',
        expected: round ? expectedSoFar(round) : null,
        absent: 0,
        errorCode,
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  });
}
