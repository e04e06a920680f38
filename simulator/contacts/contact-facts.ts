import { dayMs } from '../data/calendar';

/** A moment that never comes. */
export const never = Infinity;

/** No fact of a contact changes later than this after its start; what is older than that is settled for good. */
export const latestChange = 2 * dayMs;

/** Everything about one contact leg, independent of what time it is. Times in epoch ms, durations in ms. */
export interface ContactFacts {
  readonly contactId: number;
  readonly masterContactId: number;
  /** 0 for the first leg of an interaction, 1 for the one it was transferred to, … */
  readonly leg: number;
  readonly start: number;
  readonly end: number;
  /** When the warehouse has it: the row is invisible before. */
  readonly visibleAt: number;
  /** When after-call work, disposition and notes are written; `never` without an agent. */
  readonly acwAt: number;
  /** When analytics marks it: batches of a quarter of an hour, so that many rows share one stamp. */
  readonly analyticsAt: number;
  /** When it is corrected afterwards. */
  readonly correctedAt: number;
  /** Indices into the catalogue; `agent` is −1 when no one answered, `subType` −1 when there is none. */
  readonly media: number;
  readonly subType: number;
  readonly skill: number;
  readonly agent: number;
  readonly isOutbound: boolean;
  /** Whether the call has a recording; `isLogged` says so only where the recorder is the one that logs. */
  readonly isRecorded: boolean;
  readonly isLogged: boolean;
  readonly isRefused: boolean;
  readonly isTakeover: boolean;
  readonly abandoned: boolean;
  readonly preQueue: number;
  readonly inQueue: number;
  readonly talk: number;
  readonly hold: number;
  readonly holdCount: number;
  readonly acw: number;
  readonly conference: number;
  /** A fraction in [0, 1) for details that need no fact of their own. */
  readonly roll: number;
  /** Number of the customer, 0 to 9,999. */
  readonly customer: number;
}

/** `lastUpdateTime` of a visible row at a given moment: the latest thing that has happened to it. */
export function lastUpdateOf(facts: ContactFacts, now: number): number {
  let latest = facts.visibleAt;
  if (facts.acwAt <= now && facts.acwAt > latest) latest = facts.acwAt;
  if (facts.analyticsAt <= now && facts.analyticsAt > latest) latest = facts.analyticsAt;
  if (facts.correctedAt <= now && facts.correctedAt > latest) latest = facts.correctedAt;
  return latest;
}
