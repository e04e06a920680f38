import { setHandler } from '@temporalio/workflow';
import { permanentFailure } from '../failures';
import { windowEndedSignal } from '../window/window-messages';
import { cutOf } from './backfill-input';
import * as messages from './backfill-messages';
import type { BackfillRun } from './backfill-run';
import { countsOf, retryFailed, setPaused } from './backfill-state';
import { indexOfWindow } from './window-grid';

/** Answers what windows, operators and Web UI send to a backfill. */
export function handleMessages(run: BackfillRun): void {
  const { plan } = run;
  setHandler(windowEndedSignal, ({ from, to, ...news }) => {
    const window = indexOfWindow(cutOf(plan), { from: Date.parse(from), to: Date.parse(to) });
    if (window !== null) run.onOutcome({ window, ...news });
  });
  setHandler(messages.backfillProgressQuery, run.progress, { description: 'How far the backfill has come' });
  setHandler(messages.pauseUpdate, () => run.change(setPaused(run.state, true, Date.now())), {
    description: 'Begin no new window; those under way go on',
    validator: () =>
      refuse(run.state.paused || run.now.cancelling, 'It is paused or being cancelled already.'),
  });
  setHandler(messages.resumeUpdate, () => run.change(setPaused(run.state, false, Date.now())), {
    description: 'Go on after a pause',
    validator: () => refuse(!run.state.paused, 'It is not paused.'),
  });
  setHandler(messages.setConcurrencyUpdate, ({ concurrency }) => run.change({ ...run.state, concurrency }), {
    description: 'How many windows at a time: {"concurrency": 8}, 1 to 32',
    validator: (wanted) => refuse(!isConcurrency(wanted), 'Expected {"concurrency": n} with n from 1 to 32.'),
  });
  setHandler(messages.retryFailedUpdate, () => run.change(retryFailed(run.state)), {
    description: 'Run the windows that failed once more, when the cause is fixed',
    validator: () => refuse(countsOf(run.state).failed === 0, 'No window has failed.'),
  });
  setHandler(messages.cancelUpdate, () => run.change(run.state, { cancelling: true }), {
    description: 'Stop the windows under way and end; what is complete stays so',
    validator: () => refuse(run.now.cancelling, 'It is being cancelled already.'),
  });
}

function isConcurrency(wanted: messages.SetConcurrency | undefined): boolean {
  const n = wanted?.concurrency;
  return Number.isInteger(n) && Number(n) >= 1 && Number(n) <= 32;
}

function refuse(wrong: boolean, message: string): void {
  if (wrong) throw permanentFailure({ code: 'UpdateRefused', message });
}
