import type { Pool } from 'pg';
import type { Simulator } from '../../simulator';
import type { FaultSchedule } from './fault-schedule';
import type { RunEnd } from './in-process-temporal';

/** Where schedules are run: a simulated CXone, a database, a recordings folder, and something that runs workflows. */
export interface TestEnvironment {
  readonly simulator: Simulator;
  readonly pool: Pool;
  /** The recordings folder. */
  readonly folder: string;
  /** The simulator's clock, epoch ms. */
  now(): number;
  /** A tenant of the schedule's own. */
  tenantOf(schedule: FaultSchedule): string;
  /** Whether wrong credentials can be put right for a second run. */
  readonly mendsCredentials: boolean;
  /** Whether time passes before the second run, so that recordings put off are looked for again. */
  readonly mendsRecordings: boolean;
  /** Runs the schedule's job once, and to its end. */
  attempt(order: AttemptOrder): Promise<Attempted>;
}

export interface AttemptOrder {
  readonly schedule: FaultSchedule;
  readonly tenant: string;
  /** Whether the schedule's faults are in force, or all is well. */
  readonly faults: boolean;
  readonly requestsAtMost: number;
  /** Called after each look of the client at the list of contacts, where the environment can observe it. */
  readonly onContacts?: (() => Promise<void>) | undefined;
}

export interface Attempted {
  readonly end?: RunEnd;
  /** Why the run never comes to an end; absent when it did. */
  readonly hang?: string;
  /** What Temporal keeps of the run, as text. */
  readonly history: readonly string[];
  /** What our own side did that it must not, one line each. */
  readonly problems?: readonly string[];
  /** Minutes of waiting that were skipped. */
  readonly skippedMinutes: number;
}
