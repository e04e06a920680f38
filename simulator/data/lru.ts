/** A bounded memory: when the weights exceed the budget, what was used longest ago goes first. */
export class Lru<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  readonly #budget: number;
  #weight = 0;

  /** @param budget the largest sum of weights kept; one entry heavier than that is not kept at all */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** The sum of the weights held now. */
  get weight(): number {
    return this.#weight;
  }

  /** The value under a key, which becomes the most recently used one. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps a value, in place of an older one under the same key. */
  set(key: string, value: Value, weight: number): void {
    this.#drop(key);
    if (weight > this.#budget) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#budget) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}
