import type { CountResult, OpenWindow, TooManyRejected } from '../../activities/types';
import { api, store } from '../activity-proxies';
import { permanentFailure } from '../failures';
import { beyondOf, hasMoved, isDisproved, rowsOf, totalOf } from './pass-state';
import { endOf, type Known, type Round } from './round-state';
import { refOf } from './window-ref';

/** The contacts of a window, read for good by `round`; `absent` of those stored are gone from CXone. */
export interface VerifiedContacts {
  readonly round: number;
  readonly expected: number;
  readonly absent: number;
  /** The round held still, so that what it did not show is not there. */
  readonly steady: boolean;
  /** Where the window ended in truth, when that is before its end. */
  readonly to?: string;
  /** More of them were rejected than the tenant lets pass; absent when not. */
  readonly tooMany?: TooManyRejected;
}

/**
 * Counts again and decides whether the round holds what CXone holds.
 *
 * @returns what the next round has to know when the window must be read again: the source's count moved, ids are
 * missing, or a list goes on behind what was read of it.
 * @throws ApplicationFailure `CountMismatch` when ids are still missing after the last permitted re-read.
 */
export async function verifyCount(window: OpenWindow, round: Round): Promise<VerifiedContacts | Known> {
  const { passes, by, from } = window;
  const to = endOf(window, round);
  const read = window.readsOn && by === 'start' ? { read: round.passes.map(rowsOf) } : {};
  const counted = await api.countContacts.executeWithOptions({ summary: 'count again' }, [
    { ...refOf(window), passes, by, from, to, ...read },
  ]);
  const { fetched, tooMany } = await store.tallyRound({
    ...{ ...refOf(window), round: round.round },
    ...(to !== window.to && { readTo: to }),
  });
  const verdict = await lessDoubles(
    window,
    round,
    fetched,
    (by === 'update' ? byUpdate : byStart)(window, round, fetched, counted),
  );
  const last = round.round >= window.maxRereads;
  if (verdict.settled || (last && fetched >= verdict.expected)) {
    const { expected, steady } = verdict;
    const settled = { round: round.round, expected, absent: 0, steady, ...(tooMany && { tooMany }) };
    return { ...settled, ...(to !== window.to && { to }) };
  }
  if (!last) return { before: fetched, toEmpty: round.toEmpty === true || goesOn(round, counted) };
  throw permanentFailure({
    code: 'CountMismatch',
    message:
      `CXone counts ${verdict.expected} contacts for the window, but ${fetched} could be read in ` +
      `${round.round + 1} readings.`,
  });
}

interface Verdict {
  readonly expected: number;
  readonly steady: boolean;
  readonly settled: boolean;
  /** The source did not move while the round was read. */
  readonly still: boolean;
  /** There is no count to go by: `expected` says only whether another reading is wanted. */
  readonly byRounds?: boolean;
}

/**
 * A contact that the source lists twice is counted twice and there once: where rows are missing, those that show a
 * contact once more are taken off.
 */
async function lessDoubles(
  window: OpenWindow,
  round: Round,
  fetched: number,
  verdict: Verdict,
): Promise<Verdict> {
  const { by } = window;
  const to = endOf(window, round);
  if (!window.readsOn || verdict.expected <= fetched || verdict.byRounds) return verdict;
  const { doubles } = await store.countDoubles.executeWithOptions({ summary: 'are contacts listed twice?' }, [
    { ...refOf(window), round: round.round, by, to },
  ]);
  const expected = Math.max(fetched, verdict.expected - doubles);
  const settled = verdict.still && expected === fetched;
  return { ...verdict, expected, settled, steady: settled };
}

/** Where CXone does not say how many there are, two rounds that bring in as many settle it. */
function byStart(window: OpenWindow, round: Round, fetched: number, counted: CountResult): Verdict {
  const { totals } = counted;
  if (goesOn(round, counted)) return endedTooEarly(fetched);
  if (totals.includes(null)) return byRounds(window, round, fetched);
  // Rows beyond the window are counted by the source, and were left out.
  const expected = sumOf(totals) - sumOf(round.passes.map(beyondOf));
  const still = round.passes.every(
    (pass, index) => !hasMoved(pass) && (totalOf(pass) ?? 0) === totals[index],
  );
  const steady = still && fetched === expected;
  return { expected, steady, settled: steady, still };
}

/** Whether a list goes on behind its last row that was read; behind rows beyond the window there is nothing of it. */
function goesOn({ passes }: Round, { goOn = [] }: CountResult): boolean {
  return passes.some((pass, place) => goOn.includes(place) && beyondOf(pass) === 0);
}

/** At least one contact more is there, whatever the source counts. */
function endedTooEarly(fetched: number): Verdict {
  return { expected: fetched + 1, steady: false, settled: false, still: false, byRounds: true };
}

/**
 * Whatever seeking read is read for good, also when it changes afterwards and so leaves the window: only contacts that
 * are counted and were not read ask for another reading. All that was read has changed since the window's start: a source
 * that counts fewer does not count.
 */
function byUpdate(
  window: OpenWindow,
  round: Round,
  fetched: number,
  { totals, since }: CountResult,
): Verdict {
  const isNoCount = since !== undefined && since !== null && since < fetched;
  const disproved = window.readsOn === true && (isNoCount || round.passes.some(isDisproved));
  if (disproved || totals.includes(null)) return byRounds(window, round, fetched);
  const expected = sumOf(totals);
  return { expected, steady: fetched === expected, settled: fetched >= expected, still: true };
}

/** Without a count of CXone's, the last permitted round is taken as it is; only one like the round before is steady. */
function byRounds(window: OpenWindow, round: Round, fetched: number): Verdict {
  const steady = fetched === round.before && round.passes.every((pass) => !hasMoved(pass));
  const last = round.round >= window.maxRereads;
  return {
    expected: steady || last ? fetched : fetched + 1,
    steady,
    settled: steady,
    still: steady,
    byRounds: true,
  };
}

function sumOf(totals: readonly (number | null)[]): number {
  return totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
}
