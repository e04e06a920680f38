import type { OpenWindow } from '../../activities/types';
import { type AnySlice, type PassState, totalOf } from './pass-state';

/** No half is shorter: by then it is one moment's flood, and offsets serve as well as anything. */
const shortestHalfMs = 120_000;

/**
 * Where to split a window: in its middle.
 *
 * @returns null when its halves would be too short.
 */
export function middleOf(window: { readonly from: Date; readonly to: Date }): Date | null {
  const [from, to] = [window.from.getTime(), window.to.getTime()];
  return to - from < 2 * shortestHalfMs ? null : new Date(Math.floor((from + to) / 2));
}

/**
 * True when the answer to a pass's first slice shows that the window holds more than one run should read. Only then:
 * a window that grows while it is read is not restarted. It costs no request, as every answer has the total.
 */
export function isTooLarge(
  window: OpenWindow,
  round: { readonly round: number; readonly passes: readonly PassState[] },
  slice: AnySlice,
): boolean {
  if (window.maxContacts === undefined || round.round > 0 || slice.skip > 0 || 'at' in slice) return false;
  const known = round.passes.reduce((sum, pass) => sum + (totalOf(pass) ?? 0), 0);
  return known > window.maxContacts && middleOf(datesOf(window)) !== null;
}

function datesOf({ from, to }: OpenWindow): { readonly from: Date; readonly to: Date } {
  return { from: new Date(from), to: new Date(to) };
}
