/** Draws that a seed decides: the same seed, the same schedule. */
export interface Dice {
  /** At least `least`, at most `most`, whole. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** `count` different whole numbers of the range, ascending; fewer when it has not as many. */
  several(count: number, least: number, most: number): readonly number[];
}

/** Mulberry32: small, and good enough to draw faults. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number): number =>
    least + Math.floor(fraction() * (most - least + 1));
  return {
    between,
    chance: (probability) => fraction() < probability,
    pick: (from) => from[between(0, from.length - 1)] as (typeof from)[number],
    several(count, least, most) {
      const drawn = new Set<number>();
      for (let attempts = 0; drawn.size < count && attempts < count * 8; attempts += 1)
        drawn.add(between(least, most));
      return [...drawn].sort((a, b) => a - b);
    },
  };
}
