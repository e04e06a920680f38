import type { RecordedCall } from '../../store';
import type { TenantTuning } from '../tenants';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekMs = 7 * 24 * hourMs;
/** Failures of a call, one run after the other, after which it is not asked about again by itself: after 17 days. */
const failuresAtMost = 10;

/**
 * When a call whose recording is not there yet is queried again; null when it is too old for one to come. The more
 * queries before, the longer the pause: the quota is for calls that have something.
 */
export function nextLook(call: RecordedCall, tuning: TenantTuning, now: number): Date | null {
  if (now - call.startedAt.getTime() > tuning.recordingGiveUpHours * hourMs) return null;
  return new Date(now + pauseAfter(call.looks, tuning));
}

/**
 * When a call whose recording could not be fetched is asked about again; `undefined` when it is not. The pause doubles
 * from an hour to a week, whatever the error: one bad answer of a load balancer looks like one that stays bad, and once a
 * fault has passed, the call is asked about again within as long as the fault lasted.
 *
 * @param failures those before, in a row
 */
export function nextAfterFailure(failures: number, now: number): Date | undefined {
  if (failures + 1 >= failuresAtMost) return undefined;
  return new Date(now + Math.min(weekMs, hourMs * 2 ** failures));
}

function pauseAfter(looks: number, { recordingLookAfterMinutes: pauses }: TenantTuning): number {
  return (pauses[Math.min(looks, pauses.length - 1)] ?? 60) * minuteMs;
}
