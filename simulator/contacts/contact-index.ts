import { dayMs, dayOf } from '../data/calendar';
import { createLru } from '../data/lru';
import { latestChange } from './contact-facts';
import type { ContactQuery } from './contact-query';
import type { ContactRows } from './contact-rows';
import {
  createDayLists,
  type DayList,
  endsAfter,
  habitsOf,
  type KeyKind,
  lastStartOf,
  remembered,
} from './day-lists';
import type { DayTables } from './day-table';
import { sortByField } from './field-order';
import type { Edits } from './mutations';
import type { Segment } from './ordered-list';

/** The visible rows of a query: sorted segments, one per UTC day where the order allows it. */
export interface Selection {
  readonly total: number;
  readonly segments: readonly Segment[];
}

interface DaySegment extends Segment {
  readonly load: () => DayList;
}

/** Finds contacts. */
export type ContactIndex = ReturnType<typeof createContactIndex>;

/** A query that the real service would time out on (408). */
export class TooHeavy extends Error {
  override readonly name = 'TooHeavy';
}

const rowsKept = 2_000_000;
const rowsAtMost = 10_000_000;
const lastDay = 89_999;
const keyKinds: Readonly<Record<string, KeyKind>> = {
  contactstartdate: 'start',
  contactstart: 'start',
  contactid: 'id',
  lastupdatetime: 'update',
};

/** Creates the index. It keeps the lists of recently asked days, two million rows at most. */
export function createContactIndex(perDay: number, tables: DayTables, edits: Edits, rows: ContactRows) {
  const kept = createLru<DayList>(rowsKept);
  const list = createDayLists({ perDay, tables, edits, rows, kept });

  const byStart = (kind: 'start' | 'id', query: ContactQuery, now: number): DaySegment[] => {
    const isPlain =
      Object.keys(query.filter).length === 0 &&
      query.updatedFrom === -Infinity &&
      query.twiceEvery === undefined;
    const days = startDays(query, now, edits);
    // A settled day that lies within the window is known to be whole: long counts stay cheap.
    const isKnown = (day: number): boolean =>
      isPlain &&
      query.startFrom <= day * dayMs &&
      endsAfter(query, lastStartOf(day)) &&
      (day + 1) * dayMs + latestChange <= now &&
      !edits.days.has(day);
    if (days.filter((day) => !isKnown(day)).length * perDay > rowsAtMost) throw new TooHeavy();
    return days.map((day) => {
      const load = (): DayList => list({ kind, days: [day], query }, now);
      return { count: isKnown(day) ? perDay : load().ids.length, load };
    });
  };

  const byUpdate = (query: ContactQuery, now: number): Segment[] => {
    const first = Math.max(0, dayOf(Math.max(query.updatedFrom, query.startFrom)));
    const last = Math.min(lastDay, dayOf(Math.min(now, query.startTo + latestChange)));
    const firstStart = dayOf(query.startFrom);
    const lastStart = dayOf(Math.min(query.startTo, now));
    if ((last - first) * perDay > rowsAtMost) throw new TooHeavy();
    const editedOn = [...edits.updateDays].filter((day) => day >= first && (day > last || last < first));
    const updateDays = [...range(first, last), ...editedOn.sort((a, b) => a - b)];
    return updateDays.map((updateDay) => {
      const reach = range(Math.max(0, updateDay - latestChange / dayMs), updateDay);
      const edited = edits.updateDays.has(updateDay) ? [...edits.days] : [];
      const days = [...new Set([...reach, ...edited])]
        .filter((day) => day >= firstStart && day <= lastStart)
        .sort((a, b) => a - b);
      const load = (): DayList => list({ kind: 'update', days, keyDay: updateDay, query }, now);
      return { count: load().ids.length, load };
    });
  };

  const byField = (field: string, query: ContactQuery, now: number): Segment[] => {
    const days = byStart('id', query, now);
    if (days.reduce((sum, { count }) => sum + count, 0) > rowsKept / 4) throw new TooHeavy();
    const lists = days.map(({ load }) => load());
    const from = Math.max(...lists.map((part) => part.from));
    const until = Math.min(...lists.map((part) => part.until));
    const bounds = `${query.startFrom}|${query.startTo}|${query.updatedFrom}|${habitsOf(query)}`;
    const key = `by ${field}|${bounds}|${JSON.stringify(query.filter)}|${edits.revision}|${rows.revision()}`;
    const sorted = remembered(kept, key, now, () => ({
      ...sortByField(field, lists, rows, now),
      from,
      until,
    }));
    return [{ count: sorted.ids.length, load: () => sorted }];
  };

  /**
   * The rows of a query that are visible at a moment.
   * @throws TooHeavy when millions of rows would have to be looked at one by one
   */
  const select = (query: ContactQuery, now: number): Selection => {
    const field = query.orderBy?.field ?? 'contactId';
    const kind = keyKinds[field.toLowerCase()];
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

/** The days in which matching rows start: those that still change, and those that faults changed. */
function startDays(query: ContactQuery, now: number, edits: Edits): readonly number[] {
  const first = Math.max(0, dayOf(query.startFrom));
  const last = Math.min(lastDay, dayOf(Math.min(query.startTo, now)));
  const firstChanged = Math.max(first, dayOf(query.updatedFrom - latestChange));
  const edited = [...edits.days].filter((day) => day >= first && day < firstChanged && day <= last);
  return [...edited.sort((a, b) => a - b), ...range(firstChanged, last)];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
