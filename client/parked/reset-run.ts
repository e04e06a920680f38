import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { errorRow } from '../../errors';
import type { Outcome } from './outcome';

type Event = temporal.api.history.v1.IHistoryEvent;
type Long = NonNullable<Event['eventId']>;

/** `temporal.api.enums.v1.ResetReapplyExcludeType`: what an operator decided before belongs to the run that failed. */
const exclude = { signal: 1, update: 2 } as const;

/**
 * Lets a run that has failed go on: it is reset to just before the step that failed was scheduled, so that everything
 * before it stays done. Where no step failed but what was read of a window was found wanting, it is read again. Updates
 * of the old run are not applied again.
 */
export async function resetToFailure(
  client: Client,
  namespace: string,
  id: string,
  runId: string,
): Promise<Outcome> {
  const { events: history } = await client.workflow.getHandle(id, runId).fetchHistory();
  const events = history ?? [];
  const point = resetPoint(events);
  if (point === null) {
    const message = 'No step of the run failed: nothing to go back to. Start its window again.';
    return { id, runId, ok: false, code: 'NothingToReset', message };
  }
  const answer: { readonly runId: string } = await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: id, runId },
    reason: 'cxone-sync resume',
    workflowTaskFinishEventId: point,
    resetReapplyExcludeTypes: [exclude.signal, exclude.update],
    requestId: `resume-${runId}`,
  });
  return {
    id,
    runId: answer.runId,
    ok: true,
    code: 'Done',
    message: isFoundWanting(events)
      ? 'The run reads its window again.'
      : 'The run goes on from where it failed.',
  };
}

/**
 * The workflow task whose decision scheduled the step that failed; going back to it makes that decision again. Where
 * several parts failed side by side it is the first of them, since the last `resume`: what the others have
 * done since then is stored, and is found there.
 *
 * A window that was found wanting goes back to where the ledger is asked for it: its pages count as read for that attempt
 * of it, and only another attempt reads them again.
 *
 * @returns the id of its completion; null when there is none, as where no step failed.
 */
export function resetPoint(events: readonly Event[]): Long | null {
  if (isFoundWanting(events)) return decisionOf(events.findLast(opensWindow)) ?? null;
  const byId = new Map(events.map((event) => [String(event.eventId), event]));
  const resumed = events.findLastIndex((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const points = (some: readonly Event[]) =>
    some.flatMap((event) => {
      const scheduled = byId.get(String(begunBy(event)));
      const point = isNeeded(scheduled) ? decisionOf(scheduled) : undefined;
      return point ? [point] : [];
    });
  return points(events.slice(resumed + 1))[0] ?? points(events).at(-1) ?? null;
}

/** Whether the run failed by a verdict of its own, and not by that of a child, which is resumed itself. */
function isFoundWanting(events: readonly Event[]): boolean {
  const failure = events.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
  if (errorRow(failure?.applicationFailureInfo?.type)?.resume !== 'window') return false;
  for (let cause = failure?.cause; cause; cause = cause.cause)
    if (cause.childWorkflowExecutionFailureInfo) return false;
  return true;
}

function opensWindow(event: Event): boolean {
  return event.activityTaskScheduledEventAttributes?.activityType?.name === 'openWindow';
}

/** The event that began what this event says has failed. */
function begunBy(event: Event) {
  return (
    event.activityTaskFailedEventAttributes?.scheduledEventId ??
    event.activityTaskTimedOutEventAttributes?.scheduledEventId ??
    event.childWorkflowExecutionFailedEventAttributes?.initiatedEventId ??
    event.startChildWorkflowExecutionFailedEventAttributes?.initiatedEventId
  );
}

function decisionOf(scheduled: Event | undefined): Long | null | undefined {
  return (
    scheduled?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId ??
    scheduled?.startChildWorkflowExecutionInitiatedEventAttributes?.workflowTaskCompletedEventId
  );
}

/** Steps whose failure a run survives, and those that note its own failure in the ledger. */
const dispensable: ReadonlySet<string> = new Set([
  'fetchLookups',
  'noteParked',
  'closeWindow',
  'endExtraction',
]);

function isNeeded(scheduled: Event | undefined): boolean {
  return !dispensable.has(scheduled?.activityTaskScheduledEventAttributes?.activityType?.name ?? '');
}
