import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { WindowReport } from '../../activities/types';
import type { syncWindow } from '../../workflows';
import { syncWindowId, syncWindowSummary } from '../../workflows/ids';
import type { SyncWindow, SyncWindowInput } from '../../workflows/inputs';
import type { Progress } from '../../workflows/window/window-state';
import { priorityOf } from '../../workflows/priorities';
import { startRun } from '../command/follow-run';
import { type ParkedEnd, type RunEnd, untilEndOrParked } from '../command/watch-run';

export type WindowHandle = WorkflowHandleWithFirstExecutionRunId<typeof syncWindow>;

export type WindowEnd = RunEnd<WindowReport>;

/**
 * Starts the run of a window, or joins the one under way: the same window has the same id.
 *
 * @param input as typed, `window` the same checked.
 */
export async function startWindow(
  client: Client,
  input: SyncWindowInput,
  window: SyncWindow,
): Promise<WindowHandle> {
  const { tenant, from, to } = window;
  return startRun<typeof syncWindow>(client, 'syncWindow', {
    ...{ workflowId: syncWindowId(window), input, tenant, from, to },
    priority: priorityOf('manual', tenant),
    staticSummary: syncWindowSummary(window),
  });
}

/** Waits until a window's run ends or parks, and reports its progress. */
export async function followWindow(
  handle: WindowHandle,
  onProgress: (progress: Progress) => void,
): Promise<WindowEnd | ParkedEnd> {
  return untilEndOrParked(handle.client, handle, () => handle.query<Progress>('progress'), onProgress);
}
