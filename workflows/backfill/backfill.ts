import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { store } from '../activity-proxies';
import { cancelChildren, startWindowRun, pollChildren } from './backfill-children';
import { type BackfillInput, type BackfillPlan, cutOf, lookUpOf, planBackfill } from './backfill-input';
import * as messages from './backfill-messages';
import { windowEndedSignal } from '../window/window-messages';
import {
  type BackfillProgress,
  type BackfillReport,
  labelBackfill,
  labelEnd,
  progressOf,
  reportOf,
  showBackfill,
  showBackfillFailure,
} from './backfill-progress';
import * as windows from './backfill-state';
import { indexOfWindow } from './window-grid';
import { causeOf, failRun, permanentFailure, refuseInvalidInput } from '../failures';
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
  let state = carried
    ? { ...carried.state, marks: windows.unpackMarks(carried.state.marks) }
    : windows.newBackfill(plan.windows, plan.concurrency, Date.now());
  let mediaPerSecond = carried?.mediaPerSecond ?? null;
  // Also of a backfill that a schedule started, which can give it none.
  const priority = priorityOf('backfill', plan.tenant);
  let cancelling = false;
  let done = false;
  const alarm = { set: false, rung: false, times: 0 };

  const progress = (): BackfillProgress => progressOf(plan, state, { cancelling, done, mediaPerSecond });
  const change = (next: windows.BackfillState): BackfillProgress => {
    state = next;
    const now = progress();
    showBackfill(plan, now);
    return now;
  };
  const onOutcome = (news: windows.WindowOutcome): void =>
    void change(windows.ended(state, news, Date.now()));

  setHandler(windowEndedSignal, ({ from, to, ...news }) => {
    const window = indexOfWindow(cutOf(plan), { from: Date.parse(from), to: Date.parse(to) });
    if (window !== null) onOutcome({ window, ...news });
  });
  setHandler(messages.backfillProgressQuery, progress, { description: 'How far the backfill has come' });
  setHandler(messages.pauseUpdate, () => change(windows.setPaused(state, true, Date.now())), {
    description: 'Begin no new window; those under way go on',
    validator: () => refuse(state.paused || cancelling, 'It is paused or being cancelled already.'),
  });
  setHandler(messages.resumeUpdate, () => change(windows.setPaused(state, false, Date.now())), {
    description: 'Go on after a pause',
    validator: () => refuse(!state.paused, 'It is not paused.'),
  });
  setHandler(messages.setConcurrencyUpdate, ({ concurrency }) => change({ ...state, concurrency }), {
    description: 'How many windows at a time: {"concurrency": 8}, 1 to 32',
    validator: (wanted) => refuse(!isConcurrency(wanted), 'Expected {"concurrency": n} with n from 1 to 32.'),
  });
  setHandler(messages.retryFailedUpdate, () => change(windows.retryFailed(state)), {
    description: 'Run the windows that failed once more, when the cause is fixed',
    validator: () => refuse(windows.countsOf(state).failed === 0, 'No window has failed.'),
  });
  setHandler(
    messages.cancelUpdate,
    () => {
      cancelling = true;
      return change(state);
    },
    {
      description: 'Stop the windows under way and end; what is complete stays so',
      validator: () => refuse(cancelling, 'It is being cancelled already.'),
    },
  );

  const ask = async (asked: { readonly first: number; readonly count: number }): Promise<void> => {
    if (plan.force) return void change(windows.lookedUp(state, asked, new Set()));
    const summary = `look up windows ${asked.first + 1}–${asked.first + asked.count}`;
    const found = await store.findComplete.executeWithOptions({ summary, priority }, [lookUpOf(plan, asked)]);
    mediaPerSecond = found.mediaPerSecond;
    change(windows.lookedUp(state, asked, new Set(found.complete.map((place) => asked.first + place))));
  };

  const begin = async (): Promise<void> => {
    const taken = windows.takeReady(state);
    change(taken.state);
    await Promise.all(
      taken.windows.map(async (window) => {
        const flight = await startWindowRun(plan, window, onOutcome);
        // Read only now: children that were started beside this one may have ended in the meantime.
        change(windows.confirmed(state, flight));
      }),
    );
  };

  // One timer at a time, set again once it has fired: a time-out on each wait would cost two events a window.
  const setAlarm = (): void => {
    // The first poll is soon: runs that others started send this backfill no signal.
    const soon = alarm.times === 0 || state.flights.some(({ joined }) => joined);
    Object.assign(alarm, { set: true, rung: false, times: alarm.times + 1 });
    sleep(soon ? pollOthersEvery : pollEvery, { summary: 'poll the children' }).then(
      () => Object.assign(alarm, { set: false, rung: true }),
      () => undefined,
    );
  };

  const isLong = (): boolean =>
    workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= eventsAtMost;

  if (!carried) labelBackfill(plan);
  change(state);
  try {
    while (!windows.isFinished(state)) {
      if (cancelling)
        await store.cancelBackfill.executeWithOptions({ priority }, [workflowInfo().workflowId]);
      const unknown = cancelling ? null : windows.toLookUp(state, lookUpAtMost);
      if (unknown) await ask(unknown);
      if (!cancelling && windows.canBegin(state)) await begin();
      if (alarm.rung && state.flights.length > 0)
        (await pollChildren(plan, state.flights)).forEach(onOutcome);
      // Without children there is nothing to poll: a paused backfill sleeps.
      if (!alarm.set && state.flights.length > 0) setAlarm();
      if (isLong() && !cancelling) {
        await condition(allHandlersFinished);
        const { from, to } = plan;
        return await continueAsNew<typeof backfill>(input, {
          range: { from: stamp(from), to: stamp(to) },
          state: { ...state, marks: windows.packMarks(state.marks) },
          mediaPerSecond,
        });
      }
      const asked = cancelling;
      await condition(
        () =>
          windows.isFinished(state) ||
          (alarm.rung && state.flights.length > 0) ||
          (!cancelling && (windows.canBegin(state) || isLong())) ||
          cancelling !== asked,
      );
    }
    done = true;
    const report = reportOf(plan, state);
    labelEnd(report);
    change(state);
    await condition(allHandlersFinished);
    return report;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (isCancellation(error)) {
      cancelling = true;
      await CancellationScope.nonCancellable(async () => {
        change(state);
        await cancelChildren(plan, state.flights);
        await condition(() => state.flights.every(({ joined }) => joined), cancelPatience);
      });
    }
    showBackfillFailure(plan, progress(), causeOf(error));
    return failRun(error);
  }
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

function isConcurrency(wanted: messages.SetConcurrency | undefined): boolean {
  const n = wanted?.concurrency;
  return Number.isInteger(n) && Number(n) >= 1 && Number(n) <= 32;
}

function refuse(wrong: boolean, message: string): void {
  if (wrong) throw permanentFailure({ code: 'UpdateRefused', message, remedy: '' });
}
