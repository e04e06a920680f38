import {
  type Client,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowIdConflictPolicy,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { WindowReport } from '../../activities/types';
import type { syncWindow } from '../../workflows';
import { syncWindowId, syncWindowSummary } from '../../workflows/ids';
import type { SyncWindow, SyncWindowInput } from '../../workflows/inputs';
import type { Progress } from '../../workflows/window/window-state';
import { priorityOf } from '../../workflows/priorities';
import { searchAttributeKeys as keys } from '../../workflows/search-attributes';
import { taskQueues } from '../../workflows/task-queues';
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
  return client.workflow.start<typeof syncWindow>('syncWindow', {
    taskQueue: taskQueues.workflows,
    workflowId: syncWindowId(window),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    args: [input],
    priority: priorityOf('manual', window.tenant),
    staticSummary: syncWindowSummary(window),
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keys.tenant, value: window.tenant },
      { key: keys.status, value: 'Running' },
      { key: keys.trigger, value: 'manual' },
      { key: keys.windowStart, value: window.from },
      { key: keys.windowEnd, value: window.to },
    ]),
  });
}

/** Waits until a window's run ends or parks, and reports its progress. */
export async function followWindow(
  handle: WindowHandle,
  onProgress: (progress: Progress) => void,
): Promise<WindowEnd | ParkedEnd> {
  return untilEndOrParked(handle.client, handle, () => handle.query<Progress>('progress'), onProgress);
}
