import { TypedSearchAttributes, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { store } from '../activity-proxies';
import type { ExtractInput, ExtractPlan } from './extract-input';
import { type DayEnded, dayEndedSignal, type ExtractReport, noRows } from './extract-messages';
import { triggerOf } from './extract-progress';
import type { ExtractDatasetRun, RangeState } from './extract-run';
import { daysBetween, outcomeOf, withDay, withSkipped } from './extract-state';
import { causeOf } from '../failures';
import { extractId, extractSummary, nextDay } from '../ids';
import { priorityOf } from '../priorities';
import { type RunStatus, searchAttributeKeys as keys } from '../search-attributes';

/** Far below the 10,240 events at which Temporal warns; about 100 days. */
const eventsAtMost = 2_000;
/** How often a run of a day is polled that another starter began: it sends this run no signal. */
const pollOthersEvery = '30 seconds';

/**
 * Brings in day after day, each in a run of its own, one at a time: CXone runs one job of a tenant at a time anyway. A day
 * that fails or parks stops no other; one that is parked goes on when a person resumes it, and its end comes by signal.
 *
 * @param onChange is called with where the range stands, and the current day.
 */
export async function extractDays(
  input: ExtractInput,
  plan: ExtractPlan,
  start: RangeState,
  onChange: (report: ExtractReport, day: string | null) => void,
): Promise<ExtractReport> {
  let { report } = start;
  let current: string | null = null;
  const parked = new Set<string>();
  const change = (next: ExtractReport): void => {
    report = next;
    onChange(report, current);
  };
  setHandler(dayEndedSignal, (news) => {
    parked.add(news.day);
    change(withDay(report, news));
  });

  const left = daysBetween(start.next, plan.to);
  const before = plan.force ? new Set<string>() : await completeDays(plan, start.next);
  change(withSkipped(report, left.filter((day) => before.has(day)).length));
  for (const day of left.filter((one) => !before.has(one))) {
    if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= eventsAtMost) {
      await condition(allHandlersFinished);
      // Days that were skipped are counted; what was not begun is looked up again.
      const skippedAhead = left.filter((one) => one >= day && before.has(one)).length;
      await continueAsNew<ExtractDatasetRun>(input, {
        from: plan.from,
        to: plan.to,
        range: { next: day, report: withSkipped(report, -skippedAhead) },
      });
    }
    current = day;
    onChange(report, current);
    const news = await dayOf(plan, day, () => parked.has(day));
    // A day that was parked signals its end itself, now or later.
    if (news && !parked.has(day)) change(withDay(report, news));
  }
  current = null;
  await condition(allHandlersFinished);
  onChange(report, current);
  return report;
}

/** Runs a day and waits for its end, or until it is parked: null then. */
async function dayOf(plan: ExtractPlan, day: string, isParked: () => boolean): Promise<DayEnded | null> {
  const { tenant, dataset } = plan;
  const span = { tenant, dataset, from: day, to: nextDay(day) };
  const workflowId = extractId(span);
  try {
    const handle = await startChild<ExtractDatasetRun>('extractDataset', {
      workflowId,
      args: [{ ...span, force: true }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      priority: priorityOf('backfill', tenant),
      staticSummary: extractSummary(span),
      typedSearchAttributes: new TypedSearchAttributes([
        { key: keys.tenant, value: tenant },
        { key: keys.status, value: 'Running' satisfies RunStatus },
        { key: keys.trigger, value: triggerOf() },
        { key: keys.windowStart, value: new Date(span.from) },
        { key: keys.windowEnd, value: new Date(span.to) },
      ]),
    });
    const end = handle.result().then(
      (report): DayEnded => ({ ...rowsOf(report), day, outcome: outcomeOf(report) }),
      (error: unknown): DayEnded => {
        // Cancelling the range cancels the current day, which is no failure of the day.
        if (CancellationScope.current().consideredCancelled) throw error;
        return { ...noRows, day, outcome: 'failed', code: causeOf(error).code };
      },
    );
    end.catch(() => undefined);
    return await Promise.race([end, condition(isParked).then(() => null)]);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return untilOthersEnd(workflowId, day);
    throw error;
  }
}

/** Another starter's run reads the day: its end is this run's answer. */
async function untilOthersEnd(workflowId: string, day: string): Promise<DayEnded> {
  for (;;) {
    const [run] = await store.inspectRuns([workflowId]);
    if (run === undefined || run.status === 'gone') return { ...noRows, day, outcome: 'failed' };
    const { status, code } = run;
    if (status === 'complete') return { ...noRows, day, outcome: 'complete' };
    if (status !== 'running')
      return { ...noRows, day, outcome: status, ...(code === undefined ? {} : { code }) };
    await sleep(pollOthersEvery, { summary: `another run is at ${day}` });
  }
}

async function completeDays(
  { tenant, dataset, to }: ExtractPlan,
  from: string,
): Promise<ReadonlySet<string>> {
  const summary = 'which days are there already?';
  const days = await store.findExtracted.executeWithOptions({ summary }, [{ tenant, dataset, from, to }]);
  return new Set(days);
}

function rowsOf({ records, inserted, updated, unchanged, rejected, absent }: ExtractReport) {
  return { records, inserted, updated, unchanged, rejected, absent };
}
