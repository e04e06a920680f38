import type { ApiFamily } from '../errors';

/** Decides when a request may be sent; shared by everything that calls CXone for a tenant. */
export interface RequestLimiter {
  /** Resolves when the request may be sent now. @throws CxoneError `QuotaExhausted` with `retryAfterMs` when it may not: nobody waits here. */
  acquire(family: ApiFamily, signal?: AbortSignal): Promise<void>;
  /** Called for every 429: the server's own opinion. `retryAfterMs` where it said so. Must not throw. */
  throttled(family: ApiFamily, retryAfterMs: number | undefined): Promise<void>;
}
