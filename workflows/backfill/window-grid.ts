/** A stretch of time as it is cut: epoch ms, `from` inclusive, `to` exclusive, windows of `windowMs`. */
export interface CutRange {
  readonly from: number;
  readonly to: number;
  readonly windowMs: number;
}

/** Epoch ms; half-open. */
export interface CutWindow {
  readonly from: number;
  readonly to: number;
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A window is a person's unit of work: shorter ones are mostly overhead, longer ones hide how far the work is. */
const shortest = 2 * unitMs.m;
const longest = 31 * unitMs.d;

/**
 * Reads the length of a window: `1d`, `6h`, `30m`.
 *
 * @returns ms, or what is wrong with the text.
 */
export function readWindowLength(text: string): number | string {
  const parts = /^(\d{1,5})([dhm])$/.exec(text);
  const shown = text.length > 20 ? `${text.slice(0, 20)}…` : text;
  if (!parts) return `"${shown}" is not a length such as "1d", "6h" or "30m" (days, hours, minutes)`;
  const ms = Number(parts[1]) * unitMs[parts[2] as keyof typeof unitMs];
  if (ms < shortest || ms > longest) return `"${shown}" is out of bounds: windows last from "2m" to "31d"`;
  return ms;
}

/**
 * How many windows a range is cut into. The cuts lie on multiples of the length since 1970 UTC, so that backfills that
 * overlap share their windows, and what one has done the other skips; the first and the last window may be shorter.
 */
export function countWindows({ from, to, windowMs }: CutRange): number {
  return Math.ceil(to / windowMs) - Math.floor(from / windowMs);
}

/** The window of that number, from 0 on. */
export function windowAt({ from, to, windowMs }: CutRange, index: number): CutWindow {
  const start = (Math.floor(from / windowMs) + index) * windowMs;
  return { from: Math.max(from, start), to: Math.min(to, start + windowMs) };
}

/** The number of a window of the range; null when it is none of its. */
export function indexOfWindow(range: CutRange, window: CutWindow): number | null {
  const index = Math.floor(window.from / range.windowMs) - Math.floor(range.from / range.windowMs);
  if (!(index >= 0 && index < countWindows(range))) return null;
  const own = windowAt(range, index);
  return own.from === window.from && own.to === window.to ? index : null;
}
