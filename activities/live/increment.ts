import type { Increment } from './types';

/** What the next reading of changes follows from. */
export interface IncrementFacts {
  /** How far changes are stored, by CXone's clock. */
  readonly mark: Date;
  /** CXone's clock now. */
  readonly clock: Date;
  /** Changes may show this much later than their stamps say. */
  readonly overlapMinutes: number;
  /** CXone reports no changes that lie further back. */
  readonly lookBackDays: number;
  /** Days that are read again by start every night, as a contact may change for that long after its start; 0: none are. */
  readonly rereadDays: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A contact changes for this number of days after its start, also at a tenant that reads nothing again at night. */
export const changesForDays = (rereadDays: number): number => Math.max(rereadDays, 3);

/**
 * What changed since the watermark, less an overlap for changes that CXone showed late; up to CXone's own clock. What
 * lies further back than CXone reports changes becomes a gap, to be read by start: a contact changes for days after it
 * started, hence from that number of days earlier.
 */
export function incrementOf(facts: IncrementFacts): Pick<Increment, 'from' | 'to' | 'gap'> {
  const end = facts.clock.getTime();
  const to = facts.clock.toISOString();
  const wanted = facts.mark.getTime() - facts.overlapMinutes * minuteMs;
  const reach = end - facts.lookBackDays * dayMs;
  if (wanted >= reach) return { from: iso(Math.min(wanted, end - 1)), to, gap: null };
  // A day within reach is read by update too, so that the two readings overlap.
  const changesForMs = changesForDays(facts.rereadDays) * dayMs;
  return { from: iso(reach + dayMs), to, gap: { from: iso(wanted - changesForMs), to } };
}

const iso = (time: number): string => new Date(time).toISOString();
