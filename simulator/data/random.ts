/**
 * Reproducible chance. Everything the simulator invents is a pure function of the seed and of a few integers
 * (a day, a contact's number, a purpose), so any contact can be computed alone, in any order, again and again.
 */

/** Mixes the seed and up to four integers (each taken modulo 2^32) into an unsigned 32-bit number. */
// oxlint-disable-next-line max-params -- called for every property of every contact: an object each would cost
export function hash(seed: number, a: number, b = 0, c = 0, d = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + a, 0x2c1b3c6d);
  h = Math.imul((h ^ (h >>> 13)) + b, 0x297a2d39);
  h = Math.imul((h ^ (h >>> 16)) + c, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + d, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** `hash` as a fraction in [0, 1). */
// oxlint-disable-next-line max-params -- as `hash`
export function fraction(seed: number, a: number, b = 0, c = 0, d = 0): number {
  return hash(seed, a, b, c, d) / 4294967296;
}

/** A stream of numbers from one 32-bit state (the mulberry32 recurrence: fast, and good enough for make-believe). */
export class Dice {
  #state: number;

  constructor(state: number) {
    this.#state = state | 0;
  }

  /** The next fraction in [0, 1). */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.roll() * below);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.roll() < probability;
  }

  /** A waiting time with the given mean: mostly short, sometimes long, never beyond `most`. Same unit as the mean. */
  wait(mean: number, most: number): number {
    return Math.min(most, Math.round(-Math.log(1 - this.roll()) * mean));
  }
}

/** Puts `items[from..to)` into an order that depends on the dice only (Fisher–Yates, in place). */
export function shuffle(items: { [index: number]: number }, from: number, to: number, dice: Dice): void {
  for (let i = to - 1; i > from; i--) {
    const j = from + dice.below(i - from + 1);
    const kept = items[i] as number;
    items[i] = items[j] as number;
    items[j] = kept;
  }
}
