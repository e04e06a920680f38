const secretsKept = 100_000;

/** Strings that must never leak. Those issued at run time are bounded: the latest 100,000 are remembered. */
export type Canaries = ReturnType<typeof createCanaries>;

export function createCanaries() {
  let fixed: readonly string[] = [];
  const issued = new Set<string>();
  return {
    /** Names the strings that are known from the start. */
    fix(strings: readonly string[]): void {
      fixed = [...new Set(strings)];
    },

    /** Adds a secret issued just now. */
    add(secret: string): void {
      issued.add(secret);
      for (const oldest of issued) {
        if (issued.size <= secretsKept) return;
        issued.delete(oldest);
      }
    },

    /** All of them. */
    list(): readonly string[] {
      return [...fixed, ...issued];
    },
  };
}
