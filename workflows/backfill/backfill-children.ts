import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { TypedSearchAttributes, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { store } from '../activity-proxies';
import { type BackfillPlan, cutOf } from './backfill-input';
import type { Flight, WindowOutcome } from './backfill-state';
import { windowAt } from './window-grid';
import { causeOf } from '../failures';
import { syncWindowId, syncWindowSummary } from '../ids';
import type { SyncWindow } from '../inputs';
import { startInput } from '../window/window-ref';
import { priorityOf } from '../priorities';
import { type RunStatus, type RunTrigger, searchAttributeKeys as keys } from '../search-attributes';
import type { syncWindow } from '../window/sync-window';
import { taskQueues } from '../task-queues';

/** The id under which a window of the plan runs, by whomever it was started. */
function childId(plan: BackfillPlan, window: number): string {
  return syncWindowId(windowOf(plan, window));
}

/**
 * Starts the run of a window. It outlives this run of the backfill: `onEnd` is called only for its end within this
 * run; later ones come by signal.
 *
 * @returns the flight as it is now; `joined` when a run of the same window that another starter began is under way.
 */
export async function startWindowRun(
  plan: BackfillPlan,
  window: number,
  onEnd: (outcome: WindowOutcome) => void,
): Promise<Flight> {
  const span = windowOf(plan, window);
  const { by: _start, ...input } = startInput(span);
  try {
    // What cancels the backfill must not cancel its children behind its back: it does so itself, and waits for them.
    const handle = await CancellationScope.nonCancellable(() =>
      startChild<typeof syncWindow>('syncWindow', {
        workflowId: syncWindowId(span),
        taskQueue: taskQueues.workflows,
        args: [input],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        priority: priorityOf('backfill', plan.tenant),
        staticSummary: syncWindowSummary(span),
        typedSearchAttributes: new TypedSearchAttributes([
          { key: keys.tenant, value: plan.tenant },
          { key: keys.status, value: 'Running' satisfies RunStatus },
          { key: keys.trigger, value: 'backfill' satisfies RunTrigger },
          { key: keys.windowStart, value: span.from },
          { key: keys.windowEnd, value: span.to },
          { key: keys.backfillId, value: workflowInfo().workflowId },
        ]),
      }),
    );
    const run = handle.firstExecutionRunId;
    void handle.result().then(
      ({ status, fetched, recordings }) => {
        const outcome = status === 'complete' ? 'complete' : 'incomplete';
        onEnd({ window, run, outcome, contacts: fetched, recordings: recordings.stored });
      },
      (error: unknown) => {
        onEnd({ window, run, outcome: 'failed', contacts: 0, recordings: 0, code: causeOf(error).code });
      },
    );
    return { window, run };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { window, joined: true };
    throw error;
  }
}

/** Asks the runs to stop. One that has ended is no error, and runs that others started are left alone. */
export async function cancelChildren(plan: BackfillPlan, flights: readonly Flight[]): Promise<void> {
  await Promise.all(
    flights
      .filter(({ joined }) => !joined)
      .map(async ({ window }) => {
        try {
          await getExternalWorkflowHandle(childId(plan, window)).cancel();
        } catch {
          // It is gone: its signal has said how it ended, or the next poll finds out.
        }
      }),
  );
}

/**
 * Asks Temporal how children are doing: those that were terminated or timed out send no signal, and runs that others
 * started signal their own parent. A poll that fails is ignored: the next one comes.
 *
 * @returns what became of those that do not run any more.
 */
export async function pollChildren(
  plan: BackfillPlan,
  flights: readonly Flight[],
): Promise<readonly WindowOutcome[]> {
  try {
    const ids = flights.map(({ window }) => childId(plan, window));
    const runs = await store.inspectRuns.executeWithOptions(
      { priority: priorityOf('backfill', plan.tenant) },
      [ids],
    );
    return flights.flatMap<WindowOutcome>(({ window, run }, index) => {
      const { status, ...found } = runs[index] ?? { status: 'running' };
      if (status === 'running') return [];
      const counts = { contacts: 0, recordings: 0, ...found };
      if (status === 'complete' || status === 'parked') return [{ ...counts, window, run, outcome: status }];
      return [{ code: 'Terminated', ...counts, window, run, outcome: 'failed' as const }];
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [];
  }
}

function windowOf(plan: BackfillPlan, index: number): SyncWindow {
  const { from, to } = windowAt(cutOf(plan), index);
  const { tenant, by, skillIds, campaignIds, mediaTypeIds, recordings } = plan;
  return {
    tenant,
    from: new Date(from),
    to: new Date(to),
    by,
    ...(skillIds && { skillIds }),
    ...(campaignIds && { campaignIds }),
    ...(mediaTypeIds && { mediaTypeIds }),
    ...(recordings !== undefined && { recordings }),
  };
}
