/** A bounded memory: when the weights exceed the budget, what was used longest ago goes first. */
export type Lru<Value> = ReturnType<typeof createLru<Value>>;

/** @param budget the largest sum of weights kept; one entry heavier than that is not kept at all */
export function createLru<Value>(budget: number) {
  const entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  let total = 0;
  const drop = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    total -= entry.weight;
  };
  return {
    /** The sum of the weights held now. */
    get weight(): number {
      return total;
    },

    /** The value under a key, which becomes the most recently used one. */
    get(key: string): Value | undefined {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },

    /** Keeps a value, in place of an older one under the same key. */
    set(key: string, value: Value, weight: number): void {
      drop(key);
      if (weight > budget) return;
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= budget) return;
        drop(oldest);
      }
    },
  };
}
