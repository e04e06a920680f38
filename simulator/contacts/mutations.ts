import type { ContactFacts } from './contact-facts';
import { FIRST_LATE_NUMBER, contactIdOf, dayOfContact } from './contact-id';
import { dayOf } from '../data/calendar';

/**
 * What happened to the data since the simulator started: rows that faults added, took away or touched. Without
 * edits the data are a pure function of the seed. `revision` moves with every edit, so caches know they are stale.
 */
export class Edits {
  readonly #late = new Map<number, { readonly start: number; readonly at: number }>();
  readonly #removed = new Set<number>();
  readonly #touched = new Map<number, number>();
  readonly #lateOfDay = new Map<number, number>();
  readonly #days = new Set<number>();
  readonly #updateDays = new Set<number>();
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  /** UTC days whose rows differ from what the seed says. */
  get days(): ReadonlySet<number> {
    return this.#days;
  }

  /** UTC days on which a row was added or touched. */
  get updateDays(): ReadonlySet<number> {
    return this.#updateDays;
  }

  /** Adds a row that starts at `start` (epoch ms) and becomes visible at `at`; returns its contact id. */
  insert(start: number, at: number): number {
    const day = dayOf(start);
    const number = this.lateCount(day);
    const contactId = contactIdOf(day, FIRST_LATE_NUMBER + number);
    this.#late.set(contactId, { start, at });
    this.#lateOfDay.set(day, number + 1);
    this.#updateDays.add(dayOf(at));
    this.#changed(day);
    return contactId;
  }

  /** Takes a row away for good. */
  remove(contactId: number): void {
    this.#removed.add(contactId);
    this.#changed(dayOfContact(contactId));
  }

  /** Gives a row a new `lastUpdateTime` (epoch ms) and a corrected disposition. */
  touch(contactId: number, at: number): void {
    this.#touched.set(contactId, at);
    this.#updateDays.add(dayOf(at));
    this.#changed(dayOfContact(contactId));
  }

  /** How many rows were added to a UTC day. */
  lateCount(day: number): number {
    return this.#lateOfDay.get(day) ?? 0;
  }

  /** Start (epoch ms) of an added row; `undefined` for any other. */
  lateStart(contactId: number): number | undefined {
    return this.#late.get(contactId)?.start;
  }

  /** The facts of a row as they are after all edits. */
  apply(facts: ContactFacts): ContactFacts {
    const late = this.#late.get(facts.contactId);
    const touched = this.#touched.get(facts.contactId);
    const removed = this.#removed.has(facts.contactId);
    if (late === undefined && touched === undefined && !removed) return facts;
    return {
      ...facts,
      ...(late && { visibleAt: late.at, acwAt: Infinity, analyticsAt: Infinity, correctedAt: Infinity }),
      ...(touched !== undefined && { correctedAt: touched }),
      ...(removed && { visibleAt: Infinity }),
    };
  }

  #changed(day: number): void {
    this.#days.add(day);
    this.#revision++;
  }
}
