import {
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  defineQuery,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenWindow, WindowReport } from '../activities/types';
import { api, farewell, store } from './activities';
import { causeOf, failRun, permanentFailure, refuseInvalidInput } from './failures';
import { parseSyncWindowInput, type SyncWindow, type SyncWindowInput } from './inputs';
import { labelRun, noProgress, type Progress, showFailure, showProgress, showReport } from './progress';
import { readHalves } from './split-window';
import { tellClosed, tellFailed } from './tell-parent';
import { readAgents } from './read-agents';
import { readLookups } from './read-lookups';
import { hasMoved, totalOf } from './passes';
import { expectedSoFar, newRound, readRound, type Round } from './read-contacts';
import { fetchRecordings } from './fetch-recordings';

export const progressQuery = defineQuery<Progress>('progress');
export const ledgerQuery = defineQuery<WindowReport | null>('ledger');

/** What a run hands to its continuation. Part of no public interface: people start `syncWindow` with one argument. */
export interface CarriedWindow {
  readonly window: OpenWindow;
  readonly round: Round;
  readonly progress: Progress;
  /** Set once the contacts are settled. */
  readonly settled?: SettledContacts;
  /** Master contact id after which recordings go on; set once recordings have begun. */
  readonly recordingsAfter?: string | null;
}

/** The contacts of a window, read for good by `round`; `absent` of those stored are gone from CXone. */
interface SettledContacts {
  readonly round: number;
  readonly expected: number;
  readonly absent: number;
  /** The round held still, so that what it did not show is not there. */
  readonly steady: boolean;
}

/**
 * Syncs one window: contacts that started in [from, to), the agents behind them and their recordings; and, now and
 * then, the lists contacts refer to, without which a window is whole all the same.
 *
 * Complete means: every contact CXone counts for the window is stored or kept in `rejected_record` with a reason, and
 * rows that CXone no longer returns are marked `absent_since` (design.md, invariant 1).
 *
 * @throws ApplicationFailure, non-retryable, whose type is an error code: `InvalidInput`, `WindowBusy`,
 * `WindowInFuture`, `CountMismatch`, or the code of the step that failed.
 */
export async function syncWindow(input: SyncWindowInput, carried?: CarriedWindow): Promise<WindowReport> {
  const window = refuseInvalidInput(() => parseSyncWindowInput(input));
  // Over the defaults: what an earlier release carried may lack a figure of this one.
  let progress: Progress = { ...noProgress, ...carried?.progress };
  let report: WindowReport | null = null;
  let open = carried?.window;
  let round = carried?.round;

  let failed = false;
  const advance = (change: Partial<Progress>): void => {
    // What still comes in from a step under way must not hide the cause of a failure.
    if (failed) return;
    progress = { ...progress, ...change };
    showProgress(window, progress);
  };
  setHandler(progressQuery, () => progress, { description: 'How far the run has come' });
  setHandler(ledgerQuery, () => report, { description: 'The ledger’s row, once the window is closed' });
  const conclude = async (closed: WindowReport): Promise<WindowReport> => {
    report = closed;
    progress = { ...progress, stage: 'done' };
    showReport(window, closed, progress);
    await tellClosed(window, closed);
    return closed;
  };
  if (!carried) labelRun(window);
  showProgress(window, progress);

  try {
    await api.authenticate({ tenant: window.tenant });
    open ??= await store.openWindow(spanOf(window));
    const opened = open;
    round ??= newRound(opened, 0);

    let settled = carried?.settled;
    while (!settled) {
      advance({ stage: 'contacts', round: round.round });
      const end = await readRound(opened, round, (next) => {
        round = next;
        advance({
          expected: expectedSoFar(next),
          contacts: next.contacts,
          rejected: next.rejected,
          pages: next.pages,
        });
      });
      if (end === 'full') {
        return await continueAsNew<typeof syncWindow>(input, { window: opened, round, progress });
      }
      if (end === 'large') return await conclude(await readHalves(window, opened));
      const verdict = await (opened.by === 'update' ? settleUpdates(opened, round) : settle(opened, round));
      if (typeof verdict === 'number') round = newRound(opened, round.round + 1, verdict);
      else settled = verdict;
    }

    if (carried?.recordingsAfter === undefined) {
      if (opened.by === 'update' && opened.usualFilter) {
        await store.moveWatermark({ ...refOf(opened), from: opened.from, to: opened.to });
      }
      advance({ stage: 'agents', expected: settled.expected });
      const { round: last, steady } = settled;
      const [absent] = await Promise.all([
        steady && opened.usualFilter && opened.by === 'start'
          ? store.markAbsent({ ...refOf(opened), round: last })
          : 0,
        readAgents(opened, last, (agents, hiddenAgents) => advance({ agents, hiddenAgents })),
        readLookups(opened, last, (lookups) => advance({ lookups })),
      ]);
      settled = { ...settled, absent };
    }

    if (opened.downloads) {
      advance({ stage: 'recordings' });
      const resumeAt = await fetchRecordings(opened, carried?.recordingsAfter ?? null, (change) =>
        advance({
          recordings: {
            stored: progress.recordings.stored + change.stored,
            pending: progress.recordings.pending + change.pending,
            failed: progress.recordings.failed + change.failed,
          },
          bytes: progress.bytes + change.bytes,
        }),
      );
      if (resumeAt !== null) {
        const carry = { window: opened, round, progress, settled, recordingsAfter: resumeAt };
        return await continueAsNew<typeof syncWindow>(input, carry);
      }
    }

    advance({ stage: 'close' });
    const { steady: _held, ...figures } = settled;
    const closed = await store.closeWindow({ ...refOf(opened), ...figures, status: 'complete' });
    const { notRead } = progress.lookups;
    return await conclude(notRead.length === 0 ? closed : { ...closed, lookupsNotRead: notRead });
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    failed = true;
    const cause = causeOf(error);
    showFailure(window, cause);
    if (open) await sayFailed(open, round, cause.code);
    await tellFailed(window, cause.code);
    return failRun(error);
  }
}

/**
 * Counts again and decides whether the round holds what CXone holds.
 *
 * Where CXone does not say how many there are, two rounds that bring in as many settle it.
 *
 * @returns the distinct contacts of the round when the window must be read again: the source's count moved, or ids are
 * missing.
 * @throws ApplicationFailure `CountMismatch` when ids are still missing after the last permitted re-read.
 */
async function settle(window: OpenWindow, round: Round): Promise<SettledContacts | number> {
  const ref = { ...refOf(window), round: round.round };
  const totals = await countAgain(window);
  const { fetched } = await store.tallyRound(ref);
  const last = round.round >= window.maxRereads;
  const unknown = totals.some((total) => total === null);
  const expected = unknown
    ? Math.max(fetched, round.before ?? (last ? fetched : fetched + 1))
    : totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
  const steady =
    fetched === expected &&
    round.passes.every(
      (pass, index) => !hasMoved(pass) && (unknown || (totalOf(pass) ?? 0) === totals[index]),
    );
  if (steady || (last && fetched >= expected)) return { round: round.round, expected, absent: 0, steady };
  if (!last) return fetched;
  throw countMismatch(expected, fetched, round);
}

/**
 * The same for a window by update. Whatever seeking read is read for good, also when it changes afterwards and so leaves
 * the window: only contacts that are counted and were not read ask for another reading.
 */
async function settleUpdates(window: OpenWindow, round: Round): Promise<SettledContacts | number> {
  const totals = await countAgain(window);
  const { fetched } = await store.tallyRound({ ...refOf(window), round: round.round });
  const expected = totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
  if (fetched >= expected) return { round: round.round, expected, absent: 0, steady: fetched === expected };
  if (round.round < window.maxRereads) return fetched;
  throw countMismatch(expected, fetched, round);
}

async function countAgain(window: OpenWindow): Promise<readonly (number | null)[]> {
  const { passes, by, from, to } = window;
  const { totals } = await api.countContacts.executeWithOptions({ summary: 'count again' }, [
    { ...refOf(window), passes, by, from, to },
  ]);
  return totals;
}

function countMismatch(expected: number, fetched: number, round: Round): Error {
  return permanentFailure({
    code: 'CountMismatch',
    message: `CXone counts ${expected} contacts for the window, but ${fetched} could be read in ${round.round + 1} readings.`,
    remedy: 'The source keeps changing or hides rows; start the window again when it has calmed down.',
  });
}

async function sayFailed(window: OpenWindow, round: Round | undefined, errorCode: string): Promise<void> {
  // Also when the run is cancelled, and even when the database is what failed: the cause must reach the operator.
  await CancellationScope.nonCancellable(async () => {
    try {
      await farewell.closeWindow({
        ...refOf(window),
        round: round?.round ?? 0,
        status: 'failed',
        expected: round ? expectedSoFar(round) : null,
        absent: 0,
        errorCode,
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  });
}

function refOf(window: OpenWindow): { tenant: string; windowId: string; attempt: number } {
  return { tenant: window.tenant, windowId: window.windowId, attempt: window.attempt };
}

function spanOf(window: SyncWindow): Parameters<typeof store.openWindow>[0] {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  return {
    ...window,
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    claimant: { workflowId, runId },
  };
}
