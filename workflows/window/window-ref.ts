import { workflowInfo } from '@temporalio/workflow';
import type { OpenWindow, WindowRef, WindowSpan } from '../../activities/types';
import type { SyncWindow } from '../inputs';

/** The part of an open window by which activities find it again. */
export function refOf({ tenant, windowId, attempt }: OpenWindow): WindowRef {
  return { tenant, windowId, attempt };
}

/** A window as `openWindow` takes it, claimed by this run: continue-as-new and reset keep the id of its first run. */
export function spanOf(window: SyncWindow): WindowSpan {
  const { workflowId, firstExecutionRunId: runId, parent } = workflowInfo();
  return {
    ...window,
    // Of all that start windows, only the live sync starts some by update.
    ...(parent && window.by === 'update' && { live: true }),
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    claimant: { workflowId, runId },
  };
}
