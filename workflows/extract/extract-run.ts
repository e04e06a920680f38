import type { ExtractInput } from './extract-input';
import type { ExtractReport } from './extract-messages';

/** Where a range stands. */
export interface RangeState {
  /** The first day that is not begun. */
  readonly next: string;
  readonly report: ExtractReport;
}

/** What a run hands to its continuation. Part of no public interface. */
export interface CarriedExtraction {
  /** Days, `to` exclusive: what `lastDays` meant when the first run began. */
  readonly from: string;
  readonly to: string;
  /** Of a day whose run has waited for a person. */
  readonly parked?: boolean;
  /** Of a range. */
  readonly range?: RangeState;
}

/** The workflow `extractDataset`, as its own parts start it. */
export type ExtractDatasetRun = (input: ExtractInput, carried?: CarriedExtraction) => Promise<ExtractReport>;
