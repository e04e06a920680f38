import { setTimeout as sleep } from 'node:timers/promises';
import { CxoneError } from '../../cxone';

export interface RetryOptions {
  /** Attempts in all. */
  readonly attempts: number;
  /** Before the second attempt, in ms; doubled with each further one. */
  readonly firstWaitMs: number;
  /** No pause is longer, in ms, whatever CXone asks for. */
  readonly longestWaitMs: number;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** About two minutes in all: an operator is waiting. */
const defaults: RetryOptions = {
  attempts: 7,
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
  wait: (ms) => sleep(ms),
};

/**
 * Retries after errors that may pass by themselves: here Temporal does not do it for us. `Retry-After` is honoured.
 *
 * @throws the last error.
 */
export async function withRetries<T>(ask: () => Promise<T>, options: Partial<RetryOptions> = {}): Promise<T> {
  const { attempts, firstWaitMs, longestWaitMs, wait } = { ...defaults, ...options };
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CxoneError) || !error.retryable || failures >= attempts) throw error;
      const pause = error.retryAfterMs ?? firstWaitMs * 2 ** (failures - 1);
      await wait(Math.min(pause, longestWaitMs));
    }
  }
}
