import type { FaultSchedule } from './fault-schedule';

/** What became of a schedule. */
export interface Verdict {
  readonly schedule: FaultSchedule;
  /** `complete`, or the code the run failed with. */
  readonly outcome: string;
  /** What is wrong with that; nothing when the schedule came to what it must. */
  readonly problems: readonly string[];
  readonly requests: number;
  readonly skippedMinutes: number;
  readonly realMs: number;
}
