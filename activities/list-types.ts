import type { LookupEnd, LookupName, LookupProblem } from '../store';
import type { PersistResult, RoundRef } from './types';

/** What travels about agents and reference data, as `types.ts` says. */

/** Where the reading of agents stands. */
export interface AgentCursor {
  /** `changed`: since the watermark; `all`: the whole list; `missing`: one by one, those behind the contacts. */
  readonly step: 'changed' | 'all' | 'missing';
  readonly skip: number;
  readonly turn: number;
  /** The server's clock when this reading began: the next watermark. */
  readonly watermark: string | null;
  /** Lower bound of `changed`. */
  readonly since?: string;
  /** The agent that the list began with: a source that ignores `skip` begins with it every time. */
  readonly first?: string;
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

export interface ClaimLookupsInput {
  readonly tenant: string;
  readonly windowId: string;
}

export interface ClaimedLookups {
  /** The lists this window has to read. */
  readonly due: readonly LookupName[];
  /** Lists that could not be read a short while ago and are left alone for now. */
  readonly failed: readonly LookupProblem[];
}

export interface FetchLookupsInput extends RoundRef {
  readonly list: LookupName;
  readonly skip: number;
}

export interface FetchedLookups {
  /** The landed page; null when CXone refused the list. */
  readonly pageId: string | null;
  readonly records: number;
  readonly totalRecords: number | null;
  /** Rows to leave out for the next page; null after the last. */
  readonly next: number | null;
  /** The code of the error a person has to fix; null when the page is there. */
  readonly refused: string | null;
}

export interface PersistLookupsInput {
  readonly tenant: string;
  readonly list: LookupName;
  readonly pageId: string;
  /** With the last page of the list: how many rows CXone counts in it. */
  readonly end: LookupEnd | null;
}

export interface PersistedLookups extends PersistResult {
  /** Why the list cannot count as read, though its last page is stored; null when it does, or is not at its end. */
  readonly problem: string | null;
}
