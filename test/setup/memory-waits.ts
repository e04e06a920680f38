import type { QuotaWaits } from '../../store';

/** Waits for quotas in memory. */
export function memoryWaits(): QuotaWaits & { readonly counts: ReadonlyMap<string, number> } {
  const counts = new Map<string, number>();
  return {
    counts,
    async add(key) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    count: async (key) => counts.get(key) ?? 0,
    async forget(key) {
      counts.delete(key);
    },
  };
}
