import { isCancellation, patched } from '@temporalio/workflow';
import type { OpenWindow, WindowReport } from '../../activities/types';
import { store } from '../activity-proxies';
import type { Parking } from '../parking';
import { notifyClosed } from './notify-parent';
import { showReport } from './window-progress';
import { claimOf, refOf } from './window-ref';
import type { WindowRun } from './window-run';
import { advanced, closed, closingOf } from './window-state';

type Ending = 'complete' | 'incomplete';

/** Closes the window in the ledger, and shows and reports its end. */
export async function closeWindow(run: WindowRun, parking: Parking, status: Ending): Promise<WindowReport> {
  const { window } = run;
  run.change(advanced(run.state, { stage: 'close' }));
  let open: OpenWindow | undefined = run.state.open;
  const write = async (ending: Ending): Promise<WindowReport> => {
    open ??= await store.openWindow(claimOf(window));
    return store.closeWindow({ ...refOf(open), ...closingOf(run.state), status: ending });
  };
  const report = run.state.report ?? (await closeLedger(parking, status, write));
  const end = closed(run.state, report);
  run.change(end);
  showReport(window, end.report, end.progress);
  await notifyClosed(window, end.report);
  return end.report;
}

/**
 * Has the last word on a window written in the ledger. A ledger that cannot be written parks the run as any other step
 * does; when a person skips that, it is attempted once more, as incomplete.
 *
 * @throws what writing failed with, when the run is not to wait for a person.
 */
async function closeLedger(
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
  let written: WindowReport | undefined;
  const again = async (): Promise<void> => {
    const first = failure;
    failure = undefined;
    if (first !== undefined) throw first;
    written = await write(status);
  };
  await parking.run([again]);
  return written ?? write('incomplete');
}
