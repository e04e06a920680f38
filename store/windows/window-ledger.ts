import type { Explained, ReadCode } from '../../errors';
import type { WindowFilter } from '../tables/window-filter';
import type { RecordingChoice } from '../tables/recording-choice';

/** The recordings of a window. */
export interface RecordingCounts {
  /** Without the calls that probably have nothing: no window waits for those. */
  readonly pending: number;
  readonly stored: number;
  readonly absent: number;
  readonly failed: number;
  readonly bytes: number;
}

/** Windows by start that lie one behind the other. */
export interface ConsecutiveWindows extends RecordingChoice {
  readonly tenant: string;
  readonly filter: WindowFilter;
  /** Where the first begins, and where each ends. */
  readonly edges: readonly Date[];
  /** Whether recordings are wanted of them. */
  readonly recordings: boolean;
}

/** A window is half-open: `from` inclusive, `to` exclusive, by the contact's start or by its last update. */
export interface WindowKey {
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  readonly by: 'start' | 'update';
  readonly filter: WindowFilter;
}

/** Who works on a window: `runId` is the first execution's, so that continue-as-new and reset stay the same claimant. */
export interface Claimant {
  readonly workflowId: string;
  readonly runId: string;
}

export type ClosingStatus = 'complete' | 'incomplete' | 'failed';
export type WindowStatus = 'running' | ClosingStatus;

export type Claim =
  | {
      readonly status: 'claimed';
      readonly windowId: string;
      readonly attempt: number;
      /** How the attempt before ended, when it did end. */
      readonly previous?: { readonly status: ClosingStatus; readonly closedAt: Date };
    }
  | { readonly status: 'busy'; readonly by: Claimant };

/**
 * What a reading of the window found. `fetched`: distinct contact ids and distinct rejected records of the round;
 * `inserted`, `updated`, `pages`, `bytes` (of the bodies as received): over all rounds of the attempt.
 */
export interface Tally {
  readonly fetched: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly pages: number;
  readonly bytes: number;
}

export interface Closing {
  readonly status: ClosingStatus;
  /** CXone's own count (`totalRecords`); null when it was never learnt. */
  readonly expected: number | null;
  readonly absent: number;
  readonly round: number;
  readonly errorCode?: ReadCode | undefined;
  readonly lastPollTime?: Date | undefined;
  /** Where it ended in truth, when that is before the end that was asked for. */
  readonly readTo?: Date | undefined;
}

/** Why a run waits for a person. */
interface ParkCause extends Explained {
  readonly code: ReadCode;
}

/** One line of the ledger. Figures are null until the attempt is closed. */
export interface LedgerRow extends WindowKey, Claimant, Readonly<Record<keyof Tally, number | null>> {
  readonly windowId: string;
  readonly status: WindowStatus;
  readonly attempt: number;
  readonly expected: number | null;
  readonly absent: number | null;
  readonly rounds: number | null;
  readonly recordingsPending: number | null;
  readonly recordingsStored: number | null;
  readonly recordingsAbsent: number | null;
  readonly recordingsFailed: number | null;
  readonly recordingBytes: number | null;
  readonly errorCode: string | null;
  readonly lastPollTime: Date | null;
  /** Where a window by update ended in truth; null: where it was to end. */
  readonly readTo: Date | null;
  readonly startedAt: Date;
  readonly closedAt: Date | null;
}

/** A window by update that showed nothing new. */
export interface QuietWindow extends WindowKey {
  readonly by: 'update';
  /** Contacts that CXone showed, all of them stored before. */
  readonly unchanged: number;
  /** The hours within which a window by update has to be read in full, for agents and reference data. */
  readonly refreshHours: number;
}

/** The ledger of sync windows: who works on which, and what came of it. All methods throw `StoreError`. */
export interface WindowLedger {
  /**
   * Takes a window, one row per key, safe under concurrency. The holder asking again gets the same attempt; another
   * gets `busy`, unless `replacing` is the present holder (the caller asked Temporal: it is dead). Otherwise a new
   * attempt begins.
   */
  claim(key: WindowKey, claimant: Claimant, replacing?: Claimant): Promise<Claim>;
  /** @param readTo where a window by update ended in truth; absent: at its end */
  tally(windowId: string, attempt: number, round: number, readTo?: Date): Promise<Tally>;
  /**
   * Marks the window's contacts that are not among those landed in the round, and not stored since it began,
   * as absent at the source; answers how many. A window by update marks nothing: it does not read all there is.
   */
  markAbsent(windowId: string, attempt: number, round: number): Promise<number>;
  /**
   * Ends an attempt and fills its line; closing again overwrites (a reset run may finish what had failed). Throws
   * `StoreError` (WindowNotHeld) when a later attempt has begun.
   */
  close(windowId: string, attempt: number, closing: Closing): Promise<LedgerRow>;
  /** Notes that a window by update ends before the end that was asked for: CXone's clock had not come so far. */
  endEarlier(windowId: string, attempt: number, readTo: Date): Promise<void>;
  /**
   * Notes that the attempt waits for a person, and why; null that it does not any more. Texts must be safe to show.
   */
  notePark(windowId: string, attempt: number, cause: ParkCause | null): Promise<void>;
  /** Whether a run of another window of the live sync waits for a person; with a code, because of that. */
  othersParked(tenant: string, windowId: string, code?: string): Promise<boolean>;
  /**
   * Writes the line of a quiet window and moves the watermark over it; false when the watermark may not move, the window
   * has a line already, or none was read in full for too long.
   */
  closeQuiet(window: QuietWindow, claimant: Claimant): Promise<boolean>;
  ledger(windowId: string): Promise<LedgerRow | null>;
  /** Which of the windows are complete, by their number in the list, from 0. */
  completeAmong(windows: ConsecutiveWindows): Promise<number[]>;
  /**
   * Closes as complete a window that was read in the halves [from, middle) and [middle, to): its line is filled with
   * their sums. Throws `StoreError` (WindowNotHeld) when a later attempt has begun, or a half is not complete.
   */
  closeFromHalves(windowId: string, attempt: number, middle: Date): Promise<LedgerRow>;
  /** The lines of windows that overlap [from, to), oldest first. */
  list(tenant: string, from: Date, to: Date): Promise<LedgerRow[]>;
}
