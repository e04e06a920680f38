import { DAY, dayOf, readStamp } from '../data/calendar';
import type { ContactFilter, ContactQuery } from './contact-query';
import { compileFilter } from './contact-query';
import type { ContactRows } from './contact-rows';
import type { DayTables } from './day-table';
import { contactAt } from './day-table';
import type { Edits } from './mutations';
import { LATEST_CHANGE } from './contact-facts';
import { belowMillisecond } from './fine-stamps';
import { Lru } from '../data/lru';
import type { OrderedList, Segment } from './ordered-list';
import { orderByKey } from './ordered-list';
import { fieldReader } from './row-text';

/** The visible rows of a query: sorted segments, one per UTC day where the order allows it. */
export interface Selection {
  readonly total: number;
  readonly segments: readonly Segment[];
}

interface DaySegment extends Segment {
  readonly load: () => DayList;
}

/** Finds contacts. */
export interface ContactIndex {
  /**
   * The rows of a query that are visible at a moment.
   * @throws TooHeavy when millions of rows would have to be looked at one by one
   */
  select(query: ContactQuery, now: number): Selection;
}

/** A query that the real service would time out on (408). */
export class TooHeavy extends Error {
  override readonly name = 'TooHeavy';
}

type KeyKind = 'start' | 'id' | 'update';

interface DayList extends OrderedList {
  /** The list is right from the first moment (inclusive) to the second (exclusive), epoch ms. */
  readonly from: number;
  readonly until: number;
}

const ROWS_KEPT = 2_000_000;
const ROWS_AT_MOST = 10_000_000;
const LAST_DAY = 89_999;
const KINDS: Readonly<Record<string, KeyKind>> = {
  contactstartdate: 'start',
  contactstart: 'start',
  contactid: 'id',
  lastupdatetime: 'update',
};

/** Creates the index. It keeps the lists of recently asked days, two million rows at most. */
export function createContactIndex(
  perDay: number,
  tables: DayTables,
  edits: Edits,
  rows: ContactRows,
): ContactIndex {
  const kept = new Lru<DayList>(ROWS_KEPT);

  /** Lists the matching rows of some start days, by key; `keyDay` limits it to keys within that UTC day. */
  const list = (
    kind: KeyKind,
    days: readonly number[],
    keyDay: number | undefined,
    query: ContactQuery,
    now: number,
  ): DayList => {
    const first = (days[0] ?? 0) * DAY;
    const last = lastStartOf(days.at(-1) ?? 0);
    const { exclusiveEnd = false, fine = false, twiceEvery = 0 } = query;
    // Bounds that do not cut into these days stay out of the key, so that all windows share inner days.
    const startFrom = query.startFrom <= first ? -Infinity : query.startFrom;
    const startTo = endsAfter(query, last) ? Infinity : query.startTo;
    const updatedFrom = query.updatedFrom <= (keyDay ?? days[0] ?? 0) * DAY ? -Infinity : query.updatedFrom;
    const key = `${kind}|${keyDay ?? ''}|${days.join()}|${startFrom}|${startTo}|${updatedFrom}|${habitsOf(query)}|${JSON.stringify(query.filter)}|${edits.revision}`;
    const known = kept.get(key);
    if (known !== undefined && known.from <= now && now < known.until) return known;

    const test = compileFilter(query.filter);
    const ids: number[] = [];
    const keys: number[] = [];
    let from = -Infinity;
    let until = Infinity;
    for (const day of days) {
      const table = tables(day);
      for (let row = 0; row < table.length; row++) {
        let update = -Infinity;
        const see = (change: number): void => {
          if (change > now) until = Math.min(until, change);
          else {
            from = Math.max(from, change);
            update = Math.max(update, change);
          }
        };
        const visibleAt = table.visibleAt[row] as number;
        see(visibleAt);
        if (visibleAt > now) continue;
        see(table.acwAt[row] as number);
        see(table.analyticsAt[row] as number);
        see(table.correctedAt[row] as number);
        const id = contactAt(perDay, day, row);
        const start = (table.start[row] as number) + (fine ? belowMillisecond(id) : 0);
        const isLate = exclusiveEnd ? start >= startTo : start > startTo;
        if (start < startFrom || isLate || update < updatedFrom) continue;
        if (keyDay !== undefined && dayOf(update) !== keyDay) continue;
        if (!test(table, row, now)) continue;
        ids.push(id);
        keys.push(kind === 'start' ? start : kind === 'id' ? id : update);
        if (twiceEvery === 0 || id % twiceEvery !== 0) continue;
        ids.push(id);
        keys.push(keys.at(-1) as number);
      }
    }
    const sorted = orderByKey(...withAddress(ids, keys, query.filter, now));
    const built: DayList = { ...sorted, from, until };
    kept.set(key, built, built.ids.length + 100);
    return built;
  };

  const withAddress = (
    ids: readonly number[],
    keys: readonly number[],
    { fromAddress, toAddress }: ContactFilter,
    now: number,
  ): [readonly number[], readonly number[]] => {
    if (fromAddress === undefined && toAddress === undefined) return [ids, keys];
    const readFrom = fieldReader('fromAddress');
    const readTo = fieldReader('toAddress');
    const matches = rows.read(ids, now).map((row) => {
      const text = row.toString();
      const isFrom = fromAddress === undefined || readFrom(text) === fromAddress;
      return isFrom && (toAddress === undefined || readTo(text) === toAddress);
    });
    return [ids.filter((_, i) => matches[i]), keys.filter((_, i) => matches[i])];
  };

  const startDays = (query: ContactQuery, now: number): number[] => {
    const first = Math.max(0, dayOf(query.startFrom));
    const last = Math.min(LAST_DAY, dayOf(Math.min(query.startTo, now)));
    const firstChanged = Math.max(first, dayOf(query.updatedFrom - LATEST_CHANGE));
    const edited = [...edits.days].filter((day) => day >= first && day < firstChanged && day <= last);
    return [...edited.sort((a, b) => a - b), ...range(firstChanged, last)];
  };

  const byStart = (kind: 'start' | 'id', query: ContactQuery, now: number): DaySegment[] => {
    const isPlain =
      Object.keys(query.filter).length === 0 &&
      query.updatedFrom === -Infinity &&
      query.twiceEvery === undefined;
    const days = startDays(query, now);
    // A settled day that lies within the window is known to be whole: long counts stay cheap.
    const isKnown = (day: number): boolean =>
      isPlain &&
      query.startFrom <= day * DAY &&
      endsAfter(query, lastStartOf(day)) &&
      (day + 1) * DAY + LATEST_CHANGE <= now &&
      !edits.days.has(day);
    if (days.filter((day) => !isKnown(day)).length * perDay > ROWS_AT_MOST) throw new TooHeavy();
    return days.map((day) => {
      const load = (): DayList => list(kind, [day], undefined, query, now);
      return { count: isKnown(day) ? perDay : load().ids.length, load };
    });
  };

  const byUpdate = (query: ContactQuery, now: number): Segment[] => {
    const first = Math.max(0, dayOf(Math.max(query.updatedFrom, query.startFrom)));
    const last = Math.min(LAST_DAY, dayOf(Math.min(now, query.startTo + LATEST_CHANGE)));
    const firstStart = dayOf(query.startFrom);
    const lastStart = dayOf(Math.min(query.startTo, now));
    if ((last - first) * perDay > ROWS_AT_MOST) throw new TooHeavy();
    const editedOn = [...edits.updateDays].filter((day) => day >= first && (day > last || last < first));
    const updateDays = [...range(first, last), ...editedOn.sort((a, b) => a - b)];
    return updateDays.map((updateDay) => {
      const reach = range(Math.max(0, updateDay - LATEST_CHANGE / DAY), updateDay);
      const edited = edits.updateDays.has(updateDay) ? [...edits.days] : [];
      const days = [...new Set([...reach, ...edited])]
        .filter((day) => day >= firstStart && day <= lastStart)
        .sort((a, b) => a - b);
      const load = (): DayList => list('update', days, updateDay, query, now);
      return { count: load().ids.length, load };
    });
  };

  const byField = (field: string, query: ContactQuery, now: number): Segment[] => {
    const days = byStart('id', query, now);
    if (days.reduce((sum, { count }) => sum + count, 0) > ROWS_KEPT / 4) throw new TooHeavy();
    const lists = days.map(({ load }) => load());
    const from = Math.max(...lists.map((part) => part.from));
    const until = Math.min(...lists.map((part) => part.until));
    const bounds = `${query.startFrom}|${query.startTo}|${query.updatedFrom}|${habitsOf(query)}`;
    const key = `by ${field}|${bounds}|${JSON.stringify(query.filter)}|${edits.revision}|${rows.revision()}`;
    const known = kept.get(key);
    const isFresh = known !== undefined && known.from <= now && now < known.until;
    const sorted = isFresh ? known : { ...sortByField(field, lists, now), from, until };
    if (!isFresh) kept.set(key, sorted, sorted.ids.length + 100);
    return [{ count: sorted.ids.length, load: () => sorted }];
  };

  const sortByField = (field: string, lists: readonly OrderedList[], now: number): OrderedList => {
    const read = fieldReader(field);
    const ids = lists.flatMap((part) => [...part.ids]);
    const values = lists.flatMap((part) =>
      rows.read(part.ids, now).map((row) => comparable(read(row.toString()))),
    );
    const order = ids.map((_, i) => i).sort((a, b) => compare(values[a], values[b]));
    const keys: number[] = [];
    for (const [place, i] of order.entries()) {
      const isEqual = place > 0 && compare(values[order[place - 1] as number], values[i]) === 0;
      keys.push(isEqual ? (keys.at(-1) as number) : place);
    }
    return { ids: Float64Array.from(order, (i) => ids[i] as number), keys: Float64Array.from(keys) };
  };

  const select = (query: ContactQuery, now: number): Selection => {
    const field = query.orderBy?.field ?? 'contactId';
    const kind = KINDS[field.toLowerCase()];
    const segments =
      kind === 'update'
        ? byUpdate(query, now)
        : kind === undefined
          ? byField(field, query, now)
          : byStart(kind, query, now);
    return { segments, total: segments.reduce((sum, { count }) => sum + count, 0) };
  };

  return { select };
}

/** Whether every start up to this one lies before the end. */
function endsAfter({ startTo, exclusiveEnd, fine }: ContactQuery, last: number): boolean {
  return exclusiveEnd || fine ? startTo > last : startTo >= last;
}

function habitsOf({ exclusiveEnd = false, fine = false, twiceEvery = 0 }: ContactQuery): string {
  return `${exclusiveEnd}|${fine}|${twiceEvery}`;
}

/** The last start that a day can have. */
function lastStartOf(day: number): number {
  return (day + 1) * DAY - 1;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** Stamps are compared as times: as text, `…31.5Z` would sort before `…31Z`. */
function comparable(value: unknown): unknown {
  return typeof value === 'string' ? (readStamp(value) ?? value) : value;
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if (typeof a === typeof b)
    return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  return typeof a < typeof b ? -1 : 1;
}
