import type { Counter } from './counters';
import { gridOf, type QuotaSize, slotAt } from './grid';

/** How a quota stands. */
export interface QuotaUse {
  readonly family: string;
  /** Absent where no number is known. */
  readonly size: QuotaSize | undefined;
  /** Requests sent in the last span that count against the quota; null where no number is known. */
  readonly used: number | null;
  /** The share of the full pace in use, 0 to 1: less than 1 after refusals of the server. */
  readonly share: number;
  /** When the full pace is reached again; null while it is in use. */
  readonly fullPaceAt: Date | null;
  /** Until when the server asked not to be asked; null when it did not. */
  readonly blockedUntil: Date | null;
}

/** Sums what was sent in the windows that a span ending at `now` touches. */
export function countUse(
  found: ReadonlyMap<string, Counter>,
  size: QuotaSize | undefined,
  keyOf: (window: number) => string,
  now: number,
): number | null {
  if (size === undefined) return null;
  const grid = gridOf(size);
  const last = slotAt(grid, now);
  let used = 0;
  for (let window = slotAt(grid, now - grid.spanMs); window <= last; window += 1) {
    used += Math.min(grid.perWindow, Math.max(0, found.get(keyOf(window))?.points ?? 0));
  }
  return Math.min(used, size.requests);
}

/** Families that are slowed or blocked, by the keys of a tenant's counters. */
export function familiesIn(found: ReadonlyMap<string, Counter>): readonly string[] {
  return [...found.keys()].flatMap((key) => {
    const [, family, kind] = key.split(':');
    return family !== undefined && (kind === 'slow' || kind === 'blocked') ? [family] : [];
  });
}
