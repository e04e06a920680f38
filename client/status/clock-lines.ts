import { type AnswerClocks, implausibleClock } from '../../cxone';
import type { ClockState } from '../../store';
import { stamp } from '../../workflows/ids';
import { clockText } from '../command/clock-text';

/** Clocks that differ by more than 5 minutes, as the live sync saw them when it last asked for the time. */
export interface ClockLine {
  readonly code: 'ClockImplausible';
  readonly clock: 'lastPollTime' | 'date' | 'ours';
  /** How far it is ahead of the others; negative: behind them. */
  readonly offBySeconds: number;
  readonly message: string;
}

/** A watermark that a wrong clock had set into the future, and that went back. Instants are ISO 8601 in UTC. */
export interface SetBackLine {
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

export interface ClockStatus {
  readonly clock: ClockLine | null;
  readonly setBack: SetBackLine | null;
}

/** A watermark is ahead of the database's clock by more than two clocks may differ. */
export const aheadAtMostSeconds = 60;

export function clockStatus(state: ClockState | undefined): ClockStatus {
  const { reading = null, setBack = null } = state ?? {};
  const finding = reading === null ? null : implausibleClock(clocksOf(reading));
  return {
    clock: finding && {
      code: 'ClockImplausible',
      clock: finding.clock,
      offBySeconds: Math.round(finding.offByMs / 1_000),
      message: clockText(finding),
    },
    setBack: setBack && { from: stamp(setBack.from), to: stamp(setBack.to), at: stamp(setBack.at) },
  };
}

function clocksOf({ lastPollTime, dateHeader, ownClock }: NonNullable<ClockState['reading']>): AnswerClocks {
  return {
    lastPollTime: lastPollTime?.getTime() ?? null,
    date: dateHeader?.getTime() ?? null,
    ours: ownClock.getTime(),
  };
}
