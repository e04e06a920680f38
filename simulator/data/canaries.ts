const SECRETS_KEPT = 100_000;

/** Strings that must never leak. Those issued at run time are bounded: the latest 100,000 are remembered. */
export class Canaries {
  #fixed: readonly string[] = [];
  readonly #issued = new Set<string>();

  /** Names the strings that are known from the start. */
  fix(strings: readonly string[]): void {
    this.#fixed = [...new Set(strings)];
  }

  /** Adds a secret issued just now. */
  add(secret: string): void {
    this.#issued.add(secret);
    for (const oldest of this.#issued) {
      if (this.#issued.size <= SECRETS_KEPT) return;
      this.#issued.delete(oldest);
    }
  }

  /** All of them. */
  list(): readonly string[] {
    return [...this.#fixed, ...this.#issued];
  }
}
