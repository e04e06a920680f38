import { condition, workflowInfo } from '@temporalio/workflow';
import type { FetchedPage, OpenWindow } from '../../activities/types';
import { api, store } from '../activity-proxies';
import { permanentFailure } from '../failures';
import { type AnySlice, describeSlice, isStuck, requestOf } from './pass-state';
import * as rounds from './round-state';
import { refOf } from './window-ref';
import { isTooLarge } from './window-size';

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
  start: rounds.Round,
  onChange: (round: rounds.Round) => void,
): Promise<'read' | 'full' | 'large'> {
  let round = start;
  let underWay = 0;
  let large = false;
  let failure: { readonly error: unknown } | undefined;

  const change = (next: rounds.Round): void => {
    round = next;
    onChange(next);
  };
  const stopped = (): boolean => failure !== undefined || large || workflowInfo().continueAsNewSuggested;
  const finished = (): boolean => stopped() || (underWay === 0 && rounds.isRoundRead(round));

  const storePage = async (page: rounds.UnstoredPage): Promise<void> => {
    const { rejected } = await persistPage(window, page);
    change(rounds.pageStored(round, page, rejected));
  };

  const readPage = async (next: rounds.PassSlice): Promise<void> => {
    let page: FetchedPage;
    try {
      if (isStuck(next.slice)) throw offsetsIgnored(window, next.slice);
      page = await fetchSlice(window, round.round, next);
      if (isAhead(window, page) && !window.endsAtClock) throw inFuture(window, page);
    } catch (error) {
      change(rounds.putBack(round, next));
      throw error;
    }
    change(rounds.pageFetched(round, next, page, isAhead(window, page) ? clockOf(page) : undefined));
    large ||= isTooLarge(window, round, next.slice);
    const landed = round.unstored.find(({ pageId }) => pageId === page.pageId);
    if (landed) await storePage(landed);
  };

  const worker = async (): Promise<void> => {
    for (;;) {
      if (finished()) return;
      const next = rounds.takeNext(round);
      if (next === null) {
        // Nothing to ask for until an answer under way shows what remains.
        const before = underWay;
        await condition(() => finished() || underWay < before || rounds.takeNext(round) !== null);
        continue;
      }
      change(next.round);
      underWay += 1;
      try {
        await readPage(next);
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
  return rounds.isRoundRead(round) ? 'read' : 'full';
}

function persistPage(
  { tenant, recordings, readsOn, by, to }: OpenWindow,
  { pageId, records }: rounds.UnstoredPage,
): ReturnType<typeof store.persistContacts> {
  return store.persistContacts.executeWithOptions({ summary: `page of ${records} contacts` }, [
    { tenant, pageId, recordings, ...(readsOn && by === 'start' && { before: to }) },
  ]);
}

async function fetchSlice(
  window: OpenWindow,
  round: number,
  { pass, slice }: rounds.PassSlice,
): Promise<FetchedPage> {
  const request = requestOf(window, window.passes[pass] ?? {}, slice);
  return api.fetchContactPage.executeWithOptions({ summary: describeSlice(window, pass, slice) }, [
    { ...refOf(window), round, pass, ...request },
  ]);
}

/**
 * Contacts that start, or change, after this moment would never be read by this window, so its end must lie in the past
 * by the clock that the activity goes by.
 */
function isAhead(window: OpenWindow, page: FetchedPage): boolean {
  return Date.parse(window.to) > Date.parse(clockOf(page));
}

/** The source's clock; the run's own where an earlier release did not say. */
function clockOf({ lastPollTime }: FetchedPage): string {
  return lastPollTime ?? new Date().toISOString();
}

function offsetsIgnored(window: OpenWindow, slice: AnySlice): Error {
  const stamp = 'since' in slice ? slice.since : (slice.at ?? window.from);
  return permanentFailure({
    code: 'OffsetsIgnored',
    message:
      `CXone shows contacts of ${stamp} on page after page and comes to no end, though its total is read: it seems to ` +
      'ignore the parameter "skip". Which contacts it has not shown cannot be known.',
  });
}

function inFuture(window: OpenWindow, page: FetchedPage): Error {
  return permanentFailure({
    code: 'WindowInFuture',
    message: `"to" ${window.to} lies in the future: CXone’s clock says ${clockOf(page)}.`,
  });
}
