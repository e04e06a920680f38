/**
 * Contact ids carry their day and number: `100_000_000_000 + day × 10_000_000 + number`, twelve digits until the
 * year 2216. A query by id therefore needs no index, whatever the number of contacts.
 */

const idOffset = 100_000_000_000;
const perDay = 10_000_000;

/** Numbers from here on belong to rows that the `insertLate` fault adds to a day. */
export const firstLateNumber = 9_000_000;

/** The id of contact `number` (0-based) of a UTC day. */
export function contactIdOf(day: number, number: number): number {
  return idOffset + day * perDay + number;
}

/** The UTC day that an id belongs to. */
export function dayOfContact(contactId: number): number {
  return Math.floor((contactId - idOffset) / perDay);
}

/** The number of a contact within its day. */
export function numberOfContact(contactId: number): number {
  return (contactId - idOffset) % perDay;
}

/** True for an integer that could be one of our ids (days 0 to 89,999). */
export function isContactId(value: number): boolean {
  return Number.isSafeInteger(value) && value >= idOffset && value < 1_000_000_000_000;
}
