import type { Pool } from 'pg';
import { createCounters } from './counters';

export type QuotaWaits = ReturnType<typeof createQuotaWaits>;

/** Work that was never ended properly is forgotten after so long. */
const keptMs = 30 * 86_400_000;

/** How often a piece of work has waited for a quota, so that waiting is not taken for failing; throws `StoreError`. */
export function createQuotaWaits(pool: Pool) {
  const counters = createCounters(pool);
  const named = (key: string): string => `waits:${key}`;
  return {
    /** Counts a wait of the work with this key. */
    add: async (key: string): Promise<void> => void (await counters.add(named(key), keptMs)),
    async count(key: string): Promise<number> {
      const found = await counters.read([named(key)], Date.now());
      return found.get(named(key))?.points ?? 0;
    },
    /** The work is done. */
    forget: (key: string): Promise<void> => counters.remove(named(key)),
  };
}
