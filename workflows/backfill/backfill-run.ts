import type { BackfillPlan } from './backfill-input';
import { type BackfillProgress, type Circumstances, progressOf, showBackfill } from './backfill-progress';
import { type BackfillState, ended, type WindowOutcome } from './backfill-state';

/** A run of a backfill: what it is to read, and how far it has come. Its steps and handlers read and change it. */
export interface BackfillRun {
  readonly plan: BackfillPlan;
  readonly state: BackfillState;
  /** What the run is doing besides its windows. */
  readonly now: Circumstances;
  readonly progress: () => BackfillProgress;
  /** Takes over the next state, and what else the run is doing now, and shows it. */
  readonly change: (state: BackfillState, now?: Partial<Circumstances>) => BackfillProgress;
  /** Takes note of how a window ended. */
  readonly onOutcome: (news: WindowOutcome) => void;
}

export function createRun(
  plan: BackfillPlan,
  start: BackfillState,
  mediaPerSecond: number | null,
): BackfillRun {
  let state = start;
  let now: Circumstances = { cancelling: false, done: false, mediaPerSecond };
  const run: BackfillRun = {
    plan,
    get state() {
      return state;
    },
    get now() {
      return now;
    },
    progress: () => progressOf(plan, state, now),
    change(next, changed) {
      state = next;
      now = { ...now, ...changed };
      const progress = run.progress();
      showBackfill(plan, progress);
      return progress;
    },
    onOutcome: (news) => void run.change(ended(state, news, Date.now())),
  };
  return run;
}
