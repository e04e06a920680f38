import { executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import type { OpenWindow, WindowReport } from '../activities/types';
import { store } from './activities';
import { permanentFailure } from './failures';
import { stamp, syncWindowId, syncWindowSummary } from './ids';
import type { SyncWindow, SyncWindowInput } from './inputs';
import { type AnySlice, type PassState, totalOf } from './passes';
import { searchAttributeKeys as keys } from './search-attributes';
import type { syncWindow } from './sync-window';

/** No half is shorter: by then it is one moment's flood, and offsets serve as well as anything. */
const shortestHalfMs = 120_000;

/**
 * Where to split a window: in its middle.
 *
 * @returns epoch ms; null when its halves would be too short.
 */
export function middleOf(window: { readonly from: Date; readonly to: Date }): number | null {
  const [from, to] = [window.from.getTime(), window.to.getTime()];
  return to - from < 2 * shortestHalfMs ? null : Math.floor((from + to) / 2);
}

/**
 * True when the answer to a pass's first slice shows that the window holds more than one run should read. Only then:
 * a window that grows while it is read is not begun again. It costs no request, as every answer tells the total.
 */
export function isTooLarge(
  window: OpenWindow,
  round: { readonly round: number; readonly passes: readonly PassState[] },
  slice: AnySlice,
): boolean {
  if (window.maxContacts === undefined || round.round > 0 || slice.skip > 0 || 'at' in slice) return false;
  const known = round.passes.reduce((sum, pass) => sum + (totalOf(pass) ?? 0), 0);
  return known > window.maxContacts && middleOf(datesOf(window)) !== null;
}

/**
 * Reads a window that is too large for one run as two, one after the other, each with a run, a line in the ledger and
 * further halves of its own. The whole keeps its claim meanwhile, and is complete when both are.
 *
 * @throws the failure of a half, once both have ended; ApplicationFailure `WindowIncomplete` when one has gaps.
 */
export async function readHalves(window: SyncWindow, open: OpenWindow): Promise<WindowReport> {
  const middle = new Date(middleOf(window) ?? NaN);
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

async function readHalf(half: SyncWindow): Promise<WindowReport> {
  const { from, to, ...rest } = half;
  const backfillId = workflowInfo().typedSearchAttributes.get(keys.backfillId);
  return executeChild<typeof syncWindow>('syncWindow', {
    workflowId: syncWindowId(half),
    args: [{ ...rest, from: stamp(from), to: stamp(to) } as SyncWindowInput],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: syncWindowSummary(half),
    ...(backfillId !== undefined && {
      typedSearchAttributes: new TypedSearchAttributes([{ key: keys.backfillId, value: backfillId }]),
    }),
  });
}

function datesOf({ from, to }: OpenWindow): { readonly from: Date; readonly to: Date } {
  return { from: new Date(from), to: new Date(to) };
}

function incomplete({ from, to }: SyncWindow): Error {
  return permanentFailure({
    code: 'WindowIncomplete',
    message: `The half ${stamp(from)} – ${stamp(to)} of the window was closed with gaps.`,
    remedy: 'Start the window again when the cause is mended.',
  });
}
