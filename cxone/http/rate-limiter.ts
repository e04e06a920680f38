import type { ApiFamily } from '../../errors';

/** Decides when a request may be sent; shared by everything that calls CXone for a tenant. */
export interface RequestLimiter {
  /** Resolves at once if the request may be sent now. @throws CxoneError `QuotaExhausted` with `retryAfterMs` if not. */
  acquire(family: ApiFamily, signal?: AbortSignal): Promise<void>;
  /** Called for every 429: with `retryAfterMs` where the server gave it. Must not throw. */
  onThrottled(family: ApiFamily, retryAfterMs: number | undefined): Promise<void>;
}
