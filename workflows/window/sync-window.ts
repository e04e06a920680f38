import { ContinueAsNew, continueAsNew, defineQuery, setHandler, workflowInfo } from '@temporalio/workflow';
import type { OpenWindow, WindowReport } from '../../activities/types';
import { api, store } from '../activity-proxies';
import { windowEndedSignal } from './window-messages';
import { closeLedger } from './close-window';
import { causeOf, failRun, refuseInvalidInput } from '../failures';
import { fetchRecordings } from '../recordings/fetch-recordings';
import { parseSyncWindowInput, type SyncWindowInput } from '../inputs';
import { createParking, goesOnAfterReset, defaultParkTimeoutMs } from '../parking';
import {
  labelRun,
  noProgress,
  type Progress,
  showFailure,
  showParked,
  showProgress,
  showReport,
} from './window-progress';
import { readAgents } from './read-agents';
import { expectedSoFar, newRound, readRound, type Round } from './read-contacts';
import { readLookups } from './read-lookups';
import { tooManyRejected } from './rejected-share';
import { verifyCount, type VerifiedContacts } from './verify-count';
import { readHalves } from './split-window';
import { notifyClosed, notifyFailed, notifyParked, notifyContactsComplete } from './notify-parent';
import { noteParked, noteFailed } from './note-in-ledger';
import { refOf, spanOf } from './window-ref';

export const progressQuery = defineQuery<Progress>('progress');
export const ledgerQuery = defineQuery<WindowReport | null>('ledger');

/** What a run hands to its continuation. Part of no public interface: people start `syncWindow` with one argument. */
export interface CarriedWindow {
  readonly window: OpenWindow;
  readonly round: Round;
  readonly progress: Progress;
  /** Set once the contacts are settled. */
  readonly settled?: VerifiedContacts;
  /** The agents are read, or failed and are still to be read. */
  readonly agentsRead?: boolean;
  /** The round reads again what was settled: too much of it was rejected, and a person has resumed the run. */
  readonly rereads?: boolean;
  /** Master contact id after which recordings go on; set once recordings have begun. */
  readonly recordingsAfter?: string | null;
}

const hourMs = 3_600_000;

/**
 * Syncs one window: contacts that started in [from, to), or were last updated in it, the agents behind them and their
 * recordings; and, now and then, the lists contacts refer to, without which a window is still whole.
 *
 * Complete means: every contact CXone counts for the window is stored or kept in `rejected_record` with a reason, and
 * rows that CXone no longer returns are marked `absent_since` (docs/architecture.md, invariant 1).
 *
 * What only a person can fix parks the run; the updates `resume`, `skip` and `abort` decide (workflows/parking.ts).
 * `skip` closes the window as `incomplete`.
 *
 * @throws ApplicationFailure, non-retryable, whose type is an error code: `InvalidInput`, `WindowBusy`,
 * `WindowInFuture`, or that of the step that failed and was aborted or left alone.
 */
export async function syncWindow(input: SyncWindowInput, carried?: CarriedWindow): Promise<WindowReport> {
  const window = refuseInvalidInput(() => parseSyncWindowInput(input));
  // Over the defaults: what an earlier release carried may lack a figure of this one.
  let progress: Progress = { ...noProgress, ...carried?.progress };
  let report: WindowReport | null = null;
  let open = carried?.window;
  let round = carried?.round;
  let settled = carried?.settled;
  let recordingsAfter = carried?.recordingsAfter;
  let agentsRead = carried?.agentsRead ?? recordingsAfter !== undefined;
  let rereads = carried?.rereads ?? false;
  // It alone starts windows by update as its children.
  const ofLiveSync = window.by === 'update' && workflowInfo().parent !== undefined;

  let failed = false;
  const advance = (change: Partial<Progress>): void => {
    // Progress of a step still under way must not hide the cause of a failure.
    if (failed) return;
    progress = { ...progress, ...change };
    showProgress(window, progress);
  };
  setHandler(progressQuery, () => progress, { description: 'How far the run has come' });
  setHandler(ledgerQuery, () => report, { description: 'The ledger’s row, once the window is closed' });
  // A half of this window that is parked parks the whole, for the run that waits for it.
  setHandler(windowEndedSignal, async ({ outcome, code = '' }) => {
    if (outcome === 'parked') await notifyParked(window, code);
  });
  const parking = createParking({
    timeoutMs: () => (open ? open.parkedTimeoutHours * hourMs : defaultParkTimeoutMs),
    onParkedChange: async (parked) => {
      if (parked) {
        progress = { ...progress, parked: progress.parked + 1, waitsFor: parked.causes };
        showParked(window, progress, parked);
      } else {
        progress = { ...progress, waitsFor: [] };
        showProgress(window, progress, 'Running');
      }
      if (open) await noteParked(open, parked);
      if (parked) await notifyParked(window, parked.causes[0]?.code ?? 'Unexpected');
    },
  });
  const carry = (): CarriedWindow | null =>
    open && round
      ? {
          window: open,
          round,
          progress,
          agentsRead,
          ...(settled && { settled }),
          ...(rereads && { rereads }),
          ...afterOf(recordingsAfter),
        }
      : null;
  const goOn = async (): Promise<never> => {
    const rest = carry();
    if (!rest) throw new TypeError('nothing to continue with');
    return continueAsNew<typeof syncWindow>(input, rest);
  };

  // After an operator has fixed something, credentials that CXone refused before are sent again.
  const signIn = () =>
    api.authenticate({ tenant: window.tenant, anew: progress.parked > 0 || goesOnAfterReset() });
  const readRounds = async (opened: OpenWindow): Promise<VerifiedContacts | 'large'> => {
    for (;;) {
      round ??= newRound(opened, 0);
      advance({ stage: 'contacts', round: round.round });
      const end = await readRound(opened, round, (next) => {
        round = next;
        const { contacts, rejected, pages } = next;
        advance({ expected: expectedSoFar(next), contacts, rejected, pages });
      });
      if (end === 'full') await goOn();
      if (end === 'large') return end;
      const verdict = await verifyCount(opened, round);
      if ('round' in verdict) return verdict;
      round = newRound(opened, round.round + 1, verdict);
    }
  };
  let split = false;
  /** What the round brought is not to be taken, so that the next attempt is a new one. */
  let refused = false;
  const readContacts = async (): Promise<void> => {
    open ??= await store.openWindow(spanOf(window));
    await signIn();
    // A half that failed is read again, not the whole in its place.
    if (split) report = await readHalves(window, open);
    if (settled || report) return;
    // What was rejected may be right by now; but only once a person says so: until then the report shows what was read.
    if (refused && round) round = newRound(open, round.round + 1, { toEmpty: round.toEmpty });
    // From here on a failure of another kind goes on with this reading.
    refused = false;
    const end = await readRounds(open).catch((error: unknown) => {
      refused = causeOf(error).code === 'OffsetsIgnored';
      throw error;
    });
    if (end === 'large') {
      split = true;
      report = await readHalves(window, open);
    } else if (end.tooMany && !ofLiveSync) {
      refused = true;
      throw tooManyRejected(window.tenant, end.tooMany);
    } else settled = end;
  };
  /** In the live sync the watermark has moved and the time is a gap: what was rejected holds up no later tick. */
  const checkRejected = async (opened: OpenWindow): Promise<void> => {
    if (!settled?.tooMany || settled.tooMany.known) return;
    if ((refused || rereads) && round) {
      await signIn();
      if (!rereads) round = newRound(opened, round.round + 1, { toEmpty: round.toEmpty });
      refused = false;
      rereads = true;
      const again = await readRounds(opened);
      rereads = false;
      if (again !== 'large') settled = again;
    }
    if (settled.tooMany) {
      refused = true;
      throw tooManyRejected(window.tenant, settled.tooMany);
    }
    await store.readRejectedAgain({ tenant: window.tenant });
  };

  const readRest = async (opened: OpenWindow, contacts: VerifiedContacts): Promise<void> => {
    if (agentsRead) return;
    if (progress.parked > 0) await signIn();
    advance({ stage: 'agents', expected: contacts.expected });
    const marks = contacts.steady && opened.usualFilter && opened.by === 'start';
    const outcomes = await Promise.allSettled([
      marks ? store.markAbsent({ ...refOf(opened), round: contacts.round }) : 0,
      readAgents(opened, contacts.round, (agents, hiddenAgents) => advance({ agents, hiddenAgents })),
      readLookups(opened, contacts.round, (lookups) => advance({ lookups })),
    ]);
    const [absent] = outcomes;
    if (absent.status === 'fulfilled') settled = { ...contacts, absent: contacts.absent + absent.value };
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failure) agentsRead = true;
    else if (!opened.leavesAgents || causeOf(failure.reason).code === 'Cancelled') throw failure.reason;
    else advance({ agentsLeft: causeOf(failure.reason).code });
  };

  const readRecordings = async (opened: OpenWindow): Promise<void> => {
    if (!opened.downloads) return;
    if (progress.parked > 0) await signIn();
    advance({ stage: 'recordings' });
    const resumeAt = await fetchRecordings(
      opened,
      recordingsAfter ?? null,
      ({ stored, pending, failed: lost, bytes }) =>
        advance({
          recordings: {
            stored: progress.recordings.stored + stored,
            pending: progress.recordings.pending + pending,
            failed: progress.recordings.failed + lost,
          },
          bytes: progress.bytes + bytes,
        }),
    );
    if (resumeAt === null) return;
    recordingsAfter = resumeAt;
    await goOn();
  };

  const close = async (status: 'complete' | 'incomplete'): Promise<WindowReport> => {
    advance({ stage: 'close' });
    let opened = open;
    const write = async (ending: typeof status): Promise<WindowReport> => {
      opened ??= await store.openWindow(spanOf(window));
      const {
        expected = round ? expectedSoFar(round) : null,
        absent = 0,
        round: last = round?.round ?? 0,
        to: readTo,
      } = settled ?? {};
      return store.closeWindow({
        ...{ ...refOf(opened), expected, absent, round: last, status: ending },
        ...(readTo !== undefined && { readTo }),
      });
    };
    const closed = report ?? (await closeLedger(parking, status, write));
    const { notRead } = progress.lookups;
    report = {
      ...closed,
      ...(notRead.length > 0 && { lookupsNotRead: notRead }),
      ...(progress.agentsLeft !== undefined && { agentsNotRead: progress.agentsLeft }),
    };
    progress = { ...progress, stage: 'done' };
    showReport(window, report, progress);
    await notifyClosed(window, report);
    return report;
  };

  if (!carried) labelRun(window);
  showProgress(window, progress);
  try {
    if ((await parking.run([readContacts])) === 'skipped') return await close('incomplete');
    if (report) return await close('complete');
    const [opened, contacts] = [open as OpenWindow, settled as VerifiedContacts];
    if (!agentsRead && opened.by === 'update' && opened.usualFilter) {
      const move = async () =>
        void (await store.moveWatermark({
          ...{ ...refOf(opened), from: opened.from, to: contacts.to ?? opened.to },
          ...(contacts.to !== undefined && { endsEarlier: true }),
          ...(contacts.tooMany && { tooManyRejected: true }),
        }));
      if ((await parking.run([move])) === 'skipped') return await close('incomplete');
    }
    if (!agentsRead) await notifyContactsComplete(window, contacts, progress.contacts);
    const rest = [
      () => checkRejected(opened),
      () => readRest(opened, settled as VerifiedContacts),
      () => readRecordings(opened),
    ];
    return await close((await parking.run(rest)) === 'skipped' ? 'incomplete' : 'complete');
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    failed = true;
    const cause = causeOf(error);
    showFailure(window, cause);
    if (open) await noteFailed(open, round, cause.code);
    await notifyFailed(window, cause.code);
    return failRun(error);
  }
}

function afterOf(recordingsAfter: string | null | undefined): Pick<CarriedWindow, 'recordingsAfter'> {
  return recordingsAfter === undefined ? {} : { recordingsAfter };
}
