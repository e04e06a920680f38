/** Admits a number of requests in any span of time; those refused do not count. */
export class Quota {
  readonly #requests: number;
  readonly #span: number;
  #admitted: number[] = [];

  /** @param perSeconds length of the span */
  constructor(requests: number, perSeconds: number) {
    this.#requests = requests;
    this.#span = perSeconds * 1000;
  }

  /** Whether a request at a moment (epoch ms) is admitted. */
  admit(now: number): boolean {
    this.#admitted = this.#admitted.filter((at) => at > now - this.#span);
    if (this.#admitted.length >= this.#requests) return false;
    this.#admitted.push(now);
    return true;
  }
}
