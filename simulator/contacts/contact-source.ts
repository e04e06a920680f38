import { firstLateNumber, contactIdOf, dayOfContact, isContactId, numberOfContact } from './contact-id';
import { dayMs, hourMs, minuteMs } from '../data/calendar';
import { drawCall, drawLeg } from './draw-contact';
import type { Edits } from './mutations';
import type { ContactFacts } from './contact-facts';
import type { Settings } from '../options';
import { Dice, fraction, hash } from '../data/random';

/** Computes contacts on demand. */
export interface ContactSource {
  /** Rows that a day has by itself, without the late ones that a fault adds. */
  readonly perDay: number;
  /** The leg with that number (0-based, or a late one) of a UTC day, edits applied. */
  facts(day: number, number: number): ContactFacts;
  /** The leg with that id, or `undefined` when there is none. */
  find(contactId: number): ContactFacts | undefined;
  /** Number, within its day, of the first leg of the interaction that a leg belongs to. */
  masterNumber(day: number, number: number): number;
  /** How many legs the interaction has that starts with this leg. */
  legs(day: number, master: number): number;
}

// Share of a day's calls per hour, UTC: quiet nights, a peak before noon, a smaller one in the afternoon.
const hourlyWeights = [
  0.8, 0.6, 0.5, 0.5, 0.6, 1, 2, 4, 6.5, 8.5, 9, 8.5, 7.5, 7.8, 8, 7.5, 6.5, 5, 4, 3.2, 2.6, 2, 1.6, 1.1,
];
const hourlyTotal = hourlyWeights.reduce((sum, weight) => sum + weight, 0);
const legsAtMost = 4;
const followUpDraws = 1;
const masterDraws = 2;
const legDraws = 3;

/** Turns a fraction of the day's calls into milliseconds after midnight, busy hours being wider. */
function timeOfDay(share: number): number {
  let left = share * hourlyTotal;
  for (let hour = 0; hour < hourlyWeights.length; hour++) {
    const weight = hourlyWeights[hour] as number;
    if (left < weight) return Math.floor((hour + left / weight) * hourMs);
    left -= weight;
  }
  return dayMs - 1;
}

/** Creates the source of all contacts for a seed; `edits` are the changes that faults made. */
export function createContactSource(settings: Settings, edits: Edits): ContactSource {
  const { seed, contactsPerDay } = settings;

  // Legs of one interaction are neighbours within a group of four, so that no search is needed.
  const follows = (day: number, number: number): boolean =>
    number % legsAtMost !== 0 && number < firstLateNumber && fraction(seed, day, number, followUpDraws) < 0.2;

  const masterNumber = (day: number, number: number): number => {
    let master = number;
    while (follows(day, master)) master--;
    return master;
  };

  const legs = (day: number, master: number): number => {
    let count = 1;
    while (master + count < contactsPerDay && follows(day, master + count)) count++;
    return count;
  };

  const startOfMaster = (day: number, master: number): number => {
    const late = edits.lateStart(contactIdOf(day, master));
    if (late !== undefined) return late;
    const dice = new Dice(hash(seed, day, master, masterDraws, 1));
    const time = timeOfDay((master + dice.roll()) / contactsPerDay);
    // Dialler campaigns start many contacts at one stroke, and part of the sources know no milliseconds.
    if (dice.chance(0.08)) return day * dayMs + time - (time % (10 * minuteMs));
    return day * dayMs + (dice.chance(0.25) ? time - (time % 1000) : time);
  };

  const facts = (day: number, number: number): ContactFacts => {
    const master = masterNumber(day, number);
    const contactId = contactIdOf(day, number);
    const start =
      number === master
        ? startOfMaster(day, master)
        : Math.min(facts(day, number - 1).end, day * dayMs + dayMs - 1);

    const isFollowed = number + 1 < contactsPerDay && follows(day, number + 1);
    const call = drawCall(new Dice(hash(seed, day, master, masterDraws, 2)), settings);
    const leg = { contactId, masterContactId: contactIdOf(day, master), leg: number - master };
    const dice = new Dice(hash(seed, day, number, legDraws));
    return edits.apply(drawLeg(dice, call, { ...leg, start, isFollowed }, settings.agents));
  };

  const find = (contactId: number): ContactFacts | undefined => {
    if (!isContactId(contactId)) return undefined;
    const number = numberOfContact(contactId);
    const known = number < contactsPerDay || edits.lateStart(contactId) !== undefined;
    return known ? facts(dayOfContact(contactId), number) : undefined;
  };

  return { perDay: contactsPerDay, facts, find, masterNumber, legs };
}
