import type { Refinement } from '../../activities/types';
import { type ArrivedPage, furtherAmongEquals, largestPage, type Slice } from './offset-paging';

/**
 * The arithmetic of reading one pass (one filter) of a window by update: page after page, each asking for what changed
 * since the last stamp of the page before (contract §2.9). A contact that changes in between moves behind all of these,
 * so that nothing slides under an offset: whatever still has a stamp of the window at the end was seen.
 *
 * Only a group of equal stamps larger than a page stands in the way, since CXone promises no order among equals from
 * one request to the next. Such a group is asked for in the largest page there is, above that in parts by finer
 * filters, and once more by offset for what no part shows. The count at the end shows whether that was all of it.
 *
 * A page that says it is the last may have been cut short by a cap of the source's, and its total with it. So seeking
 * goes on from its last stamp, as it does without a total; what ends it is a page too short to have been cut.
 *
 * Where the source rounds "since" down, whatever was updated between is such a group, too: seeking goes on from the
 * first later stamp that an offset shows.
 *
 * Pure and serialisable, like `offset-paging.ts`.
 */
export interface SeekState {
  readonly kind: 'seek';
  /** Rows per request. */
  readonly pageSize: number;
  /** End of the window: rows from here on are of a later one. */
  readonly to: string;
  /** The pass is of one media type already: its groups are not split by that. */
  readonly oneMediaType?: boolean;
  /** What to ask for next, the front of the queue first; empty while an answer is awaited or when all is read. */
  readonly pending: readonly SeekSlice[];
  readonly waiting: boolean;
  /** A page that is full, or links to another, is not the last, whatever its total; absent: begun before release 0.2.0. */
  readonly readsOn?: boolean;
  /**
   * A page that says it is the last has to prove it, unless it is so short that no source would have cut it short;
   * absent: begun when its total was enough.
   */
  readonly provesEnd?: boolean;
  /** Rows have shown that a total is none. */
  readonly disproved?: boolean;
}

/** Rows last updated at or after `since`. */
export interface SeekSlice extends Slice {
  readonly since: string;
  /** Part of a group of equal stamps: its filter, and how many of the dimensions it is split by already. */
  readonly part?: { readonly filter: Refinement; readonly depth: number };
  /** By offset through rows that "since" cannot separate; reading goes on from the first later stamp. */
  readonly onward?: boolean;
}

/** What came back for a slice by update. */
export interface SoughtPage extends Pick<ArrivedPage, 'records' | 'totalRecords' | 'hasNext'> {
  readonly lastUpdate?: string | null;
  /** Rows that were updated before `since`: the source rounds it down. */
  readonly hasOlder?: boolean;
  /** Rows asked for, where a time-out made it fewer than the slice says. */
  readonly top?: number;
}

export interface SeekOptions {
  /** The pass is of one media type already. */
  readonly oneMediaType?: boolean;
  readonly readsOn?: boolean;
  readonly provesEnd?: boolean;
}

/** No source serves fewer rows a page than this when it is asked for more. */
const leastCap = 25;

/** Filters that cut a group of equal stamps, coarse ones first (contract §2.1, §2.2: media types). */
const dimensions: readonly (readonly Refinement[])[] = [
  [1, 3, 4, 5, 6, 7, 8, 9].map((mediaTypeId) => ({ mediaTypeId })),
  [{ isLogged: true }, { isLogged: false }],
  [{ analyticsProcessed: true }, { analyticsProcessed: false }],
  [{ isRefused: true }, { isRefused: false }],
  [{ isTakeover: true }, { isTakeover: false }],
];

export function newSeek(
  pageSize: number,
  from: string,
  to: string,
  { oneMediaType = false, readsOn = false, provesEnd = false }: SeekOptions = {},
): SeekState {
  const pending = [{ since: from, skip: 0, top: pageSize }];
  const options = {
    ...(oneMediaType && { oneMediaType }),
    ...(readsOn && { readsOn }),
    ...(provesEnd && { provesEnd }),
  };
  return { kind: 'seek', pageSize, to, waiting: false, pending, ...options };
}

/** Takes the next slice to ask for; null while an answer is awaited, since the next question depends on it. */
export function takeSeek(state: SeekState): { readonly slice: SeekSlice | null; readonly pass: SeekState } {
  const [slice, ...pending] = state.pending;
  if (slice === undefined || state.waiting) return { slice: null, pass: state };
  return { slice, pass: { ...state, pending, waiting: true } };
}

/** Takes note of an answer and decides what to ask for next. */
export function seekArrived(state: SeekState, slice: SeekSlice, page: SoughtPage): SeekState {
  const next = slice.part
    ? afterPart(state, slice, slice.part, page)
    : slice.skip > 0
      ? restOfGroup(state, slice, page)
      : afterPage(state, slice, page);
  const { totalRecords, records } = page;
  const disproved =
    state.readsOn && totalRecords !== null && records > 0 && slice.skip + records > totalRecords;
  return { ...state, waiting: false, pending: [...next, ...state.pending], ...(disproved && { disproved }) };
}

/** True when nothing is left to ask for, provided that no slice is still under way. */
export function isSought(state: SeekState): boolean {
  return !state.waiting && state.pending.length === 0;
}

function afterPage(state: SeekState, slice: SeekSlice, page: SoughtPage): readonly SeekSlice[] {
  const { since } = slice;
  const { records, totalRecords, lastUpdate } = page;
  if (records === 0 || !lastUpdate || isLast(state, slice, page) || lastUpdate >= state.to) return [];
  if (lastUpdate > since) return [{ since: lastUpdate, skip: 0, top: state.pageSize }];
  const short = records < slice.top;
  // Without a total, a page that is not full is the end.
  const unsaid = totalRecords === null && short && !promisesMore(state, slice, page);
  if (unsaid && isUncut(state, page)) return [];
  if (slice.top < largestPage && records >= slice.top) return [{ since, skip: 0, top: largestPage }];
  const rest = { since, skip: records, top: largestPage };
  // Of more equal stamps there is no sign but a link, or none at all: offsets will do, which such a sign is about.
  const linked = unsaid || (totalRecords !== null && records >= totalRecords && short);
  return [
    ...(linked ? [] : partsOf(since, {}, state.oneMediaType ? 1 : 0)),
    ...(state.readsOn && page.hasOlder
      ? [{ ...rest, onward: true }]
      : [rest, { since: following(since), skip: 0, top: state.pageSize }]),
  ];
}

/** A part that shows a later stamp, or all it has, has shown its share of the group; another is split further. */
function afterPart(
  state: SeekState,
  slice: SeekSlice,
  { filter, depth }: { readonly filter: Refinement; readonly depth: number },
  page: SoughtPage,
): readonly SeekSlice[] {
  if (page.records === 0 || isLast(state, slice, page) || (page.lastUpdate ?? '') > slice.since) return [];
  if (depth < dimensions.length && slice.skip === 0) return partsOf(slice.since, filter, depth);
  return [furtherAmongEquals(slice, page)];
}

function restOfGroup(state: SeekState, slice: SeekSlice, page: SoughtPage): readonly SeekSlice[] {
  const last = page.lastUpdate ?? '';
  if (page.records === 0 || isLast(state, slice, page)) return [];
  if (last > slice.since) {
    return slice.onward && last < state.to ? [{ since: last, skip: 0, top: state.pageSize }] : [];
  }
  return [furtherAmongEquals(slice, page)];
}

function partsOf(since: string, filter: Refinement, depth: number): readonly SeekSlice[] {
  return (dimensions[depth] ?? []).map((finer) => ({
    since,
    skip: 0,
    top: largestPage,
    part: { filter: { ...filter, ...finer }, depth: depth + 1 },
  }));
}

/** The page says that it is the last, and a source that cuts pages short, and totals with them, would not have cut it. */
function isLast(state: SeekState, slice: SeekSlice, page: SoughtPage): boolean {
  return isUncut(state, page) && hasAll(state, slice, page);
}

function isUncut({ provesEnd }: SeekState, { records }: SoughtPage): boolean {
  return provesEnd !== true || records < leastCap;
}

/** By the total, unless the page itself promises another: a total may be capped, or count the page alone. */
function hasAll(state: SeekState, slice: SeekSlice, page: SoughtPage): boolean {
  const { records, totalRecords } = page;
  return totalRecords !== null && slice.skip + records >= totalRecords && !promisesMore(state, slice, page);
}

function promisesMore(
  { readsOn }: SeekState,
  slice: SeekSlice,
  { records, top, hasNext }: SoughtPage,
): boolean {
  return readsOn === true && records > 0 && (records === (top ?? slice.top) || hasNext === true);
}

/** The next moment that CXone distinguishes: stamps are compared in milliseconds. */
function following(stamp: string): string {
  return new Date(Date.parse(stamp) + 1).toISOString();
}
