import { type Dice, shuffle } from '../data/random';

/** Contact ids in ascending order of a key; equal keys may stand in any order. */
export type OrderedList = ReturnType<typeof orderByKey>;

/** Sorts pairs of id and key by key. Lists that are in order already, the common case, cost one pass. */
export function orderByKey(ids: readonly number[], keys: readonly number[]) {
  let isOrdered = true;
  for (let i = 1; i < keys.length && isOrdered; i++) {
    isOrdered = (keys[i - 1] as number) <= (keys[i] as number);
  }
  if (isOrdered) return { ids: Float64Array.from(ids), keys: Float64Array.from(keys) };
  const order = Uint32Array.from(ids, (_, i) => i).sort((a, b) => (keys[a] as number) - (keys[b] as number));
  return {
    ids: Float64Array.from(order, (i) => ids[i] as number),
    keys: Float64Array.from(order, (i) => keys[i] as number),
  };
}

/** One part of a sorted set: its size is known at once, its members when they are needed. */
export interface Segment {
  readonly count: number;
  readonly load: () => OrderedList;
}

/** A part of a set: at most `top` rows from row `skip` on. */
export interface AskedRows {
  readonly skip: number;
  readonly top: number;
}

/**
 * Rows `skip` to `skip + top` of segments that follow one another. The order among equal keys is drawn again on
 * every call: CXone promises none, and a client that relies on one must notice here.
 */
export function sortedPage(
  segments: readonly Segment[],
  { skip, top, descending = false }: AskedRows & { readonly descending?: boolean },
  dice: Dice,
): number[] {
  const page: number[] = [];
  const ordered = descending ? segments.toReversed() : segments;
  let before = 0;
  for (const segment of ordered) {
    const from = Math.max(0, skip - before);
    const to = Math.min(segment.count, skip + top - before);
    before += segment.count;
    if (from >= to) {
      if (before >= skip + top) break;
      continue;
    }
    const list = segment.load();
    const n = list.ids.length;
    const part = descending
      ? shuffledSlice(list, n - to, n - from, dice).toReversed()
      : shuffledSlice(list, from, to, dice);
    for (const id of part) page.push(id);
  }
  return page;
}

function shuffledSlice({ ids, keys }: OrderedList, from: number, to: number, dice: Dice): Float64Array {
  // Runs of equal keys that cross the page's edges are shuffled as a whole.
  let low = from;
  while (low > 0 && keys[low - 1] === keys[low]) low--;
  let high = to;
  while (high < keys.length && keys[high] === keys[high - 1]) high++;
  const part = ids.slice(low, high);
  for (let run = low; run < high;) {
    let end = run + 1;
    while (end < high && keys[end] === keys[run]) end++;
    if (end - run > 1) shuffle(part, run - low, end - low, dice);
    run = end;
  }
  return part.subarray(from - low, to - low);
}

/**
 * Rows `skip` to `skip + top` in no order at all: another permutation of the whole set on every call, so that
 * paging without `orderBy` repeats and misses rows as it may with CXone.
 */
export function unorderedPage(segments: readonly Segment[], { skip, top }: AskedRows, dice: Dice): number[] {
  const total = segments.reduce((sum, { count }) => sum + count, 0);
  const wanted = Math.max(0, Math.min(top, total - skip));
  if (wanted === 0) return [];
  // i → (factor × i + offset) mod total visits every row once when factor and total have no common divisor.
  const most = Math.min(total, Math.floor(Number.MAX_SAFE_INTEGER / total) - 1);
  let factor = 1 + dice.below(most);
  while (divisor(factor, total) !== 1) factor = factor % most === 0 ? 1 : factor + 1;
  const offset = dice.below(total);
  const places = Array.from({ length: wanted }, (_, i) => ({
    i,
    position: (factor * ((skip + i) % total) + offset) % total,
  })).sort((a, b) => a.position - b.position);
  const page = Array.from<number>({ length: wanted });
  let segment = 0;
  let before = 0;
  for (const { i, position } of places) {
    while (position >= before + (segments[segment]?.count ?? Infinity))
      before += segments[segment++]?.count ?? 0;
    page[i] = segments[segment]?.load().ids[position - before] as number;
  }
  return page;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
