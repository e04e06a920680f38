import type { ReadCode } from '../errors';

/**
 * What travels between workflows and activities, and so into Temporal's history: ids, counts, stamps, cursors.
 * Never a contact, a token, a URL or a phone number (docs/architecture.md, invariant 9).
 *
 * Instants are ISO 8601 in UTC with a `Z`.
 */

import type { FilterCombination } from '../cxone';
import type {
  Claimant,
  ClosingStatus,
  LookupName,
  LookupProblem,
  PageOutcome,
  RecordingCounts,
  Tally,
} from '../store';

export type { LookupName, LookupProblem };
export type PersistResult = PageOutcome;
/** One pass over a window: CXone takes one id per filter, so several ids mean several passes. */
export type Pass = FilterCombination;

/** What a window is a slice of: contacts by their start, or contacts by their last update. */
export type WindowMode = 'start' | 'update';

/** A window as `openWindow` takes it. Absent filters and `recordings` mean "as the tenant's settings say". */
export interface WindowSpan {
  readonly tenant: string;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly by: WindowMode;
  readonly skillIds?: readonly number[] | undefined;
  readonly campaignIds?: readonly number[] | undefined;
  readonly mediaTypeIds?: readonly number[] | undefined;
  readonly recordings?: boolean | 'later' | undefined;
  /** The live sync has started it. */
  readonly live?: boolean | undefined;
  /** The run that claims the window: its first run id, which continue-as-new and reset keep. */
  readonly claimant: Claimant;
}

/** A finer filter, for a group of equal stamps too large for one page. */
export interface Refinement {
  readonly mediaTypeId?: number;
  readonly isLogged?: boolean;
  readonly isRefused?: boolean;
  readonly isTakeover?: boolean;
  readonly analyticsProcessed?: boolean;
}

/** A window claimed in the ledger, with what the tenant's settings say about reading it. */
export interface OpenWindow {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly windowId: string;
  /** Grows by one with each new run of the window; landed pages belong to an attempt. */
  readonly attempt: number;
  readonly by: WindowMode;
  readonly passes: readonly Pass[];
  /** Recordings of the contacts are noted, to be fetched by this run or by a later one. */
  readonly recordings: boolean;
  /** This run fetches them; otherwise `sweepRecordings` does. */
  readonly downloads: boolean;
  /**
   * The filter is the tenant's usual one, so that the window speaks for all there is: stored contacts that it no longer
   * shows are gone from CXone, and changes up to its end are stored. A filter of this run alone says neither: a contact
   * that changed its skill leaves it and is still there.
   */
  readonly usualFilter: boolean;
  /** Rows per request. */
  readonly pageSize: number;
  readonly pagesInFlight: number;
  readonly recordingsInFlight: number;
  readonly maxRereads: number;
  /** A window with more contacts is split; absent: none is. */
  readonly maxContacts?: number;
  /**
   * Lists are asked for up to the end of the window itself and read on while a page is full or links to another, and
   * totals have to be proven. Absent: a window opened before release 0.2.0, which goes on as it began.
   */
  readonly readsOn?: boolean;
  /** By update, a page that says it is the last has to prove it; absent: its total is enough, as when it was opened. */
  readonly provesEnd?: boolean;
  /** A window of the live sync ends at the clock that its pages show, where that is before its end; absent: it fails. */
  readonly endsAtClock?: boolean;
  /** How long a run of it waits for a person. */
  readonly parkedTimeoutHours: number;
  /**
   * Agents that cannot be read are left to a later window: another run of the live sync is parked already, and one is
   * enough to alert on-call.
   */
  readonly leavesAgents: boolean;
}

/** The part of an open window by which activities find it again. */
export interface WindowRef {
  readonly tenant: string;
  readonly windowId: string;
  readonly attempt: number;
}

/** One reading of the window from its first page to its last; a re-read is the next round. */
export interface RoundRef extends WindowRef {
  readonly round: number;
}

export interface TallyInput extends RoundRef {
  /** Where a window by update ended in truth; absent: at its end. */
  readonly readTo?: string;
}

export interface FetchPageInput extends RoundRef {
  readonly pass: number;
  /** The slice shows a group of equal stamps once more: rows that other slices have shown already. */
  readonly tied: boolean;
  readonly by: WindowMode;
  readonly filter: Pass & Refinement;
  /** Inclusive; by update the only bound that CXone knows. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly skip: number;
  readonly top: number;
  /** By start, `to` itself is asked for, and rows at or after it are left out; absent: a millisecond before it. */
  readonly upToItself?: boolean;
}

export interface FetchedPage {
  /** The landed page; null when CXone returned nothing. */
  readonly pageId: string | null;
  /** Rows of the answer, those beyond the window included. */
  readonly records: number;
  readonly top: number;
  readonly totalRecords: number | null;
  /** The clock to go by: never ahead of what the answer's header says, nor far ahead of ours. */
  readonly lastPollTime: string | null;
  readonly firstStart: string | null;
  readonly lastStart: string | null;
  /** The latest `lastUpdateTime` of a page read by update. */
  readonly lastUpdate?: string | null;
  /** The answer links to a page after it. */
  readonly hasNext?: boolean;
  /** Rows that start when the window ends, or later; absent: none. */
  readonly beyond?: number;
  /** Of a page read by update: some rows are older than what was asked for. */
  readonly hasOlder?: boolean;
}

export interface CountInput extends WindowRef {
  readonly by: WindowMode;
  readonly passes: readonly Pass[];
  readonly from: string;
  readonly to: string;
  /**
   * By start, the rows that were read of each pass, where the count is to be taken: the end of the list proves it. Null:
   * of this pass no count can be believed. Absent: a run begun before release 0.2.0, which believes every total.
   */
  readonly read?: readonly (number | null)[];
}

export interface CountResult {
  /** One per pass, by CXone's `totalRecords`; null where its answer does not say, or rows prove it wrong. */
  readonly totals: readonly (number | null)[];
  /** By update, what CXone counts from the window's start until now, over all passes; null where it does not say. */
  readonly since?: number | null;
  readonly lastPollTime: string | null;
  /** By start, places of the passes whose list goes on behind the rows that were read of it; absent: of none. */
  readonly goOn?: readonly number[];
}

/** A window of which a larger share was rejected than its tenant lets pass. */
export interface TooManyRejected {
  readonly rejected: number;
  /** Rejected ones included. */
  readonly contacts: number;
  /** The share that passes, 0 to 1. */
  readonly allowed: number;
  /** Another run of the live sync waits for a person because of the same: one is enough. */
  readonly known: boolean;
}

/** What a round has brought in. */
export interface RoundTally {
  /** Distinct contacts, rejected ones included. */
  readonly fetched: number;
  /** Absent when no more are rejected than may be. */
  readonly tooMany?: TooManyRejected;
}

export interface PersistInput {
  readonly tenant: string;
  readonly pageId: string;
  readonly recordings: boolean;
  /** Contacts that start then, or later, are left out: the page shows more than its window. Absent: none are. */
  readonly before?: string;
}

/** The rows of a round that show a contact once more, though the source lists it twice. */
export interface DoublesInput extends RoundRef {
  readonly by: WindowMode;
  /** Exclusive end of the window. */
  readonly to: string;
}

export interface SweepInput {
  readonly tenant: string;
  /** The last call of the list before; null at the beginning. What is due is the same wherever a sweep stands. */
  readonly after: string | null;
  readonly limit: number;
  /** Whether the run can take `UnlikelyCalls`; those of earlier releases cannot, and get none. */
  readonly withUnlikely?: boolean;
}

/** Master contact ids of calls that probably have no recording: they yield to all other queries. */
export interface UnlikelyCalls {
  readonly unlikely: readonly string[];
}

export interface DueRecordingsInput extends WindowRef {
  /** Master contact id after which to go on. */
  readonly after: string | null;
  readonly limit: number;
}

export interface DownloadInput {
  readonly tenant: string;
  readonly masterContactId: string;
}

export interface DownloadResult {
  /** `stored`: every file of the answer is in the store. */
  readonly status: 'stored' | 'pending' | 'absent' | 'failed';
  readonly files: number;
  readonly bytes: number;
}

export interface CloseInput extends RoundRef {
  readonly status: ClosingStatus;
  /** The source's `totalRecords` at the end, over all passes; null when it was never learnt. */
  readonly expected: number | null;
  readonly absent: number;
  readonly errorCode?: ReadCode;
  /** Where the window ended in truth, when that is before the end that it was opened with. */
  readonly readTo?: string;
}

export interface NoteParkedInput extends WindowRef {
  /** Null when the run goes on. */
  readonly parked: { readonly code: ReadCode; readonly message: string; readonly remedy: string } | null;
}

/** The ledger's row as a workflow reports it. Counts are contacts; `bytes` those of the window's recordings. */
export interface WindowReport extends Omit<Tally, 'bytes'> {
  readonly status: string;
  readonly expected: number | null;
  readonly absent: number;
  readonly recordings: RecordingCounts;
  /** How often the window was read again. */
  readonly rereads: number;
  readonly durationMs: number;
  /** Reference lists that could not be read; absent when there are none. The window is whole without them. */
  readonly lookupsNotRead?: readonly LookupProblem[];
  /** Why the agents were left to a later window, by code; absent when they were read. */
  readonly agentsNotRead?: string;
}
