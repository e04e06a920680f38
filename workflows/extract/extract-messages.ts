import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { DatasetName, LoadedDay } from '../../activities/extraction/types';
import type { Cause, ReadCode } from '../../errors';

/** How a day ended. `incomplete`: given up by a person; `unfinished`: loaded, with its last rows still to come. */
export type DayOutcome = LoadedDay['status'] | 'incomplete' | 'failed';

/** Rows that were read and what became of them. */
export type ExtractCounts = Omit<LoadedDay, 'status'>;

export interface FailedDay {
  readonly day: string;
  readonly code: ReadCode;
}

/** What `extractDataset` returns, of one day or of many. */
export interface ExtractReport extends ExtractCounts {
  /** `complete` only when every day is. */
  readonly status: 'complete' | 'incomplete';
  readonly dataset: DatasetName;
  /** Days, `to` exclusive. */
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly complete: number;
  /** Days that were complete before. */
  readonly skipped: number;
  readonly unfinished: number;
  readonly failedDays: number;
  /** The first 50. */
  readonly failed: readonly FailedDay[];
  readonly parked: readonly string[];
}

/** What a run is at. */
export type ExtractStage = 'begin' | 'wait' | 'job' | 'load' | 'days' | 'done';

/** What the query `progress` answers. */
export interface ExtractProgress extends ExtractReport {
  readonly stage: ExtractStage;
  /** The current day; null between days. */
  readonly day: string | null;
  /** What the run waits for now, if for a person; empty while it works. */
  readonly waitsFor: readonly Cause[];
}

/** How a day of a range ended, or that it is parked; its run signals this to the run of the range. */
export interface DayEnded extends ExtractCounts {
  readonly day: string;
  readonly outcome: DayOutcome | 'parked';
  readonly code?: ReadCode;
}

export const dayEndedSignal = defineSignal<[DayEnded]>('dayEnded');
export const extractProgressQuery = defineQuery<ExtractProgress>('progress');

export const noRows: ExtractCounts = {
  records: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  absent: 0,
};
