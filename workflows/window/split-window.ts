import { executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import type { OpenWindow, WindowReport } from '../../activities/types';
import { store } from '../activity-proxies';
import { permanentFailure } from '../failures';
import { stamp, syncWindowId, syncWindowSummary } from '../ids';
import type { SyncWindow, SyncWindowInput } from '../inputs';
import { startInput } from './window-ref';
import { searchAttributeKeys as keys } from '../search-attributes';
import { middleOf } from './window-size';

/**
 * Reads a window that is too large for one run as two, one after the other, each with a run, a line in the ledger and
 * further halves of its own. The whole keeps its claim until then, and is complete when both are.
 *
 * @throws the failure of a half, once both have ended; ApplicationFailure `WindowIncomplete` when one has gaps.
 */
export async function readHalves(window: SyncWindow, open: OpenWindow): Promise<WindowReport> {
  const middle = middleOf(window);
  if (!middle) throw new TypeError('the window is too short to be split');
  const halves: readonly SyncWindow[] = [
    { ...window, to: middle },
    { ...window, from: middle },
  ];
  let failure: { readonly error: unknown } | undefined;
  for (const half of halves) {
    try {
      const { status } = await readHalf(half);
      if (status !== 'complete') throw incomplete(half);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure) throw failure.error;
  const { tenant, windowId, attempt } = open;
  return store.closeSplitWindow.executeWithOptions({ summary: 'add up both halves' }, [
    { tenant, windowId, attempt, middle: middle.toISOString() },
  ]);
}

/** `syncWindow` itself, which reads halves by this file. */
type SyncWindowRun = (input: SyncWindowInput) => Promise<WindowReport>;

async function readHalf(half: SyncWindow): Promise<WindowReport> {
  const backfillId = workflowInfo().typedSearchAttributes.get(keys.backfillId);
  return executeChild<SyncWindowRun>('syncWindow', {
    workflowId: syncWindowId(half),
    args: [startInput(half)],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: syncWindowSummary(half),
    ...(backfillId !== undefined && {
      typedSearchAttributes: new TypedSearchAttributes([{ key: keys.backfillId, value: backfillId }]),
    }),
  });
}

function incomplete({ from, to }: SyncWindow): Error {
  return permanentFailure({
    code: 'WindowIncomplete',
    message: `The half ${stamp(from)} – ${stamp(to)} of the window was closed with gaps.`,
  });
}
