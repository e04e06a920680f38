/** The clocks of one answer, in epoch ms; null where the answer does not say. */
export interface AnswerClocks {
  /** CXone's own word in the body (contract §2.9). */
  readonly lastPollTime: number | null;
  /** The header of HTTP, in whole seconds. */
  readonly date: number | null;
  /** Ours, when the answer came. */
  readonly ours: number;
}

/** Which clock is far from the others, and by how much; negative: behind them. */
export interface ClockFinding {
  readonly clock: 'lastPollTime' | 'date' | 'ours';
  readonly offByMs: number;
}

const minuteMs = 60_000;
/** CXone's clock is believed to be so far ahead of ours, and no further: rows would be lost by one that is wrong. */
const aheadAtMostMs = 15 * minuteMs;
/** Clocks that are further apart are not those of machines that set them by the network. */
const implausibleMs = 5 * minuteMs;
/** The header cuts its second. */
const secondMs = 1_000;

/**
 * The clock to go by: the earliest of `lastPollTime`, the `Date` header and our own plus 15 minutes. Only a clock that
 * runs ahead loses rows, since what changes until it comes true is never read; one that is behind costs a lag.
 *
 * @returns epoch ms; our own clock where the answer says nothing
 */
export function earliestClock({ lastPollTime, date, ours }: AnswerClocks): number {
  if (lastPollTime === null && date === null) return ours;
  return Math.min(
    lastPollTime ?? Number.POSITIVE_INFINITY,
    date === null ? Number.POSITIVE_INFINITY : date + secondMs,
    ours + aheadAtMostMs,
  );
}

/**
 * The clock that differs from the others by more than 5 minutes; null when none does. Of three it is the one furthest
 * from the one in the middle; of two, CXone's is named, for want of a third to decide.
 */
export function implausibleClock({ lastPollTime, date, ours }: AnswerClocks): ClockFinding | null {
  const clocks = [
    { clock: 'lastPollTime' as const, at: lastPollTime },
    { clock: 'date' as const, at: date },
    { clock: 'ours' as const, at: ours },
  ].flatMap(({ clock, at }) => (at === null ? [] : [{ clock, at }]));
  const inOrder = clocks.toSorted((a, b) => a.at - b.at);
  const measure = clocks.length === 3 ? (inOrder[1]?.at ?? ours) : ours;
  const [worst] = clocks
    .map(({ clock, at }) => ({ clock, offByMs: at - measure }))
    .toSorted((a, b) => Math.abs(b.offByMs) - Math.abs(a.offByMs));
  return worst !== undefined && Math.abs(worst.offByMs) > implausibleMs ? worst : null;
}
