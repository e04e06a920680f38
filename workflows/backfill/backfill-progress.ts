import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { type BackfillPlan, cutOf } from './backfill-input';
import {
  type BackfillState,
  type Counts,
  countsOf,
  failuresKept,
  paceOf,
  windowsMarked,
} from './backfill-state';
import { windowAt } from './window-grid';
import type { Cause, ReadCode } from '../../errors';
import { stamp } from '../ids';
import { markdownText } from '../markdown';
import { explanation } from '../run-details';
import { type RunStatus, type RunTrigger, searchAttributeKeys as keys } from '../search-attributes';

/** A window by its dates, ISO 8601 in UTC. */
export interface NamedWindow {
  readonly from: string;
  readonly to: string;
}

export interface FailedWindow extends NamedWindow {
  readonly code: ReadCode;
}

/** What the query `progress` answers, and every update. */
export interface BackfillProgress extends Counts {
  readonly stage: 'running' | 'paused' | 'cancelling' | 'done';
  readonly concurrency: number;
  /** Of complete windows. */
  readonly contacts: number;
  readonly recordings: number;
  /** Over the latest windows; null until one is complete. */
  readonly contactsPerSecond: number | null;
  readonly recordingsPerSecond: number | null;
  readonly etaSeconds: number | null;
  /** What keeps it from going faster. */
  readonly boundBy: string;
  readonly runningWindows: readonly NamedWindow[];
  /** The first ten. */
  readonly failedWindows: readonly FailedWindow[];
}

/** What a backfill returns. `failed` holds the first 50; `failedWindows` counts them all. */
export interface BackfillReport {
  readonly status: 'complete' | 'incomplete';
  readonly from: string;
  readonly to: string;
  readonly windows: number;
  readonly complete: number;
  readonly skipped: number;
  readonly failedWindows: number;
  readonly failed: readonly FailedWindow[];
  readonly parked: readonly NamedWindow[];
  readonly contacts: number;
  readonly recordings: number;
}

/** What the run is doing besides its windows. */
export interface Circumstances {
  readonly cancelling: boolean;
  readonly done: boolean;
  /** Playback queries per second that the tenant's quota allows; null while unknown. */
  readonly mediaPerSecond: number | null;
}

export function progressOf(plan: BackfillPlan, state: BackfillState, now: Circumstances): BackfillProgress {
  const counts = countsOf(state);
  const pace = state.paused ? null : paceOf(state);
  const left = counts.remaining + counts.running;
  return {
    ...counts,
    stage: now.done ? 'done' : now.cancelling ? 'cancelling' : state.paused ? 'paused' : 'running',
    concurrency: state.concurrency,
    contacts: state.contacts,
    recordings: state.recordings,
    contactsPerSecond: pace && round(pace.contacts),
    recordingsPerSecond: pace && round(pace.recordings),
    etaSeconds: now.done ? 0 : pace && Math.ceil(left / pace.windows),
    boundBy: boundBy(state, counts, pace?.recordings ?? 0, now.mediaPerSecond),
    runningWindows: state.flights.map(({ window }) => named(plan, window)),
    failedWindows: failedOf(plan, state, 10),
  };
}

export function reportOf(plan: BackfillPlan, state: BackfillState): BackfillReport {
  const { windows, complete, skipped, failed } = countsOf(state);
  return {
    status: complete + skipped === windows ? 'complete' : 'incomplete',
    from: stamp(plan.from),
    to: stamp(plan.to),
    windows,
    complete,
    skipped,
    failedWindows: failed,
    failed: failedOf(plan, state, failuresKept),
    parked: windowsMarked(state, 'p', failuresKept).map((window) => named(plan, window)),
    contacts: state.contacts,
    recordings: state.recordings,
  };
}

/** Makes the run findable, also one started by hand or by a schedule; labels of another run are taken off. */
export function labelBackfill(plan: BackfillPlan): void {
  const scheduled = workflowInfo().searchAttributes['TemporalScheduledById'] !== undefined;
  upsertSearchAttributes([
    { key: keys.tenant, value: plan.tenant },
    { key: keys.status, value: 'Running' satisfies RunStatus },
    { key: keys.trigger, value: (scheduled ? 'schedule' : 'manual') satisfies RunTrigger },
    { key: keys.windowStart, value: plan.from },
    { key: keys.windowEnd, value: plan.to },
    { key: keys.backfillId, value: workflowInfo().workflowId },
    { key: keys.errorType, value: null },
    { key: keys.contacts, value: null },
    { key: keys.recordings, value: null },
    { key: keys.rejected, value: null },
  ]);
}

/** Labels a run that has come to its end. */
export function labelEnd({ status, contacts, recordings, failed }: BackfillReport): void {
  upsertSearchAttributes([
    { key: keys.status, value: (status === 'complete' ? 'Complete' : 'Incomplete') satisfies RunStatus },
    { key: keys.contacts, value: contacts },
    { key: keys.recordings, value: recordings },
    ...(failed[0] ? [{ key: keys.errorType, value: failed[0].code }] : []),
  ]);
}

/** Shows where the backfill stands. Costs no history event. */
export function showBackfill(plan: BackfillPlan, progress: BackfillProgress): void {
  const { complete, skipped, windows } = progress;
  const pace =
    progress.contactsPerSecond === null
      ? []
      : [`- Pace: ${progress.contactsPerSecond} contacts/s, ${progress.recordingsPerSecond} recordings/s`];
  const eta = progress.etaSeconds === null ? [] : [`- Time left: about ${span(progress.etaSeconds)}`];
  const end = progress.failed + progress.parked > 0 ? 'Incomplete' : 'Complete';
  setCurrentDetails(
    [
      heading(plan),
      '',
      `- Stage: **${progress.stage === 'done' ? end : progress.stage}**`,
      `- Windows: ${count(complete + skipped)} of ${count(windows)} complete (${count(skipped)} were so before)`,
      `- ${progress.running} running, ${count(progress.remaining)} to come, ${count(progress.failed)} failed, ` +
        `${count(progress.parked)} parked`,
      `- ${count(progress.contacts)} contacts, ${count(progress.recordings)} recordings stored`,
      ...(progress.stage === 'done' ? [] : [...pace, ...eta, `- Bound by: ${progress.boundBy}`]),
      ...progress.failedWindows.map(
        ({ from, to, code }) => `- Failed: ${from} – ${to}: **${markdownText(code)}**`,
      ),
      ...(progress.failed > 0 && progress.stage !== 'done'
        ? ['- When the cause is fixed: update `retryFailed`']
        : []),
      ...(progress.failed > 0 && progress.stage === 'done'
        ? ['- When the cause is fixed, start it again: what is complete is skipped']
        : []),
    ].join('\n'),
  );
}

/** The last word of a backfill that could not go on, or was cancelled. */
export function showBackfillFailure(plan: BackfillPlan, progress: BackfillProgress, cause: Cause): void {
  upsertSearchAttributes([
    { key: keys.status, value: 'Failed' satisfies RunStatus },
    { key: keys.errorType, value: cause.code },
    { key: keys.contacts, value: progress.contacts },
    { key: keys.recordings, value: progress.recordings },
  ]);
  setCurrentDetails(
    [
      heading(plan),
      '',
      ...explanation(cause, `**${markdownText(cause.code)}**: `),
      `- Windows: ${count(progress.complete + progress.skipped)} of ${count(progress.windows)} are complete and stay so`,
      '- Start it again to go on: what is complete is skipped',
    ].join('\n'),
  );
}

function boundBy(
  state: BackfillState,
  counts: Counts,
  recordingsPerSecond: number,
  mediaPerSecond: number | null,
): string {
  if (state.paused) return 'the pause: update `resume` goes on';
  if (mediaPerSecond !== null && recordingsPerSecond >= 0.8 * mediaPerSecond) {
    return `the quota of Media Playback, ${round(mediaPerSecond)} recordings/s`;
  }
  if (counts.remaining === 0) return 'the last windows, which are under way';
  return `${state.concurrency} windows at a time: update \`setConcurrency\``;
}

function failedOf(plan: BackfillPlan, state: BackfillState, most: number): readonly FailedWindow[] {
  return state.failures.slice(0, most).map(({ window, code }) => ({ ...named(plan, window), code }));
}

/** A window of the plan by its dates. */
export function named(plan: BackfillPlan, index: number): NamedWindow {
  const { from, to } = windowAt(cutOf(plan), index);
  return { from: stamp(new Date(from)), to: stamp(new Date(to)) };
}

function heading(plan: BackfillPlan): string {
  return `### ${plan.tenant}: ${stamp(plan.from)} – ${stamp(plan.to)}, ${count(plan.windows)} windows`;
}

function round(n: number): number {
  return n < 10 ? Math.round(n * 100) / 100 : Math.round(n);
}

function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
