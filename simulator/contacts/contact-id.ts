/**
 * Contact ids carry their day and number: `100_000_000_000 + day × 10_000_000 + number`, twelve digits until the
 * year 2216. A query by id therefore needs no index, whatever the number of contacts.
 */

const OFFSET = 100_000_000_000;
const PER_DAY = 10_000_000;

/** Numbers from here on belong to rows that the `insertLate` fault adds to a day. */
export const FIRST_LATE_NUMBER = 9_000_000;

/** The id of contact `number` (0-based) of a UTC day. */
export function contactIdOf(day: number, number: number): number {
  return OFFSET + day * PER_DAY + number;
}

/** The UTC day that an id belongs to. */
export function dayOfContact(contactId: number): number {
  return Math.floor((contactId - OFFSET) / PER_DAY);
}

/** The number of a contact within its day. */
export function numberOfContact(contactId: number): number {
  return (contactId - OFFSET) % PER_DAY;
}

/** True for an integer that could be one of our ids (days 0 to 89,999). */
export function isContactId(value: number): boolean {
  return Number.isSafeInteger(value) && value >= OFFSET && value < 1_000_000_000_000;
}
