import type { ContactFacts } from './contact-facts';
import { firstLateNumber, contactIdOf, dayOfContact } from './contact-id';
import { dayOf } from '../data/calendar';

/**
 * What happened to the data since the simulator started: rows that faults added, took away or touched. Without
 * edits the data are a pure function of the seed. `revision` moves with every edit, so caches know they are stale.
 */
export type Edits = ReturnType<typeof createEdits>;

export function createEdits() {
  const late = new Map<number, { readonly start: number; readonly at: number }>();
  const removed = new Set<number>();
  const touched = new Map<number, number>();
  const lateOfDay = new Map<number, number>();
  const days = new Set<number>();
  const updateDays = new Set<number>();
  let revision = 0;
  const lateCount = (day: number): number => lateOfDay.get(day) ?? 0;
  const changed = (day: number): void => {
    days.add(day);
    revision++;
  };
  return {
    get revision(): number {
      return revision;
    },

    /** UTC days whose rows differ from what the seed says. */
    get days(): ReadonlySet<number> {
      return days;
    },

    /** UTC days on which a row was added or touched. */
    get updateDays(): ReadonlySet<number> {
      return updateDays;
    },

    /** Adds a row that starts at `start` (epoch ms) and becomes visible at `at`; returns its contact id. */
    insert(start: number, at: number): number {
      const day = dayOf(start);
      const number = lateCount(day);
      const contactId = contactIdOf(day, firstLateNumber + number);
      late.set(contactId, { start, at });
      lateOfDay.set(day, number + 1);
      updateDays.add(dayOf(at));
      changed(day);
      return contactId;
    },

    /** Takes a row away for good. */
    remove(contactId: number): void {
      removed.add(contactId);
      changed(dayOfContact(contactId));
    },

    /** Gives a row a new `lastUpdateTime` (epoch ms) and a corrected disposition. */
    touch(contactId: number, at: number): void {
      touched.set(contactId, at);
      updateDays.add(dayOf(at));
      changed(dayOfContact(contactId));
    },

    /** How many rows were added to a UTC day. */
    lateCount,

    /** Start (epoch ms) of an added row; `undefined` for any other. */
    lateStart(contactId: number): number | undefined {
      return late.get(contactId)?.start;
    },

    /** The facts of a row as they are after all edits. */
    apply(facts: ContactFacts): ContactFacts {
      const added = late.get(facts.contactId);
      const touchedAt = touched.get(facts.contactId);
      const isRemoved = removed.has(facts.contactId);
      if (added === undefined && touchedAt === undefined && !isRemoved) return facts;
      return {
        ...facts,
        ...(added && { visibleAt: added.at, acwAt: Infinity, analyticsAt: Infinity, correctedAt: Infinity }),
        ...(touchedAt !== undefined && { correctedAt: touchedAt }),
        ...(isRemoved && { visibleAt: Infinity }),
      };
    },
  };
}
