/**
 * The arithmetic of reading one pass (one filter) of a window page by page, several pages at a time.
 *
 * Pages are slices of an offset-paged list (contract §2.6) ordered by `contactStartDate`. Two things make offsets
 * treacherous, and both are answered here:
 * - a page may hold fewer rows than asked (a lower cap, a `top` halved after a time-out): the rest of its slice is
 *   asked for again;
 * - the order among equal stamps is not promised from one request to the next, so a group of equals that lies across
 *   the edge of two pages may show one row twice and another never: such a stamp is read once more, on its own.
 *
 * A total may be capped, or count the page alone. So the list is read on while a page is full or links to another, and
 * a total that is smaller than the rows of its own answer is not believed from then on. Where pages are cut short as
 * well, the count at the end shows that the list goes on, and the next reading ends at an empty page alone.
 *
 * Pure and serialisable: the state travels whole through continue-as-new.
 */

/** What to ask for: rows [skip, skip + top) of the pass, or of the group of contacts that started at `at`. */
export interface Slice {
  readonly skip: number;
  readonly top: number;
  /** ISO stamp of a tied group; absent for the pass itself. */
  readonly at?: string;
  /** Pages in a row, before this one, that lay past the total and showed one stamp alone; absent: none. */
  readonly inPlace?: number;
}

/** What came back for a slice. */
export interface ArrivedPage {
  readonly records: number;
  /** The `top` that was answered: lower than asked when time-outs forced smaller pages. */
  readonly top: number;
  readonly totalRecords: number | null;
  /** `contactStartDate` of the first and last row. */
  readonly firstStart: string | null;
  readonly lastStart: string | null;
  /** The answer links to a page after it. */
  readonly hasNext?: boolean;
  /** Rows at the end that start when the window ends, or later: not of the window. */
  readonly beyond?: number;
}

/** A stretch of rows already read, with the stamps at its two ends. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly first: string | null;
  readonly last: string | null;
}

export interface PassState {
  readonly kind: 'offset';
  /** Rows per request, lowered when the source answers with fewer or times out. */
  readonly top: number;
  /** What the source says the pass holds; null before the first answer, or if it never says. */
  readonly total: number | null;
  readonly started: boolean;
  /** The source changed its `totalRecords` while we read. */
  readonly moved: boolean;
  /** Where the next fresh slice begins; null when the end is known to be reached. */
  readonly next: number | null;
  readonly pending: readonly Slice[];
  readonly stretches: readonly Stretch[];
  /** The end of the window, in epoch ms; absent: a pass that ends by its total alone, begun before release 0.2.0. */
  readonly to?: number;
  /** Rows have shown that the total is none; `total` is the number of rows seen from then on. */
  readonly disproved?: boolean;
  /** Rows that start at `to` or later, which the source counts and the window does not. */
  readonly beyond?: number;
  /** The source cuts pages short and its totals, too: only an empty page is the end. */
  readonly toEmpty?: boolean;
}

/** After this number of pages with one stamp and no end, offsets are taken to be ignored. */
const pagesInPlace = 100;

/** Whether offsets lead nowhere: of equal stamps, page after page says nothing else. */
export function isStuck({ inPlace = 0 }: Slice): boolean {
  return inPlace >= pagesInPlace;
}

/** `top` of a request for a tied group: as many as CXone allows (contract §2.6), so that one page holds the group. */
export const largestPage = 10_000;

/**
 * @param to end of the window, in epoch ms; without it, the total alone says where the list ends.
 * @param toEmpty read on until a page is empty
 */
export function newPass(top: number, to?: number, toEmpty = false): PassState {
  return {
    ...(to !== undefined && { to }),
    ...(toEmpty && { toEmpty }),
    kind: 'offset',
    top,
    total: null,
    started: false,
    moved: false,
    next: 0,
    pending: [],
    stretches: [],
  };
}

/**
 * Takes the next slice to ask for.
 *
 * @returns the slice and the state after it, or `slice: null` when there is nothing to ask at the moment: the pass is
 * read, or its first answer is still awaited.
 */
export function takeSlice(pass: PassState): { readonly slice: Slice | null; readonly pass: PassState } {
  const [first, ...rest] = pass.pending;
  if (first) {
    if (first.at !== undefined || first.top <= pass.top)
      return { slice: first, pass: { ...pass, pending: rest } };
    const remainder = { skip: first.skip + pass.top, top: first.top - pass.top };
    return { slice: { skip: first.skip, top: pass.top }, pass: { ...pass, pending: [remainder, ...rest] } };
  }
  if (!pass.started) {
    return { slice: { skip: 0, top: pass.top }, pass: { ...pass, started: true, next: null } };
  }
  if (pass.next === null) return { slice: null, pass };
  const slice = { skip: pass.next, top: pass.top };
  return { slice, pass: { ...pass, next: following(pass.next + pass.top, pass.total) } };
}

/** Takes note of an answer: what remains of its slice, where the pass ends, and which stamps to read once more. */
export function pageArrived(pass: PassState, slice: Slice, page: ArrivedPage): PassState {
  if (slice.at !== undefined) {
    // A group larger than a page: the rest of it, as far as offsets among equals can find it.
    const counted = page.totalRecords !== null && slice.skip + page.records < page.totalRecords;
    const more = page.records > 0 && (counted || promisesMore(pass, page));
    return more ? { ...pass, pending: [...pass.pending, furtherAmongEquals(slice, page)] } : pass;
  }
  const end = slice.skip + page.records;
  const disproved = isDisproved(pass, slice, page);
  const total = disproved ? Math.max(pass.total ?? 0, end) : (page.totalRecords ?? pass.total);
  const onward = total !== null && end >= total && promisesMore(pass, page) && goesForward(pass, slice, page);
  const remaining = remainderOf(slice, page, total);
  const capped = page.records > 0 && (remaining !== null || onward);
  const top = Math.min(pass.top, page.top, capped ? page.records : page.top);
  const merged = addStretch(pass.stretches, {
    start: slice.skip,
    end,
    first: page.firstStart,
    last: page.lastStart,
  });
  return {
    ...pass,
    top,
    total,
    moved:
      pass.moved || (page.totalRecords !== null && pass.total !== null && page.totalRecords !== pass.total),
    ...(disproved && { disproved }),
    ...(page.beyond && pass.to !== undefined && { beyond: (pass.beyond ?? 0) + page.beyond }),
    next: nextStart(pass, slice, page, total),
    pending: [
      ...pass.pending,
      ...(remaining ? [remaining] : []),
      ...(onward ? [{ skip: end, top, ...inPlaceOf(slice, page) }] : []),
      ...merged.ties
        .filter((at) => pass.to === undefined || Date.parse(at) < pass.to)
        .map((at) => ({ skip: 0, top: largestPage, at })),
    ],
    stretches: merged.stretches,
  };
}

/** True when nothing is left to ask for, provided that no slice is still under way. */
export function isRead(pass: PassState): boolean {
  return pass.started && pass.next === null && pass.pending.length === 0;
}

/**
 * The rows that a pass showed, those beyond its window included; null when what it holds cannot be said, as the source
 * gives no total, or one that is none.
 */
export function rowsOf(pass: PassState): number | null {
  if (pass.disproved) return null;
  return pass.total ?? (pass.stretches.length === 0 ? 0 : null);
}

/** A full page, or a link, promises another page; rows beyond the window say that nothing of it follows. */
function promisesMore(pass: PassState, page: ArrivedPage): boolean {
  if (pass.to === undefined || page.beyond) return false;
  return page.records > 0 && (pass.toEmpty === true || page.records === page.top || page.hasNext === true);
}

/** An answer with more rows than its own total, or one before, proves that these totals are none. */
function isDisproved(pass: PassState, slice: Slice, page: ArrivedPage): boolean {
  if (pass.to === undefined) return false;
  if (pass.disproved) return true;
  if (page.totalRecords === null || page.records === 0 || !goesForward(pass, slice, page)) return false;
  return slice.skip + page.records > page.totalRecords;
}

/** A source that answers offsets beyond its end with rows from before would never end, and prove nothing. */
function goesForward({ stretches }: PassState, slice: Slice, { firstStart }: ArrivedPage): boolean {
  const last = stretches.find(({ end }) => end === slice.skip)?.last ?? null;
  return firstStart === null || last === null || firstStart >= last;
}

/** The slice behind a page of equal stamps. Past the total, nothing says that it is another than the one before. */
export function furtherAmongEquals<S extends Slice>(
  slice: S,
  { records, totalRecords }: Pick<ArrivedPage, 'records' | 'totalRecords'>,
): S {
  const skip = slice.skip + records;
  const counted = totalRecords !== null && skip < totalRecords;
  return { ...slice, skip, inPlace: counted ? 0 : (slice.inPlace ?? 0) + 1 };
}

function inPlaceOf({ inPlace = 0 }: Slice, { firstStart, lastStart }: ArrivedPage): Pick<Slice, 'inPlace'> {
  return firstStart !== null && firstStart === lastStart ? { inPlace: inPlace + 1 } : {};
}

function nextStart(pass: PassState, slice: Slice, page: ArrivedPage, total: number | null): number | null {
  if (total === null) {
    // The source does not say how many there are: go on, one page after the other, until one is empty.
    return page.records > 0 ? slice.skip + page.records : null;
  }
  // A list that grows while it is read shows in `moved`, and the window reads it again.
  return following(slice.skip === 0 ? slice.top : (pass.next ?? total), total);
}

function following(skip: number, total: number | null): number | null {
  return total === null || skip >= total ? null : skip;
}

function remainderOf(slice: Slice, page: ArrivedPage, total: number | null): Slice | null {
  if (page.records === 0 || page.records >= slice.top) return null;
  const end = slice.skip + page.records;
  const wanted = Math.min(slice.skip + slice.top, total ?? 0);
  return end < wanted ? { skip: end, top: wanted - end } : null;
}

/** Joins a stretch to its neighbours. Where the stamps on both sides of an edge are equal, the group is tied. */
function addStretch(
  stretches: readonly Stretch[],
  added: Stretch,
): { readonly stretches: readonly Stretch[]; readonly ties: readonly string[] } {
  if (added.end === added.start) return { stretches, ties: [] };
  const ties: string[] = [];
  let joined = added;
  const kept: Stretch[] = [];
  for (const other of stretches) {
    if (other.end === joined.start) {
      if (other.last !== null && other.last === joined.first) ties.push(other.last);
      joined = { start: other.start, end: joined.end, first: other.first, last: joined.last };
    } else if (joined.end === other.start) {
      if (joined.last !== null && joined.last === other.first) ties.push(joined.last);
      joined = { start: joined.start, end: other.end, first: joined.first, last: other.last };
    } else {
      kept.push(other);
    }
  }
  return { stretches: [...kept, joined], ties: [...new Set(ties)] };
}
