import { type AnswerClocks, earliestClock } from '../cxone';

/** What a page says of the time. */
export interface TimedPage {
  readonly lastPollTime: string | null;
  readonly clock?: Date | null;
}

/** The clocks of an answer that has just come. */
export function clocksOf({ lastPollTime, clock }: TimedPage, now: () => number): AnswerClocks {
  return {
    lastPollTime: lastPollTime === null ? null : Date.parse(lastPollTime),
    date: clock?.getTime() ?? null,
    ours: now(),
  };
}

/** The clock that is to be gone by, in ISO 8601. */
export function clockOf(page: TimedPage, now: () => number): string {
  return new Date(earliestClock(clocksOf(page, now))).toISOString();
}
