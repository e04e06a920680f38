import { activityInfo } from '@temporalio/activity';
import { CxoneError, type RequestLimiter } from '../cxone';
import type { ApiFamily } from '../errors';
import type { Quotas, QuotaSize } from '../store';

/** What happened at a limiter, for metrics. */
export type LimiterEvent = 'wait' | 'throttled';

export interface LimiterOptions {
  readonly tenant: string;
  /** By API family; a family without one is only slowed when CXone refuses requests. */
  readonly limits: Readonly<Record<string, QuotaSize | undefined>>;
  readonly quotas: Pick<Quotas, 'admit' | 'refused'>;
  readonly onEvent?: (family: ApiFamily, event: LimiterEvent) => void;
  /** Called with what `throttled` must not throw. */
  readonly onError?: (error: unknown) => void;
}

/** Asked for too seldom to be limited, or served by another company (the files). */
const unlimited: ReadonlySet<string> = new Set(['discovery', 'auth', 'file']);
/** Temporal's priority key of work that may wait: live work has 2, a backfill 4, everything else 3. */
const backfillFrom = 4;

/** A tenant's limiter for activities: their own priority says who goes first (docs/architecture.md, invariant 8). */
export function createRequestLimiter(options: LimiterOptions): RequestLimiter {
  const { tenant, limits, quotas, onEvent, onError } = options;
  const named = (family: ApiFamily) => ({ tenant, family, size: limits[family] });
  return {
    async acquire(family, signal) {
      signal?.throwIfAborted();
      if (unlimited.has(family)) return;
      const backfill = (activityInfo().priority?.priorityKey ?? 3) >= backfillFrom;
      const admission = await quotas.admit(named(family), backfill);
      if (admission.admitted) return;
      onEvent?.(family, 'wait');
      const { retryAfterMs } = admission;
      const seconds = Math.ceil(retryAfterMs / 1_000);
      throw new CxoneError(
        'QuotaExhausted',
        `The quota of ${tenant} for ${family} is used up; the turn comes in ${seconds} s.`,
        { retryAfterMs },
      );
    },
    async onThrottled(family, retryAfterMs) {
      onEvent?.(family, 'throttled');
      if (unlimited.has(family)) return;
      try {
        await quotas.refused(named(family), retryAfterMs);
      } catch (error) {
        // The 429 itself is what counts; that it could not be noted must not hide it.
        onError?.(error);
      }
    },
  };
}
