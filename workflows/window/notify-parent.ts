import { CancellationScope, getExternalWorkflowHandle, patched, workflowInfo } from '@temporalio/workflow';
import type { ReadCode } from '../../errors';
import type { WindowReport } from '../../activities/types';
import { contactsSettledSignal, type WindowEnded, windowEndedSignal } from './window-messages';
import { searchAttributeKeys as keys } from '../search-attributes';

/** Reports the window closed. */
export function notifyClosed(window: Dates, { status, fetched, recordings }: WindowReport): Promise<void> {
  const outcome = status === 'complete' ? 'complete' : 'incomplete';
  return notifyParent(window, { outcome, contacts: fetched, recordings: recordings.stored });
}

/** Reports that the run waits for a person. */
export function notifyParked(window: Dates, code: ReadCode): Promise<void> {
  return notifyParent(window, { outcome: 'parked', contacts: 0, recordings: 0, code });
}

/**
 * Notifies the live sync that the contacts are proven complete: the rest of the window is no reason to hold up the next
 * one.
 */
export async function notifyContactsComplete(
  window: Dates & { readonly recordings?: unknown; readonly by?: string },
  { expected, to }: { readonly expected: number; readonly to?: string },
  fetched: number,
): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  // Earlier releases did not notify a tenant without recordings: its ticks waited for the whole window.
  if (window.recordings !== 'later' && (window.by !== 'update' || !patched('settled-without-recordings')))
    return;
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(contactsSettledSignal, {
      ...{ expected, fetched },
      ...(to !== undefined && { to }),
    });
  } catch {
    // It has ended.
  }
}

/** Reports that the run failed, or was cancelled. */
export function notifyFailed(window: Dates, code: ReadCode): Promise<void> {
  return notifyParent(window, { outcome: 'failed', contacts: 0, recordings: 0, code });
}

interface Dates {
  readonly from: Date;
  readonly to: Date;
}

type Outcome = Pick<WindowEnded, 'outcome' | 'contacts' | 'recordings' | 'code'>;

/**
 * Reports to the backfill that started this run, if any, how it ended, or that it is parked.
 *
 * By signal and by workflow id, because the backfill may have continued as new since. A backfill that is gone is no
 * error, and a run that is being cancelled still reports it.
 */
export async function notifyParent(window: Dates, outcome: Outcome): Promise<void> {
  const { parent, typedSearchAttributes, firstExecutionRunId } = workflowInfo();
  // A child does not know the type of its parent: a backfill labels its children with its id.
  // A half is the child of its whole, and reports to it only that it is parked.
  const half = parent?.workflowId.startsWith('sync-window:') && outcome.outcome === 'parked';
  if (!parent || (!half && typedSearchAttributes.get(keys.backfillId) !== parent.workflowId)) return;
  const ended: WindowEnded = {
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    ...outcome,
    run: firstExecutionRunId,
  };
  await CancellationScope.nonCancellable(async () => {
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(windowEndedSignal, ended);
    } catch {
      // The parent has ended: there is no run to notify.
    }
  });
}
