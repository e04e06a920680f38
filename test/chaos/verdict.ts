import type { FaultSchedule } from './fault-schedule';

/** The outcome of a schedule. */
export interface Verdict {
  readonly schedule: FaultSchedule;
  /** `complete`, or the code the run failed with. */
  readonly outcome: string;
  /** What is wrong with it; empty when the schedule ended as it must. */
  readonly problems: readonly string[];
  readonly requests: number;
  readonly skippedMinutes: number;
  readonly realMs: number;
}
