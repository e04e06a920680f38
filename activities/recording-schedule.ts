import type { RecordedCall } from '../store';
import type { TenantTuning } from './tenants';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Failures of a call, one run after the other, after which only a person has it tried again. */
const failuresAtMost = 10;
/** What does not pass by itself is tried again all the same, in case a person has mended it. */
const rarelyMs = 7 * 24 * hourMs;

/**
 * When a call whose recording is not there yet is looked up again; null when it is too old for one to come. The more
 * look-ups before, the longer the pause: the quota is for calls that have something.
 */
export function nextLook(call: RecordedCall, tuning: TenantTuning, now: number): Date | null {
  if (now - call.startedAt.getTime() > tuning.recordingGiveUpHours * hourMs) return null;
  return new Date(now + pauseAfter(call.looks, tuning));
}

/** When a call is tried again whose recording could not be fetched; `undefined` when it is not. */
export function nextTry(
  { looks }: Pick<RecordedCall, 'looks'>,
  tuning: TenantTuning,
  now: number,
  passing: boolean,
): Date | undefined {
  if (looks + 1 >= failuresAtMost) return undefined;
  return new Date(now + (passing ? Math.max(hourMs, pauseAfter(looks, tuning)) : rarelyMs));
}

function pauseAfter(looks: number, { recordingLookAfterMinutes: pauses }: TenantTuning): number {
  return (pauses[Math.min(looks, pauses.length - 1)] ?? 60) * minuteMs;
}
