import { ContinueAsNew, defineQuery, setHandler } from '@temporalio/workflow';
import type { WindowReport } from '../../activities/types';
import { store } from '../activity-proxies';
import { causeOf, failRun, refuseInvalidInput } from '../failures';
import { parseSyncWindowInput, type SyncWindowInput } from '../inputs';
import { createParking, defaultParkTimeoutMs, type Parking, type Step } from '../parking';
import { closeWindow } from './close-window';
import { checkRejected, readContacts } from './contacts-step';
import { readDetails, readRecordings } from './details-step';
import { noteFailed, noteParked } from './note-in-ledger';
import { notifyContactsComplete, notifyFailed, notifyParked } from './notify-parent';
import { windowEndedSignal } from './window-messages';
import { labelRun, showFailure, showParked, showProgress } from './window-progress';
import { refOf } from './window-ref';
import { createRun, type WindowRun } from './window-run';
import * as states from './window-state';

export const progressQuery = defineQuery<states.Progress>('progress');
export const ledgerQuery = defineQuery<WindowReport | null>('ledger');

const hourMs = 3_600_000;

/**
 * Syncs one window: contacts that started in [from, to), or were last updated in it, the agents behind them and their
 * recordings; and, now and then, the lists contacts refer to, without which a window is still whole.
 *
 * Complete means: every contact CXone counts for the window is stored or kept in `rejected_record` with a reason, and
 * rows that CXone no longer returns are marked `absent_since` (docs/architecture.md, invariant 1).
 *
 * What only a person can fix parks the run; the updates `resume`, `skip` and `abort` decide (workflows/parking.ts).
 * `skip` closes the window as `incomplete`.
 *
 * @throws ApplicationFailure, non-retryable, whose type is an error code: `InvalidInput`, `WindowBusy`,
 * `WindowInFuture`, or that of the step that failed and was aborted or left alone.
 */
export async function syncWindow(
  input: SyncWindowInput,
  carried?: states.CarriedWindow,
): Promise<WindowReport> {
  const window = refuseInvalidInput(() => parseSyncWindowInput(input));
  const run = createRun(input, window, carried ? states.continued(carried) : states.newWindow());
  setHandler(progressQuery, () => run.state.progress, { description: 'How far the run has come' });
  setHandler(ledgerQuery, () => run.state.report, {
    description: 'The ledger’s row, once the window is closed',
  });
  // A half of this window that is parked parks the whole, for the run that waits for it.
  setHandler(windowEndedSignal, async ({ outcome, code = 'Unexpected' }) => {
    if (outcome === 'parked') await notifyParked(window, code);
  });
  const parking = createWindowParking(run);
  if (!carried) labelRun(window);
  showProgress(window, run.state.progress);
  try {
    const outcome = await readWindow(run, parking);
    return await closeWindow(run, parking, outcome === 'skipped' ? 'incomplete' : 'complete');
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const { open, round } = run.state;
    run.change(states.failed(run.state));
    const cause = causeOf(error);
    showFailure(window, cause);
    if (open) await noteFailed(open, round, cause.code);
    await notifyFailed(window, cause.code);
    return failRun(error);
  }
}

/** The steps of a window, each as far as it is still to be done. */
async function readWindow(run: WindowRun, parking: Parking): Promise<'done' | 'skipped'> {
  if ((await parking.run([() => readContacts(run)])) === 'skipped') return 'skipped';
  const { window, state } = run;
  if (state.report) return 'done';
  const { open, settled: contacts } = state;
  if (!open || !contacts) throw new TypeError('the contacts are not settled');
  if (!state.agentsRead) {
    const move: Step = async () => {
      await store.moveWatermark({
        ...{ ...refOf(open), from: open.from, to: contacts.to ?? open.to },
        ...(contacts.to !== undefined && { endsEarlier: true }),
        ...(contacts.tooMany && { tooManyRejected: true }),
      });
    };
    const moves = open.by === 'update' && open.usualFilter;
    if (moves && (await parking.run([move])) === 'skipped') return 'skipped';
    await notifyContactsComplete(window, contacts, run.state.progress.contacts);
  }
  return parking.run([
    () => checkRejected(run, open),
    () => readDetails(run, open, run.state.settled ?? contacts),
    () => readRecordings(run, open),
  ]);
}

/** The parking of a run that belongs to a window. */
function createWindowParking(run: WindowRun): Parking {
  const { window } = run;
  return createParking({
    timeoutMs: () => {
      const { open } = run.state;
      return open ? open.parkedTimeoutHours * hourMs : defaultParkTimeoutMs;
    },
    onParkedChange: async (parked) => {
      if (parked) {
        run.change(states.parked(run.state, parked.causes));
        showParked(window, run.state.progress, parked);
      } else {
        run.change(states.unparked(run.state));
        showProgress(window, run.state.progress, 'Running');
      }
      const { open } = run.state;
      if (open) await noteParked(open, parked);
      if (parked) await notifyParked(window, parked.causes[0]?.code ?? 'Unexpected');
    },
  });
}
