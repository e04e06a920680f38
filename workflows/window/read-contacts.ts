import { condition, workflowInfo } from '@temporalio/workflow';
import type { FetchedPage, OpenWindow, RoundRef } from '../../activities/types';
import { api, store } from '../activity-proxies';
import { permanentFailure } from '../failures';
import {
  type AnySlice,
  describeSlice,
  requeue,
  isRead,
  isStuck,
  newPass,
  pageArrived,
  type PassState,
  requestOf,
  takeSlice,
  totalOf,
} from './pass-state';
import { isTooLarge } from './window-size';

/** One reading of a window, as far as it has come. Serialisable: it travels through continue-as-new. */
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

interface UnstoredPage {
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

/** What CXone said the window holds, summed over the passes; null until every pass has said it. */
export function expectedSoFar(round: Round): number | null {
  const totals = round.passes.map(totalOf);
  return totals.some((total) => total === null)
    ? null
    : totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
}

/**
 * Reads a round to its end, several pages in flight: while one page is stored, the next ones are fetched.
 *
 * A failure stops new requests at once but lets the pages under way reach the database, so that nothing fetched is
 * fetched again by the next run of this attempt.
 *
 * @returns `read`; `full` when the history asks for continue-as-new first; `large` when the window is to be split.
 * `onChange` has the last state.
 */
export async function readRound(
  window: OpenWindow,
  start: Round,
  onChange: (round: Round) => void,
): Promise<'read' | 'full' | 'large'> {
  let round = start;
  let underWay = 0;
  let large = false;
  let failure: { readonly error: unknown } | undefined;

  const change = (next: Round): void => {
    round = next;
    onChange(next);
  };
  const stopped = (): boolean => failure !== undefined || large || workflowInfo().continueAsNewSuggested;
  const finished = (): boolean => stopped() || (underWay === 0 && round.passes.every(isRead));

  const take = (): { readonly pass: number; readonly slice: AnySlice } | null => {
    for (const [index, state] of round.passes.entries()) {
      const { slice, pass } = takeSlice(state);
      if (slice === null) continue;
      change({ ...round, passes: round.passes.with(index, pass) });
      return { pass: index, slice };
    }
    return null;
  };

  const withPass = (pass: number, next: (state: PassState) => PassState): Round['passes'] =>
    round.passes.map((state, index) => (index === pass ? next(state) : state));

  const end = window.readsOn && window.by === 'start' ? { before: window.to } : {};
  const storePage = async (page: UnstoredPage): Promise<void> => {
    const { pageId, records, tied } = page;
    const outcome = await store.persistContacts.executeWithOptions(
      { summary: `page of ${records} contacts` },
      [{ tenant: window.tenant, pageId, recordings: window.recordings, ...end }],
    );
    change({
      ...round,
      unstored: round.unstored.filter((one) => one.pageId !== pageId),
      pages: round.pages + 1,
      contacts: round.contacts + (tied ? 0 : records),
      rejected: round.rejected + outcome.rejected,
    });
  };

  const readPage = async (pass: number, slice: AnySlice): Promise<void> => {
    let page: FetchedPage;
    try {
      if (isStuck(slice)) throw offsetsIgnored(window, slice);
      page = await fetchSlice(window, round.round, pass, slice);
      if (isAhead(window, page) && !window.endsAtClock) throw inFuture(window, page);
    } catch (error) {
      // The run that goes on from here asks for it again.
      change({ ...round, passes: withPass(pass, (state) => requeue(state, slice)) });
      throw error;
    }
    change({
      ...round,
      passes: withPass(pass, (state) => pageArrived(state, slice, page)),
      ...(isAhead(window, page) && { clock: earlier(round.clock, page.lastPollTime) }),
    });
    large ||= isTooLarge(window, round, slice);
    if (page.pageId === null) return;
    const records = page.records - (page.beyond ?? 0);
    const landed = { pageId: page.pageId, records, tied: 'at' in slice };
    change({ ...round, unstored: [...round.unstored, landed] });
    await storePage(landed);
  };

  const worker = async (): Promise<void> => {
    for (;;) {
      if (finished()) return;
      const next = take();
      if (next === null) {
        // Nothing to ask for until an answer under way shows what remains.
        const before = underWay;
        await condition(() => finished() || underWay < before || round.passes.some(hasWork));
        continue;
      }
      underWay += 1;
      try {
        await readPage(next.pass, next.slice);
      } catch (error) {
        failure ??= { error };
      } finally {
        underWay -= 1;
      }
    }
  };

  // What an earlier attempt has landed and could not store is stored before anything else is asked for.
  for (const page of start.unstored) await storePage(page);
  await Promise.all(Array.from({ length: window.pagesInFlight }, worker));
  if (failure) throw failure.error;
  if (large) return 'large';
  return round.passes.every(isRead) ? 'read' : 'full';
}

function hasWork(pass: PassState): boolean {
  return takeSlice(pass).slice !== null;
}

async function fetchSlice(
  window: OpenWindow,
  round: number,
  pass: number,
  slice: AnySlice,
): Promise<FetchedPage> {
  const ref: RoundRef = { tenant: window.tenant, windowId: window.windowId, attempt: window.attempt, round };
  const request = requestOf(window, window.passes[pass] ?? {}, slice);
  return api.fetchContactPage.executeWithOptions({ summary: describeSlice(window, pass, slice) }, [
    { ...ref, pass, ...request },
  ]);
}

/**
 * Where the window ends in truth: at the earliest clock that its pages showed, as changes after that are not among them.
 * At least a millisecond is left of it.
 */
export function endOf(window: OpenWindow, { clock }: Round): string {
  if (clock === undefined || Date.parse(clock) >= Date.parse(window.to)) return window.to;
  return new Date(Math.max(Date.parse(clock), Date.parse(window.from) + 1)).toISOString();
}

/**
 * Contacts that start, or change, after this moment would never be read by this window, so its end must lie in the past
 * by the clock that the activity goes by; by the run's own where an earlier release did not say.
 */
function isAhead(window: OpenWindow, page: FetchedPage): boolean {
  return Date.parse(window.to) > Date.parse(page.lastPollTime ?? new Date().toISOString());
}

function earlier(one: string | undefined, other: string | null): string {
  const clock = other ?? new Date().toISOString();
  return one !== undefined && Date.parse(one) <= Date.parse(clock) ? one : clock;
}

function offsetsIgnored(window: OpenWindow, slice: AnySlice): Error {
  const stamp = 'since' in slice ? slice.since : (slice.at ?? window.from);
  return permanentFailure({
    code: 'OffsetsIgnored',
    message:
      `CXone shows contacts of ${stamp} on page after page and comes to no end, though its total is read: it seems to ` +
      'ignore the parameter "skip". Which contacts it has not shown cannot be known.',
    remedy:
      'Ask NICE whether "skip" of GET /contacts/completed works among contacts of one stamp, then resume: the window is ' +
      'read again. What was shown so far is stored.',
  });
}

function inFuture(window: OpenWindow, page: FetchedPage): Error {
  return permanentFailure({
    code: 'WindowInFuture',
    message: `"to" ${window.to} lies in the future: CXone’s clock says ${page.lastPollTime ?? new Date().toISOString()}.`,
    remedy: 'Start a window that ends in the past.',
  });
}
