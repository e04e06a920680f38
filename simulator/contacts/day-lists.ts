import { dayMs, dayOf } from '../data/calendar';
import type { Lru } from '../data/lru';
import { compileFilter, type ContactFilter, type ContactQuery } from './contact-query';
import type { ContactRows } from './contact-rows';
import { contactAt, type DayTable, type DayTables } from './day-table';
import { belowMillisecond } from './fine-stamps';
import type { Edits } from './mutations';
import { type OrderedList, orderByKey } from './ordered-list';
import { fieldReader } from './row-text';

export type KeyKind = 'start' | 'id' | 'update';

/** Matching rows in the order of a key. */
export interface DayList extends OrderedList {
  /** The list is right from the first moment (inclusive) to the second (exclusive), epoch ms. */
  readonly from: number;
  readonly until: number;
}

/** What is listed: the matching rows of some start days. */
export interface ListedDays {
  readonly kind: KeyKind;
  readonly days: readonly number[];
  /** Only rows whose last update lies in this UTC day; absent: all. */
  readonly keyDay?: number;
  readonly query: ContactQuery;
}

/** Lists rows, from memory where the list of before is still right at that moment. */
export type DayLists = (asked: ListedDays, now: number) => DayList;

interface Parts {
  readonly perDay: number;
  readonly tables: DayTables;
  readonly edits: Edits;
  readonly rows: ContactRows;
  readonly kept: Lru<DayList>;
}

export function createDayLists({ perDay, tables, edits, rows, kept }: Parts): DayLists {
  return (asked, now) => {
    const { kind, days, keyDay, query } = asked;
    const bounds = boundsOf(asked);
    const key = `${kind}|${keyDay ?? ''}|${days.join()}|${Object.values(bounds).join('|')}|${habitsOf(query)}|${JSON.stringify(query.filter)}|${edits.revision}`;
    return remembered(kept, key, now, () => {
      const { ids, keys, from, until } = collect(asked, bounds, { perDay, tables }, now);
      return { ...orderByKey(...withAddress(rows, { ids, keys }, query.filter, now)), from, until };
    });
  };
}

/** The list under a key, which is built where none of before is right at that moment. */
export function remembered(kept: Lru<DayList>, key: string, now: number, build: () => DayList): DayList {
  const known = kept.get(key);
  if (known !== undefined && known.from <= now && now < known.until) return known;
  const built = build();
  kept.set(key, built, built.ids.length + 100);
  return built;
}

/** Whether every start up to this one lies before the end. */
export function endsAfter({ startTo, exclusiveEnd, fine }: ContactQuery, last: number): boolean {
  return exclusiveEnd || fine ? startTo > last : startTo >= last;
}

/** What of a query, besides its times and filter, decides which rows it shows. */
export function habitsOf({ exclusiveEnd = false, fine = false, twiceEvery = 0 }: ContactQuery): string {
  return `${exclusiveEnd}|${fine}|${twiceEvery}`;
}

/** The last start that a day can have. */
export function lastStartOf(day: number): number {
  return (day + 1) * dayMs - 1;
}

interface Bounds {
  readonly startFrom: number;
  readonly startTo: number;
  readonly updatedFrom: number;
}

/** Bounds that do not cut into these days are left out, so that all windows share inner days. */
function boundsOf({ days, keyDay, query }: ListedDays): Bounds {
  const first = (days[0] ?? 0) * dayMs;
  return {
    startFrom: query.startFrom <= first ? -Infinity : query.startFrom,
    startTo: endsAfter(query, lastStartOf(days.at(-1) ?? 0)) ? Infinity : query.startTo,
    updatedFrom: query.updatedFrom <= (keyDay ?? days[0] ?? 0) * dayMs ? -Infinity : query.updatedFrom,
  };
}

interface Collected {
  readonly ids: number[];
  readonly keys: number[];
  from: number;
  until: number;
}

function collect(
  { kind, days, keyDay, query }: ListedDays,
  { startFrom, startTo, updatedFrom }: Bounds,
  { perDay, tables }: Pick<Parts, 'perDay' | 'tables'>,
  now: number,
): Collected {
  const { exclusiveEnd = false, fine = false, twiceEvery = 0 } = query;
  const test = compileFilter(query.filter);
  const found: Collected = { ids: [], keys: [], from: -Infinity, until: Infinity };
  for (const day of days) {
    const table = tables(day);
    for (let row = 0; row < table.length; row++) {
      const update = lastChange(table, row, now, found);
      if (update === null) continue;
      const id = contactAt(perDay, day, row);
      const start = (table.start[row] as number) + (fine ? belowMillisecond(id) : 0);
      const isLate = exclusiveEnd ? start >= startTo : start > startTo;
      if (start < startFrom || isLate || update < updatedFrom) continue;
      if (keyDay !== undefined && dayOf(update) !== keyDay) continue;
      if (!test(table, row, now)) continue;
      const key = kind === 'start' ? start : kind === 'id' ? id : update;
      const times = twiceEvery > 0 && id % twiceEvery === 0 ? 2 : 1;
      for (let time = 0; time < times; time++) {
        found.ids.push(id);
        found.keys.push(key);
      }
    }
  }
  return found;
}

const changes = ['visibleAt', 'acwAt', 'analyticsAt', 'correctedAt'] as const;

/**
 * When a row changed last, up to a moment; null while it is not visible. Narrows the time for which what was found is
 * right.
 */
function lastChange(table: DayTable, row: number, now: number, found: Collected): number | null {
  let last: number | null = null;
  for (const column of changes) {
    const change = table[column][row] as number;
    if (change > now) found.until = Math.min(found.until, change);
    else {
      found.from = Math.max(found.from, change);
      last = Math.max(last ?? -Infinity, change);
    }
    if (last === null) break;
  }
  return last;
}

/** Addresses stand in the rows alone. */
function withAddress(
  rows: ContactRows,
  { ids, keys }: Pick<Collected, 'ids' | 'keys'>,
  { fromAddress, toAddress }: ContactFilter,
  now: number,
): [readonly number[], readonly number[]] {
  if (fromAddress === undefined && toAddress === undefined) return [ids, keys];
  const readFrom = fieldReader('fromAddress');
  const readTo = fieldReader('toAddress');
  const matches = rows.read(ids, now).map((row) => {
    const text = row.toString();
    const isFrom = fromAddress === undefined || readFrom(text) === fromAddress;
    return isFrom && (toAddress === undefined || readTo(text) === toAddress);
  });
  return [ids.filter((_, i) => matches[i]), keys.filter((_, i) => matches[i])];
}
