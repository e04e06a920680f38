/**
 * What travels between workflows and activities, and so into Temporal's history: ids, counts, stamps, cursors.
 * Never a contact, a token, a URL or a phone number (design.md, "References travel, data stays").
 *
 * Instants are ISO 8601 in UTC with a `Z`.
 */

/** A window as `openWindow` takes it. Absent filters and `recordings` mean "as the tenant's settings say". */
export interface WindowSpan {
  readonly tenant: string;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly by: 'start';
  readonly skillIds?: readonly number[] | undefined;
  readonly campaignIds?: readonly number[] | undefined;
  readonly mediaTypeIds?: readonly number[] | undefined;
  readonly recordings?: boolean | undefined;
  /** The run that claims the window: its first run id, which continue-as-new and reset keep. */
  readonly claimant: { readonly workflowId: string; readonly runId: string };
}

/** One pass over a window: CXone takes one id per filter, so several ids mean several passes. */
export interface Pass {
  readonly skillId?: number;
  readonly campaignId?: number;
  readonly mediaTypeId?: number;
}

/** A window claimed in the ledger, with what the tenant's settings say about reading it. */
export interface OpenWindow {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly windowId: string;
  /** Grows by one with each new run of the window; landed pages belong to an attempt. */
  readonly attempt: number;
  readonly passes: readonly Pass[];
  readonly recordings: boolean;
  /**
   * Whether stored contacts that the window no longer shows are gone from CXone. Not so for a filter of this run alone:
   * a contact that changed its skill leaves the filter and is there all the same.
   */
  readonly marksAbsent: boolean;
  /** Rows per request. */
  readonly pageSize: number;
  readonly pagesInFlight: number;
  readonly recordingsInFlight: number;
  readonly maxRereads: number;
  /** A window with more contacts is split; absent: none is. */
  readonly maxContacts?: number;
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

export interface FetchPageInput extends RoundRef {
  readonly pass: number;
  /** The slice shows a group of equal stamps once more: rows that other slices have shown already. */
  readonly tied: boolean;
  readonly filter: Pass;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly skip: number;
  readonly top: number;
}

export interface FetchedPage {
  /** The landed page; null when CXone returned nothing. */
  readonly pageId: string | null;
  readonly records: number;
  readonly top: number;
  readonly totalRecords: number | null;
  readonly lastPollTime: string | null;
  readonly firstStart: string | null;
  readonly lastStart: string | null;
}

export interface CountInput extends WindowRef {
  readonly passes: readonly Pass[];
  readonly from: string;
  readonly to: string;
}

export interface CountResult {
  /** One per pass, by CXone's `totalRecords`; null where its answer does not say. */
  readonly totals: readonly (number | null)[];
  readonly lastPollTime: string | null;
}

export interface PersistInput {
  readonly tenant: string;
  readonly pageId: string;
  readonly recordings: boolean;
}

export interface PersistResult {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
}

/** Where the reading of agents stands. */
export interface AgentCursor {
  /** `changed`: since the watermark; `all`: the whole list; `missing`: one by one, those behind the contacts. */
  readonly step: 'changed' | 'all' | 'missing';
  readonly skip: number;
  readonly turn: number;
  /** The server's clock when this look began: the next watermark. */
  readonly watermark: string | null;
  /** Lower bound of `changed`. */
  readonly since?: string;
}

export interface FetchAgentsInput extends RoundRef {
  readonly cursor: AgentCursor | null;
}

export interface FetchedAgents {
  readonly pageId: string | null;
  readonly records: number;
  /** Agents CXone says it hides from the service user (contract §3.1). */
  readonly hiddenAgents: number;
  /** The watermark to move with this page; null until the list is read. */
  readonly watermark: string | null;
  readonly next: AgentCursor | null;
}

export interface PersistAgentsInput {
  readonly tenant: string;
  readonly pageId: string;
  readonly watermark: string | null;
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
  readonly status: 'complete' | 'incomplete' | 'failed';
  /** The source's `totalRecords` at the end, over all passes; null when it was never learnt. */
  readonly expected: number | null;
  readonly absent: number;
  readonly errorCode?: string;
}

/** The ledger's row as a workflow reports it. Counts are contacts; `bytes` those of the window's recordings. */
export interface WindowReport {
  readonly status: string;
  readonly expected: number | null;
  readonly fetched: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly absent: number;
  readonly recordings: {
    readonly pending: number;
    readonly stored: number;
    readonly absent: number;
    readonly failed: number;
    readonly bytes: number;
  };
  /** Pages read, and how often the window was read again. */
  readonly pages: number;
  readonly rereads: number;
  readonly durationMs: number;
}
