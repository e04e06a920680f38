import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { store } from '../activity-proxies';
import { cancelChildren, startWindowRun, pollChildren } from './backfill-children';
import { type BackfillInput, type BackfillPlan, lookUpOf, planBackfill } from './backfill-input';
import { handleMessages } from './backfill-handlers';
import {
  type BackfillReport,
  labelBackfill,
  labelEnd,
  reportOf,
  showBackfillFailure,
} from './backfill-progress';
import * as windows from './backfill-state';
import { type BackfillRun, createRun } from './backfill-run';
import { causeOf, failRun, refuseInvalidInput } from '../failures';
import { stamp } from '../ids';
import { priorityOf } from '../priorities';

/** What a run hands to its continuation. Part of no public interface: people start `backfill` with one argument. */
export interface CarriedBackfill {
  readonly range: { readonly from: string; readonly to: string };
  /** The windows with their children in flight; `marks` are packed. */
  readonly state: windows.BackfillState;
  readonly mediaPerSecond: number | null;
}

/** Windows whose line in the ledger is looked up at once. */
const lookUpAtMost = 200;
/** Far below the 10,240 events at which Temporal warns; about 150 windows. */
const eventsAtMost = 2_000;
/** How often children are polled that may have ended without a signal, and those that others started. */
const pollEvery = '2 minutes';
const pollOthersEvery = '20 seconds';
/** How long cancelled children are waited for. */
const cancelPatience = '5 minutes';

/**
 * Reads a long range by start, window by window: `syncWindow` children, a bounded number at a time. A window that fails
 * stops no other. Windows that are complete in the ledger are skipped, unless `force`.
 *
 * Continues as new without waiting for its children: they outlive it, and signal its continuation.
 *
 * @returns what became of the windows; status `complete` only when every one is complete.
 * @throws ApplicationFailure, non-retryable: `InvalidInput`, or the code of what kept it from going on.
 */
export async function backfill(input: BackfillInput, carried?: CarriedBackfill): Promise<BackfillReport> {
  const plan = refuseInvalidInput(() => readPlan(input, carried));
  const start = carried
    ? { ...carried.state, marks: windows.unpackMarks(carried.state.marks) }
    : windows.newBackfill(plan.windows, plan.concurrency, Date.now());
  const run = createRun(plan, start, carried?.mediaPerSecond ?? null);
  handleMessages(run);
  if (!carried) labelBackfill(plan);
  run.change(run.state);
  try {
    if ((await runWindows(run)) === 'full') {
      await condition(allHandlersFinished);
      const { from, to } = plan;
      return await continueAsNew<typeof backfill>(input, {
        range: { from: stamp(from), to: stamp(to) },
        state: { ...run.state, marks: windows.packMarks(run.state.marks) },
        mediaPerSecond: run.now.mediaPerSecond,
      });
    }
    const report = reportOf(plan, run.state);
    labelEnd(report);
    run.change(run.state, { done: true });
    await condition(allHandlersFinished);
    return report;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(async () => {
        run.change(run.state, { cancelling: true });
        await cancelChildren(plan, run.state.flights);
        await condition(() => run.state.flights.every(({ joined }) => joined), cancelPatience);
      });
    }
    showBackfillFailure(plan, run.progress(), causeOf(error));
    return failRun(error);
  }
}

/** Runs the windows. @returns `full` when the history asks for continue-as-new first */
async function runWindows(run: BackfillRun): Promise<'finished' | 'full'> {
  const { plan } = run;
  // Also of a backfill that a schedule started, which can give it none.
  const priority = priorityOf('backfill', plan.tenant);
  const alarm = createAlarm();
  const isDue = (): boolean => alarm.hasRung() && run.state.flights.length > 0;
  while (!windows.isFinished(run.state)) {
    const { cancelling } = run.now;
    if (cancelling) await store.cancelBackfill.executeWithOptions({ priority }, [workflowInfo().workflowId]);
    const unknown = cancelling ? null : windows.toLookUp(run.state, lookUpAtMost);
    if (unknown) await lookUp(run, unknown);
    if (!run.now.cancelling && windows.canBegin(run.state)) await begin(run);
    if (isDue()) (await pollChildren(plan, run.state.flights)).forEach(run.onOutcome);
    // Without children there is nothing to poll: a paused backfill sleeps.
    if (!alarm.isSet() && run.state.flights.length > 0) alarm.set(run.state);
    if (isLong() && !run.now.cancelling) return 'full';
    // Asked while a step above was under way: there may be no child whose end, or poll, would come to it later.
    if (run.now.cancelling && !cancelling && patched('cancel-at-once')) continue;
    const asked = run.now.cancelling;
    await condition(
      () =>
        windows.isFinished(run.state) ||
        isDue() ||
        (!run.now.cancelling && (windows.canBegin(run.state) || isLong())) ||
        run.now.cancelling !== asked,
    );
  }
  return 'finished';
}

async function lookUp(
  run: BackfillRun,
  asked: { readonly first: number; readonly count: number },
): Promise<void> {
  const { plan } = run;
  if (plan.force) return void run.change(windows.lookedUp(run.state, asked, new Set()));
  const summary = `look up windows ${asked.first + 1}–${asked.first + asked.count}`;
  const priority = priorityOf('backfill', plan.tenant);
  const { complete, mediaPerSecond } = await store.findComplete.executeWithOptions({ summary, priority }, [
    lookUpOf(plan, asked),
  ]);
  const found = new Set(complete.map((place) => asked.first + place));
  run.change(windows.lookedUp(run.state, asked, found), { mediaPerSecond });
}

async function begin(run: BackfillRun): Promise<void> {
  const taken = windows.takeReady(run.state);
  run.change(taken.state);
  await Promise.all(
    taken.windows.map(async (window) => {
      const flight = await startWindowRun(run.plan, window, run.onOutcome);
      // Read only now: children that were started beside this one may have ended in the meantime.
      run.change(windows.confirmed(run.state, flight));
    }),
  );
}

/** When to poll the children. One timer at a time: a time-out on each wait would cost two events a window. */
function createAlarm() {
  const alarm = { set: false, rung: false, times: 0 };
  return {
    isSet: () => alarm.set,
    hasRung: () => alarm.rung,
    set: ({ flights }: windows.BackfillState): void => {
      // The first poll is soon: runs that others started send this backfill no signal.
      const soon = alarm.times === 0 || flights.some(({ joined }) => joined);
      Object.assign(alarm, { set: true, rung: false, times: alarm.times + 1 });
      sleep(soon ? pollOthersEvery : pollEvery, { summary: 'poll the children' }).then(
        () => Object.assign(alarm, { set: false, rung: true }),
        () => undefined,
      );
    },
  };
}

function isLong(): boolean {
  return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= eventsAtMost;
}

function readPlan(input: BackfillInput, carried: CarriedBackfill | undefined): BackfillPlan {
  if (!carried) return planBackfill(input, startOf());
  // `lastDays` counts from the first run's start.
  const { lastDays: _days, ...rest } = input;
  return planBackfill({ ...rest, ...carried.range }, startOf());
}

/** The time a schedule meant, whenever it came to it; without a schedule, when the run was started. */
function startOf(): Date {
  const scheduled = workflowInfo().searchAttributes['TemporalScheduledStartTime']?.[0];
  return scheduled instanceof Date ? scheduled : workflowInfo().startTime;
}
