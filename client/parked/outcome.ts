import type { ReadCode } from '../../errors';
import type { CommandCode } from '../command/exit-status';

/** What a run answered. */
export interface Outcome {
  readonly id: string;
  readonly ok: boolean;
  /** Why it is not ok; empty where it is. */
  readonly code: CommandCode | ReadCode;
  readonly message: string;
  /** The run that goes on; a run that was reset has a new id. */
  readonly runId?: string;
}
