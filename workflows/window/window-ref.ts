import { workflowInfo } from '@temporalio/workflow';
import type { OpenWindow, WindowRef, WindowSpan } from '../../activities/types';
import { stamp } from '../ids';
import type { SyncWindow, SyncWindowInput } from '../inputs';

/** The part of an open window by which activities find it again. */
export function refOf({ tenant, windowId, attempt }: OpenWindow): WindowRef {
  return { tenant, windowId, attempt };
}

/** A window as `syncWindow` takes it, with dates as they stand in its id. */
export function startInput({ from, to, ...rest }: SyncWindow): SyncWindowInput {
  return { ...rest, from: stamp(from), to: stamp(to) } as SyncWindowInput;
}

/** A window as `openWindow` takes it, claimed by this run: continue-as-new and reset keep the id of its first run. */
export function claimOf(window: SyncWindow): WindowSpan {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  return {
    ...window,
    ...(isOfLiveSync(window) && { live: true }),
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    claimant: { workflowId, runId },
  };
}

/** Whether the live sync has started this run: it alone starts windows by update as its children. */
export function isOfLiveSync(window: SyncWindow): boolean {
  return window.by === 'update' && workflowInfo().parent !== undefined;
}
