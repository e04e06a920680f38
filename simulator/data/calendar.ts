/** Days and stamps. All times are epoch milliseconds in UTC; a "day" is the number of whole UTC days since 1970. */

export const dayMs = 86_400_000;
export const hourMs = 3_600_000;
export const minuteMs = 60_000;

/** The UTC day that holds a time. */
export function dayOf(time: number): number {
  return Math.floor(time / dayMs);
}

/**
 * Writes epoch milliseconds as CXone does: UTC with a literal `Z`, the fraction only where there is one, so that
 * answers mix both forms (contract §2.8).
 */
export type StampWriter = (time: number) => string;

/** Makes a writer that remembers the texts of dates, seconds and fractions: twenty times as fast as `Date`. */
export function createStampWriter(): StampWriter {
  const dates = new Map<number, string>();
  const seconds = Array.from<string | undefined>({ length: 86_400 });
  const fractions = Array.from({ length: 1000 }, (_, ms) =>
    ms === 0 ? 'Z' : `.${String(ms).padStart(3, '0')}Z`,
  );
  return (time) => {
    const day = dayOf(time);
    let date = dates.get(day);
    if (date === undefined) {
      if (dates.size > 1000) dates.clear();
      date = new Date(day * dayMs).toISOString().slice(0, 11);
      dates.set(day, date);
    }
    const rest = time - day * dayMs;
    const second = Math.floor(rest / 1000);
    return date + (seconds[second] ??= clockText(second)) + (fractions[rest - second * 1000] as string);
  };
}

function clockText(second: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

const zuluStamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?Z$/i;

/** Reads an ISO 8601 date-time that ends in `Z`; `undefined` for anything else. */
export function readStamp(text: string): number | undefined {
  if (!zuluStamp.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

// In a query a plus sign that was not encoded arrives as a space.
const offsetStamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?)([+ -])(\d\d):?(\d\d)$/i;
const withoutZone = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?)?$/i;

/**
 * Reads a date of a query as CXone very probably does (contract §2.8, §11.4): `Z`, or an offset, which counts; a date
 * or date-time without a zone is UTC. `undefined` for anything else.
 */
export function readDate(text: string): number | undefined {
  const [, local, sign, hours, minutes] = offsetStamp.exec(text) ?? [];
  if (local !== undefined) {
    const behind = (Number(hours) * hourMs + Number(minutes) * minuteMs) * (sign === '-' ? -1 : 1);
    const time = readStamp(`${local}Z`);
    return time === undefined || Number(hours) > 14 || Number(minutes) > 59 ? undefined : time - behind;
  }
  if (!withoutZone.test(text)) return readStamp(text);
  return readStamp(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
}
