import type { FetchedPage, OpenWindow } from '../../activities/types';
import {
  type AnySlice,
  isRead,
  newPass,
  pageArrived,
  type PassState,
  requeue,
  takeSlice,
  totalOf,
} from './pass-state';

/** One reading of a window, as far as it has come. Pure and serialisable: it travels through continue-as-new. */
export interface Round {
  readonly round: number;
  readonly passes: readonly PassState[];
  readonly pages: number;
  readonly contacts: number;
  readonly rejected: number;
  /** Distinct contacts of the round before; null for the first. */
  readonly before: number | null;
  /** Lists are read until a page is empty, as an earlier round has ended too early. */
  readonly toEmpty?: boolean;
  /** The earliest clock that a page of a live window showed, where that is before the window's end. */
  readonly clock?: string;
  /** Pages that are landed and not stored yet. */
  readonly unstored: readonly UnstoredPage[];
}

export interface UnstoredPage {
  readonly pageId: string;
  readonly records: number;
  /** The page repeats rows that its neighbours have shown. */
  readonly tied: boolean;
}

/** What a round knows of those before it. */
export interface Known {
  readonly before?: number | null;
  readonly toEmpty?: boolean | undefined;
}

/** A slice of one of the passes, by the place of that. */
export interface PassSlice {
  readonly pass: number;
  readonly slice: AnySlice;
}

export function newRound(
  window: OpenWindow,
  round: number,
  { before = null, toEmpty = false }: Known = {},
): Round {
  return {
    before,
    ...(toEmpty && { toEmpty }),
    round,
    unstored: [],
    passes: window.passes.map((filter) => newPass(window, filter, toEmpty)),
    pages: 0,
    contacts: 0,
    rejected: 0,
  };
}

/** The next slice to ask for; null when there is none until an answer under way shows what remains. */
export function takeNext(round: Round): (PassSlice & { readonly round: Round }) | null {
  for (const [index, state] of round.passes.entries()) {
    const { slice, pass } = takeSlice(state);
    if (slice !== null) return { pass: index, slice, round: withPass(round, index, pass) };
  }
  return null;
}

/** A slice could not be fetched: the run that goes on from here asks for it again. */
export function putBack(round: Round, { pass, slice }: PassSlice): Round {
  return changed(round, pass, (state) => requeue(state, slice));
}

/**
 * A page was fetched.
 *
 * @param clock the source's, where that is before the window's end
 */
export function pageFetched(
  round: Round,
  { pass, slice }: PassSlice,
  page: FetchedPage,
  clock?: string,
): Round {
  const read = changed(round, pass, (state) => pageArrived(state, slice, page));
  return {
    ...read,
    ...(clock !== undefined && { clock: earlier(round.clock, clock) }),
    unstored: page.pageId === null ? round.unstored : [...round.unstored, landed(page.pageId, slice, page)],
  };
}

/** A landed page was stored, but for the records that were rejected. */
export function pageStored(round: Round, { pageId, records, tied }: UnstoredPage, rejected: number): Round {
  return {
    ...round,
    unstored: round.unstored.filter((one) => one.pageId !== pageId),
    pages: round.pages + 1,
    contacts: round.contacts + (tied ? 0 : records),
    rejected: round.rejected + rejected,
  };
}

/** True when nothing is left to ask for, provided that no slice is still under way. */
export function isRoundRead({ passes }: Round): boolean {
  return passes.every(isRead);
}

/** What CXone said the window holds, summed over the passes; null until every pass has said it. */
export function expectedSoFar(round: Round): number | null {
  const totals = round.passes.map(totalOf);
  return totals.some((total) => total === null)
    ? null
    : totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
}

/**
 * Where the window ends in truth: at the earliest clock that its pages showed, as changes after that are not among them.
 * At least a millisecond is left of it.
 */
export function endOf(window: OpenWindow, { clock }: Round): string {
  if (clock === undefined || Date.parse(clock) >= Date.parse(window.to)) return window.to;
  return new Date(Math.max(Date.parse(clock), Date.parse(window.from) + 1)).toISOString();
}

function landed(pageId: string, slice: AnySlice, { records, beyond = 0 }: FetchedPage): UnstoredPage {
  return { pageId, records: records - beyond, tied: 'at' in slice };
}

function changed(round: Round, pass: number, change: (state: PassState) => PassState): Round {
  const state = round.passes[pass];
  return state ? withPass(round, pass, change(state)) : round;
}

function withPass(round: Round, pass: number, state: PassState): Round {
  return { ...round, passes: round.passes.with(pass, state) };
}

function earlier(one: string | undefined, other: string): string {
  return one !== undefined && Date.parse(one) <= Date.parse(other) ? one : other;
}
