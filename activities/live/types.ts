import type { WindowRef } from '../types';

/** What travels about the live sync, as `../types.ts` says. */

export interface MoveWatermarkInput extends WindowRef {
  /** Too many of the window's contacts were rejected: its time becomes a gap. */
  readonly tooManyRejected?: boolean;
  readonly from: string;
  readonly to: string;
  /** `to` is before the end that the window was opened with. */
  readonly endsEarlier?: boolean;
}

/** A half-open time. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** A time of a tenant that the live sync could not read by update, by the start of contacts. */
export interface GapSpan extends Span {
  readonly tenant: string;
}

/** What the live sync reads next. */
export interface Increment {
  /** By update: from the watermark, less the overlap, to CXone's clock. */
  readonly from: string;
  readonly to: string;
  /** By start: what lies so far back that CXone does not report its changes any more. */
  readonly gap: Span | null;
  /** What is still missing of an earlier gap, whose backfill is to be begun, or begun again. */
  readonly again?: Span;
  /** What is missing of a gap that is read only when a person says so, who is to be asked. */
  readonly ask?: Span;
  /** Whether the tenant wants recordings. */
  readonly recordings: boolean;
  /** Nothing changed that is not stored: the watermark has moved to `to`, and no window is needed. */
  readonly quiet?: {
    /** Contacts of the overlap, all of them stored before. */
    readonly unchanged: number;
    /** Whether recordings are due. */
    readonly sweep: boolean;
  };
}

export interface PlanInput {
  readonly tenant: string;
  /** Looks first whether anything changed at all. Absent: a run begun before release 0.2.0, which reads a window. */
  readonly looks?: boolean;
}
