import { CancellationScope, getExternalWorkflowHandle, patched, workflowInfo } from '@temporalio/workflow';
import type { WindowReport } from '../../activities/types';
import { type WindowEnded, windowEndedSignal } from './window-messages';
import { contactsSettledSignal } from './window-messages';
import { searchAttributeKeys as keys } from '../search-attributes';

/** Tells that the window is closed. */
export function tellClosed(window: Dates, { status, fetched, recordings }: WindowReport): Promise<void> {
  const outcome = status === 'complete' ? 'complete' : 'incomplete';
  return tellParent(window, { outcome, contacts: fetched, recordings: recordings.stored });
}

/** Tells that the run waits for a person. */
export function tellParked(window: Dates, code: string): Promise<void> {
  return tellParent(window, { outcome: 'parked', contacts: 0, recordings: 0, code });
}

/**
 * Tells the live sync that the contacts are proven complete: the rest of the window is no reason to hold up the next
 * one.
 */
export async function tellSettled(
  window: Dates & { readonly recordings?: unknown; readonly by?: string },
  { expected, to }: { readonly expected: number; readonly to?: string },
  fetched: number,
): Promise<void> {
  const { parent } = workflowInfo();
  if (!parent) return;
  // A tenant without recordings was not told by earlier releases: its ticks waited for the whole window.
  if (window.recordings !== 'later' && (window.by !== 'update' || !patched('settled-without-recordings')))
    return;
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(contactsSettledSignal, {
      ...{ expected, fetched },
      ...(to !== undefined && { to }),
    });
  } catch {
    // It has ended meanwhile.
  }
}

/** Tells that the run failed, or was cancelled. */
export function tellFailed(window: Dates, code: string): Promise<void> {
  return tellParent(window, { outcome: 'failed', contacts: 0, recordings: 0, code });
}

interface Dates {
  readonly from: Date;
  readonly to: Date;
}

type Outcome = Pick<WindowEnded, 'outcome' | 'contacts' | 'recordings' | 'code'>;

/**
 * Tells the backfill that started this run how it ended, or that it is parked. Every other run has nobody to tell.
 *
 * By signal and by workflow id, because the backfill may have continued as new since. A backfill that is gone is no
 * error, and a run that is being cancelled tells it all the same.
 */
export async function tellParent(window: Dates, outcome: Outcome): Promise<void> {
  const { parent, typedSearchAttributes, firstExecutionRunId } = workflowInfo();
  // Temporal does not tell a child the type of its parent: a backfill labels its children with its id.
  // A half is the child of its whole, which hears of it only that it is parked.
  const half = parent?.workflowId.startsWith('sync-window:') && outcome.outcome === 'parked';
  if (!parent || (!half && typedSearchAttributes.get(keys.backfillId) !== parent.workflowId)) return;
  const told: WindowEnded = {
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    ...outcome,
    run: firstExecutionRunId,
  };
  await CancellationScope.nonCancellable(async () => {
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(windowEndedSignal, told);
    } catch {
      // It has ended, and with it whoever wanted to know.
    }
  });
}
