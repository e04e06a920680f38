import type { PlaybackTally, QueryTally } from '../../store';
import { count } from './output';

/** A value of `recordedCalls` that would save playback queries. */
export interface CallsAdvice {
  readonly recordedCalls: 'logged' | 'listed';
  /** Queries of the span it would have saved. */
  readonly saves: number;
  readonly message: string;
}

/** What the playback queries of a tenant found, by whether the contacts call the call logged. */
export interface PlaybackReport {
  readonly days: number;
  readonly logged: QueryTally;
  readonly notLogged: QueryTally;
  /** Null where no setting would save much, or too little is known. */
  readonly advice: CallsAdvice | null;
}

/** The span that is judged by. */
export const tallyDays = 30;
/** Fewer queries of calls that were not logged are no evidence. */
const enoughQueries = 200;
const none: QueryTally = { queries: 0, found: 0 };

/** What the queries found, and which setting they speak for. */
export function playbackReport(
  tally: PlaybackTally | undefined,
  recordedCalls: 'all' | 'logged' | 'listed',
): PlaybackReport {
  const { logged, notLogged } = tally ?? { logged: none, notLogged: none };
  const advice = recordedCalls === 'all' ? advise(logged, notLogged) : null;
  return { days: tallyDays, logged, notLogged, advice };
}

/** What was found, as text; null while there was no query. */
export function playbackText({ days, logged, notLogged }: PlaybackReport): string | null {
  if (logged.queries + notLogged.queries === 0) return null;
  const found = (one: QueryTally): string => `${count(one.found)} of ${count(one.queries)}`;
  return `${found(notLogged)} queries of calls that were not logged found something in ${days} days, ${found(logged)} of logged calls`;
}

function advise(logged: QueryTally, notLogged: QueryTally): CallsAdvice | null {
  const { queries, found } = notLogged;
  const inVain = queries - found;
  if (queries < enoughQueries) return null;
  // `logged` gives up whatever a call that was not logged might have: only where none had anything, and logged ones have.
  if (found === 0 && logged.found > 0) {
    return adviceFor('logged', inVain, 'no call that was not logged had a recording');
  }
  if (found > 0 && inVain > queries / 2) {
    return adviceFor(
      'listed',
      inVain,
      'most calls that were not logged had none; Data Extraction says which have',
    );
  }
  return null;
}

function adviceFor(recordedCalls: CallsAdvice['recordedCalls'], saves: number, why: string): CallsAdvice {
  const message = `"recordedCalls": "${recordedCalls}" would have saved ${count(saves)} queries: ${why} (docs/recordings.md)`;
  return { recordedCalls, saves, message };
}
