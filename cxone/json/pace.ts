import { setImmediate } from 'node:timers/promises';

/**
 * Work that may be done before others get a turn, in bytes to look at: some milliseconds' worth. One tenant's answer must
 * never hold up another's, nor the heartbeats that keep steps alive.
 */
const workPerTurn = 512 * 1024;

/** Keeps long work from holding up everything else in the process. */
export interface Pace {
  /** Counts work that was done, in bytes; lets others have a turn when it has become much. */
  spend(bytes: number): Promise<void> | undefined;
}

/** Awaited only where there is something to wait for, since that costs more than most records do. */
export function createPace(): Pace {
  let spent = 0;
  return {
    spend(bytes) {
      spent += bytes;
      if (spent < workPerTurn) return undefined;
      spent = 0;
      return setImmediate();
    },
  };
}
