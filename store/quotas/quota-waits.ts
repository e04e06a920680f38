import type { Pool } from 'pg';
import { createCounters } from './counters';

/** How often a piece of work has waited for a quota, so that waiting is not taken for failing; throws `StoreError`. */
export interface QuotaWaits {
  /** Counts a wait of the work with this key. */
  add(key: string): Promise<void>;
  count(key: string): Promise<number>;
  /** The work is done. */
  forget(key: string): Promise<void>;
}

/** Work that was never ended properly is forgotten after so long. */
const keptMs = 30 * 86_400_000;

/** The waits behind `pool`. */
export function createQuotaWaits(pool: Pool): QuotaWaits {
  const counters = createCounters(pool);
  const named = (key: string): string => `waits:${key}`;
  return {
    add: async (key) => void (await counters.add(named(key), keptMs)),
    async count(key) {
      const found = await counters.read([named(key)], Date.now());
      return found.get(named(key))?.points ?? 0;
    },
    forget: (key) => counters.remove(named(key)),
  };
}
