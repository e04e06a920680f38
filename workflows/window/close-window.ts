import { isCancellation, patched } from '@temporalio/workflow';
import type { WindowReport } from '../../activities/types';
import type { Parking } from '../parking';

type Ending = 'complete' | 'incomplete';

/**
 * Has the last word on a window written in the ledger. A ledger that cannot be written parks the run as any other step
 * does; when a person skips that, it is attempted once more, as incomplete.
 *
 * @throws what writing failed with, when the run is not to wait for a person.
 */
export async function closeLedger(
  parking: Parking,
  status: Ending,
  write: (status: Ending) => Promise<WindowReport>,
): Promise<WindowReport> {
  let failure: unknown;
  try {
    return await write(status);
  } catch (error) {
    // Runs of a release that did not park here have failed, and noted it in the ledger.
    if (isCancellation(error) || !patched('closing-parks')) throw error;
    failure = error;
  }
  let closed: WindowReport | undefined;
  const again = async (): Promise<void> => {
    const first = failure;
    failure = undefined;
    if (first !== undefined) throw first;
    closed = await write(status);
  };
  await parking.run([again]);
  return closed ?? write('incomplete');
}
