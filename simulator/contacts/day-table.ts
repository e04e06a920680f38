import type { ContactFacts } from './contact-facts';
import type { ContactSource } from './contact-source';
import { contactIdOf, firstLateNumber } from './contact-id';
import type { Edits } from './mutations';
import { createLru } from '../data/lru';

/** What can be filtered and sorted of a day's rows without writing them: one typed array per property. */
export interface DayTable {
  readonly day: number;
  readonly length: number;
  readonly start: Float64Array;
  readonly visibleAt: Float64Array;
  readonly acwAt: Float64Array;
  readonly analyticsAt: Float64Array;
  readonly correctedAt: Float64Array;
  readonly media: Uint8Array;
  readonly subType: Int8Array;
  readonly skill: Uint8Array;
  readonly agent: Int32Array;
  readonly flags: Uint8Array;
}

export const loggedBit = 1;
export const refusedBit = 2;
export const takeoverBit = 4;

/** Rows held in memory at most, about 60 bytes each. */
const rowsKept = 600_000;

/** Gives the table of a UTC day, from memory when it was asked for lately. */
export type DayTables = (day: number) => DayTable;

/** Contact id of the row at a position: a day's own rows first, then the late ones. */
export function contactAt(perDay: number, day: number, position: number): number {
  return contactIdOf(day, position < perDay ? position : firstLateNumber + position - perDay);
}

/** Creates the tables over a source of contacts. */
export function createDayTables(source: ContactSource, edits: Edits): DayTables {
  const kept = createLru<DayTable>(rowsKept);
  return (day) => {
    const key = edits.days.has(day) ? `${day}/${edits.revision}` : `${day}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const table = buildTable(source, day, edits.lateCount(day));
    kept.set(key, table, table.length);
    return table;
  };
}

function buildTable(source: ContactSource, day: number, late: number): DayTable {
  const length = source.perDay + late;
  const table: DayTable = {
    day,
    length,
    start: new Float64Array(length),
    visibleAt: new Float64Array(length),
    acwAt: new Float64Array(length),
    analyticsAt: new Float64Array(length),
    correctedAt: new Float64Array(length),
    media: new Uint8Array(length),
    subType: new Int8Array(length),
    skill: new Uint8Array(length),
    agent: new Int32Array(length),
    flags: new Uint8Array(length),
  };
  for (let row = 0; row < length; row++) {
    const number = row < source.perDay ? row : firstLateNumber + row - source.perDay;
    fill(table, row, source.facts(day, number));
  }
  return table;
}

function fill(table: DayTable, row: number, facts: ContactFacts): void {
  table.start[row] = facts.start;
  table.visibleAt[row] = facts.visibleAt;
  table.acwAt[row] = facts.acwAt;
  table.analyticsAt[row] = facts.analyticsAt;
  table.correctedAt[row] = facts.correctedAt;
  table.media[row] = facts.media;
  table.subType[row] = facts.subType;
  table.skill[row] = facts.skill;
  table.agent[row] = facts.agent;
  table.flags[row] =
    (facts.isLogged ? loggedBit : 0) |
    (facts.isRefused ? refusedBit : 0) |
    (facts.isTakeover ? takeoverBit : 0);
}
