const pattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(?:Z|([+-])(\d\d):?(\d\d)?)?)?$/i;

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * A timestamp as PostgreSQL will surely read it: ISO 8601 with `Z`, at most microseconds. Without a zone it is UTC
 * (contract §2.8); an offset is converted. Null for everything else, such as the 30th of February.
 */
export function normaliseTimestamp(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 40) return null;
  // What CXone nearly always sends, recognised without the general pattern: this runs several times per contact.
  if (isUsual(value)) return value;
  return fromPattern(value.trim());
}

/** `2016-09-13T16:29:31Z` or `2016-09-13T16:29:31.443Z`, on a day that every month has. */
function isUsual(text: string): boolean {
  if (text.length !== 24 && text.length !== 20) return false;
  for (let index = 0; index < 19; index += 1) {
    const code = text.charCodeAt(index);
    if (index === 4 || index === 7) {
      if (code !== 45) return false;
    } else if (index === 13 || index === 16) {
      if (code !== 58) return false;
    } else if (index === 10) {
      if (code !== 84) return false;
    } else if (code < 48 || code > 57) return false;
  }
  if (text.length === 24) {
    if (text.charCodeAt(19) !== 46) return false;
    for (let index = 20; index < 23; index += 1) {
      const code = text.charCodeAt(index);
      if (code < 48 || code > 57) return false;
    }
  }
  if (text.charCodeAt(text.length - 1) !== 90) return false;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  return (
    year > 0 &&
    month > 0 &&
    month < 13 &&
    day > 0 &&
    day < 29 &&
    two(text, 11) < 24 &&
    two(text, 14) < 60 &&
    two(text, 17) < 60
  );
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

function fromPattern(text: string): string | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const days = month === 2 && !isLeapYear(year) ? 28 : (daysOfMonth[month - 1] ?? 0);
  if (year < 1 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return null;
  if (part(9) > 15 || part(10) > 59) return null;

  const offset = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offset, second);
  const seconds = date.toISOString().slice(0, -5);
  if (seconds.length !== 19 || seconds.startsWith('0000')) return null;
  const fraction = (match[7] ?? '').slice(0, 6);
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
