import type { OpenWindow, WindowReport } from '../../activities/types';
import type { Cause } from '../../errors';
import type { RecordingsDone } from '../recordings/download-chunk';
import type { LookupProgress } from './read-lookups';
import { expectedSoFar, type Known, newRound, type Round } from './round-state';
import type { VerifiedContacts } from './verify-count';

export type Stage = 'authenticate' | 'contacts' | 'agents' | 'recordings' | 'close' | 'done';

/** What the query `progress` answers, and what Web UI shows as current details. */
export interface Progress {
  readonly stage: Stage;
  /** CXone's count for the window; null until the first page is in. */
  readonly expected: number | null;
  readonly contacts: number;
  readonly rejected: number;
  readonly pages: number;
  /** 0 for the first reading of the window; one more for each re-read. */
  readonly round: number;
  readonly agents: number;
  /** Agents CXone hides from the service user: above 0 means that its permissions are too narrow. */
  readonly hiddenAgents: number;
  /** Skills, campaigns, teams and dispositions. */
  readonly lookups: LookupProgress;
  readonly recordings: { readonly stored: number; readonly pending: number; readonly failed: number };
  readonly bytes: number;
  /** How often the run has waited for a person. */
  readonly parked: number;
  /** What it waits for now; empty while it works. */
  readonly waitsFor: readonly Cause[];
  /** Why the agents were left to a later window, by code. */
  readonly agentsLeft?: string;
}

export const noProgress: Progress = {
  stage: 'authenticate',
  expected: null,
  contacts: 0,
  rejected: 0,
  pages: 0,
  round: 0,
  agents: 0,
  hiddenAgents: 0,
  lookups: { rows: 0, notRead: [] },
  recordings: { stored: 0, pending: 0, failed: 0 },
  bytes: 0,
  parked: 0,
  waitsFor: [],
};

/**
 * What a run of a window knows. Pure and serialisable; a continuation takes over all of it but `split`, `refused`,
 * `report` and `failed`.
 *
 * ```
 *   claimed ──► round 0 ──► round 1 … ──► settled ──► agents read ──► recordings after … ──► closed
 *                  │        (readAgain)      │                                                  ▲
 *                  │                         └──► rereads: too much was rejected ──► settled    │
 *                  └──► split: its halves have runs of their own ───────────────────────────────┘
 * ```
 */
export interface WindowState {
  readonly progress: Progress;
  /** The window as the ledger has it; absent until this run has claimed it. */
  readonly open?: OpenWindow;
  /** The reading under way, or the last one. */
  readonly round?: Round;
  /** Set once the contacts are settled. */
  readonly settled?: VerifiedContacts;
  /** Agents and reference data are read, or failed and are left to a later window. */
  readonly agentsRead: boolean;
  /** The round reads again what was settled: too much of it was rejected, and a person has resumed the run. */
  readonly rereads: boolean;
  /** Master contact id after which recordings go on; set once they go on in a continuation. */
  readonly recordingsAfter?: string | null;
  /** It holds more than one run should read: a half that failed is read again, not the whole in its place. */
  readonly split: boolean;
  /** What the round brought is not to be taken, so that the next attempt is a new one. */
  readonly refused: boolean;
  /** The ledger's row, once the window is closed or its halves are added up. */
  readonly report: WindowReport | null;
  /** The run is about to fail. Progress of a step still under way must not hide the cause. */
  readonly failed: boolean;
}

/** What a run hands to its continuation. Part of no public interface: people start `syncWindow` with one argument. */
export interface CarriedWindow {
  readonly window: OpenWindow;
  readonly round: Round;
  readonly progress: Progress;
  readonly settled?: VerifiedContacts;
  /** Absent: they are when recordings have begun. */
  readonly agentsRead?: boolean;
  readonly rereads?: boolean;
  readonly recordingsAfter?: string | null;
}

export function newWindow(): WindowState {
  return {
    progress: noProgress,
    agentsRead: false,
    rereads: false,
    split: false,
    refused: false,
    report: null,
    failed: false,
  };
}

/** The state that a continuation begins with. */
export function continued({ window, ...carried }: CarriedWindow): WindowState {
  return {
    ...newWindow(),
    agentsRead: carried.recordingsAfter !== undefined,
    ...carried,
    open: window,
    // Over the defaults: what an earlier release carried may lack a figure of this one.
    progress: { ...noProgress, ...carried.progress },
  };
}

/** What a continuation is to take over; null when nothing has been read. */
export function carriedOf(state: WindowState): CarriedWindow | null {
  const { open, round, progress, agentsRead, settled, rereads, recordingsAfter } = state;
  if (!open || !round) return null;
  return {
    ...{ window: open, round, progress, agentsRead },
    ...(settled && { settled }),
    ...(rereads && { rereads }),
    ...(recordingsAfter !== undefined && { recordingsAfter }),
  };
}

/** The ledger's line is this run's. */
export function claimed(state: WindowState, open: OpenWindow): WindowState {
  return { ...state, open };
}

export function advanced(state: WindowState, change: Partial<Progress>): WindowState {
  return { ...state, progress: { ...state.progress, ...change } };
}

/** The round goes on; without one, the first begins. */
export function roundBegun(state: WindowState, open: OpenWindow): WindowState & { readonly round: Round } {
  const round = state.round ?? newRound(open, 0);
  return { ...advanced(state, { stage: 'contacts', round: round.round }), round };
}

/** The round has come further. */
export function roundChanged(state: WindowState, round: Round): WindowState {
  const { contacts, rejected, pages } = round;
  return { ...advanced(state, { expected: expectedSoFar(round), contacts, rejected, pages }), round };
}

/** The next round, by what this one has shown. */
export function readAgain(state: WindowState, known: Known): WindowState {
  const { open, round } = state;
  return open && round ? { ...state, round: newRound(open, round.round + 1, known) } : state;
}

/** What the round brought is not to be taken. */
export function refused(state: WindowState): WindowState {
  return { ...state, refused: true };
}

/** An attempt to read the contacts: what was refused is read again, any other reading goes on. */
export function attempted(state: WindowState): WindowState {
  return { ...(state.refused ? anotherRound(state) : state), refused: false };
}

/** A person let a run go on that had settled contacts of which too many were rejected: they are read once more. */
export function rereadBegun(state: WindowState): WindowState {
  return { ...(state.rereads ? state : anotherRound(state)), refused: false, rereads: true };
}

/** The reading once more has come to its end; without contacts, those of before hold. */
export function rereadEnded(state: WindowState, contacts?: VerifiedContacts): WindowState {
  return { ...state, rereads: false, ...(contacts && { settled: contacts }) };
}

/** The window's contacts are read for good. */
export function contactsSettled(state: WindowState, settled: VerifiedContacts): WindowState {
  return { ...state, settled };
}

/** The window turned out too large for one run. */
export function tooLarge(state: WindowState): WindowState {
  return { ...state, split: true };
}

/** Stored contacts that CXone no longer shows were marked. */
export function absentMarked(state: WindowState, contacts: VerifiedContacts, absent: number): WindowState {
  return { ...state, settled: { ...contacts, absent: contacts.absent + absent } };
}

/** Agents and reference data are read. */
export function agentsDone(state: WindowState): WindowState {
  return { ...state, agentsRead: true };
}

/** Some recordings more were queried. */
export function recordingsAdded(state: WindowState, done: RecordingsDone): WindowState {
  const { recordings, bytes } = state.progress;
  return advanced(state, {
    recordings: {
      stored: recordings.stored + done.stored,
      pending: recordings.pending + done.pending,
      failed: recordings.failed + done.failed,
    },
    bytes: bytes + done.bytes,
  });
}

/** The recordings after this one are left to the continuation. */
export function recordingsGoOn(state: WindowState, recordingsAfter: string): WindowState {
  return { ...state, recordingsAfter };
}

/** The run waits for a person. */
export function parked(state: WindowState, causes: readonly Cause[]): WindowState {
  return advanced(state, { parked: state.progress.parked + 1, waitsFor: causes });
}

/** The run waits no more. */
export function unparked(state: WindowState): WindowState {
  return advanced(state, { waitsFor: [] });
}

/** Both halves of the window are closed. */
export function halvesClosed(state: WindowState, report: WindowReport): WindowState {
  return { ...state, report };
}

/** What the ledger's line is closed with, however far the run has come. */
export function closingOf({ settled, round }: WindowState): {
  readonly expected: number | null;
  readonly absent: number;
  readonly round: number;
  readonly readTo?: string;
} {
  const {
    expected = round ? expectedSoFar(round) : null,
    absent = 0,
    round: last = round?.round ?? 0,
    to: readTo,
  } = settled ?? {};
  return { expected, absent, round: last, ...(readTo !== undefined && { readTo }) };
}

/** The window is closed; what could not be read beside its contacts is said with it. */
export function closed(
  state: WindowState,
  report: WindowReport,
): WindowState & { readonly report: WindowReport } {
  const { lookups, agentsLeft } = state.progress;
  return {
    ...advanced(state, { stage: 'done' }),
    report: {
      ...report,
      ...(lookups.notRead.length > 0 && { lookupsNotRead: lookups.notRead }),
      ...(agentsLeft !== undefined && { agentsNotRead: agentsLeft }),
    },
  };
}

export function failed(state: WindowState): WindowState {
  return { ...state, failed: true };
}

/** Also where the list ended too early, the next reading goes to its end. */
function anotherRound(state: WindowState): WindowState {
  return readAgain(state, { toEmpty: state.round?.toEmpty });
}
