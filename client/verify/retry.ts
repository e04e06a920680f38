import { setTimeout as sleep } from 'node:timers/promises';
import { CxoneError } from '../../cxone';

export interface Patience {
  /** Tries in all. */
  readonly tries: number;
  /** Before the second try, in ms; doubled with each further one. */
  readonly firstWaitMs: number;
  /** No pause is longer, in ms, whatever CXone asks for. */
  readonly longestWaitMs: number;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** About two minutes in all: a person is waiting. */
const usual: Patience = { tries: 7, firstWaitMs: 1_000, longestWaitMs: 60_000, wait: (ms) => sleep(ms) };

/**
 * Asks again while what went wrong may pass by itself: here no Temporal does it for us. What CXone asks for in
 * `Retry-After` is waited for.
 *
 * @throws the last error.
 */
export async function patiently<T>(ask: () => Promise<T>, patience: Partial<Patience> = {}): Promise<T> {
  const { tries, firstWaitMs, longestWaitMs, wait } = { ...usual, ...patience };
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CxoneError) || error.kind !== 'retryable' || failures >= tries) throw error;
      const pause = error.retryAfterMs ?? firstWaitMs * 2 ** (failures - 1);
      await wait(Math.min(pause, longestWaitMs));
    }
  }
}
