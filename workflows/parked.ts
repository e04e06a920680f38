import type { Cause } from '../errors';

/** What a parked run shows of itself; instants in epoch ms. */
export interface Parked {
  readonly causes: readonly Cause[];
  readonly since: number;
  /** When it retries by itself; null when only a person can fix it. */
  readonly retryAt: number | null;
  /** When it gives up. */
  readonly until: number;
}
