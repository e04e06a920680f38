import type { ReadCode } from '../../errors';

/**
 * What travels between `extractDataset` and its activities: days, ids of jobs, counts. The address of a result, valid for
 * half a minute and a secret, stays within one activity; so does every row.
 */

import type { Dataset, ExtractionJob, PageOutcome } from '../../store';

/** What Data Extraction brings (contract §10). */
export type DatasetName = Dataset;

/** A day to extract, and the run that does it by its first run id. `day` is `YYYY-MM-DD` in UTC. */
export type ExtractionDay = Omit<ExtractionJob, 'jobId'>;

export type ExtractionJobRef = ExtractionJob;

/** Why no job may be made yet: another run has one, the last one is too young, or CXone says one of the two. */
export type ExtractionWait = 'held' | 'too soon' | 'busy';

export type CreatedExtraction =
  | { readonly status: 'created'; readonly jobId: string; readonly lookAfterMs: number }
  | { readonly status: 'wait'; readonly why: ExtractionWait; readonly waitMs: number };

/** `gone`: CXone does not know the job any more; `lost`: another run has taken the tenant's turn over. */
export interface SeenExtraction {
  readonly status: 'running' | 'succeeded' | 'failed' | 'gone' | 'lost';
  /** CXone's words on why it failed, fit to show. */
  readonly said?: string;
}

/** A day that is loaded. `unfinished`: its last rows were still to come when its job was made. Counts are rows. */
export interface LoadedDay extends PageOutcome {
  readonly status: 'complete' | 'unfinished';
  readonly records: number;
  readonly absent: number;
}

export type LoadedExtraction = LoadedDay | { readonly status: 'gone' } | { readonly status: 'lost' };

export interface EndExtractionInput extends ExtractionDay {
  /** `incomplete`: given up by a person. */
  readonly status: 'incomplete' | 'failed';
  readonly errorCode: ReadCode;
}

export interface FindExtractedInput {
  readonly tenant: string;
  readonly dataset: DatasetName;
  /** Days, `to` exclusive. */
  readonly from: string;
  readonly to: string;
}
