import { campaignCatalogue, mediaCatalogue, skillCatalogue, teamCatalogue } from '../data/catalogue';
import { dayMs, readDate } from '../data/calendar';
import { agentOf } from '../admin/agent-id';
import { BadParameter } from '../http/bad-parameter';
import { type DayTable, loggedBit, refusedBit, takeoverBit } from './day-table';
import { type Parameters, readFlag, readInteger } from '../http/parameters';

/** Conditions on a contact besides time. Lists hold ids as the API shows them; an absent member means "any". */
export interface ContactFilter {
  readonly skillIds?: readonly number[];
  readonly campaignIds?: readonly number[];
  readonly mediaTypeIds?: readonly number[];
  readonly mediaSubTypeIds?: readonly number[];
  readonly mediaSubTypeName?: string;
  readonly agentIds?: readonly number[];
  readonly teamIds?: readonly number[];
  readonly isLogged?: boolean;
  readonly isRefused?: boolean;
  readonly isTakeover?: boolean;
  readonly analyticsProcessed?: boolean;
  readonly fromAddress?: string;
  readonly toAddress?: string;
}

/** A time span, epoch ms, both ends inclusive; absent ends are open. */
export interface ContactQuery {
  readonly startFrom: number;
  readonly startTo: number;
  /** `updatedSince`; −Infinity when not asked for. */
  readonly updatedFrom: number;
  readonly filter: ContactFilter;
  /** The span ends before `startTo` instead of with it. */
  readonly exclusiveEnd?: boolean;
  /** Starts have digits below the millisecond, which count. */
  readonly fine?: boolean;
  /** Every nth contact is listed twice, and counted twice. */
  readonly twiceEvery?: number;
  /** A field in the names of v27 and later, as the caller spelled it; `undefined`: no order is promised. */
  readonly orderBy: { readonly field: string; readonly descending: boolean } | undefined;
}

const one = (value: number | undefined): readonly number[] | undefined =>
  value === undefined ? undefined : [value];

/**
 * Reads the parameters of `/contacts/completed` (contract §2.1). Without any time, the last 24 hours are meant;
 * with an end alone, the 24 hours before it.
 * @throws BadParameter for malformed numbers, booleans and dates
 */
export function readContactQuery(parameters: Parameters, now: number): ContactQuery {
  const time = (name: string): number | undefined => {
    const text = parameters.get(name);
    if (text === undefined) return undefined;
    const value = readDate(text);
    if (value === undefined) throw new BadParameter(`Invalid date in parameter ${name}`);
    return value;
  };
  const startDate = time('startDate');
  const endDate = time('endDate');
  const updatedSince = time('updatedSince') ?? time('updateSince');
  const fallback = updatedSince === undefined ? (endDate ?? now) - dayMs : -Infinity;
  const order = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(parameters.get('orderBy') ?? '');
  if (parameters.get('orderBy') !== undefined && order === null) throw new BadParameter('Invalid orderBy');
  return {
    startFrom: startDate ?? fallback,
    startTo: endDate ?? Infinity,
    updatedFrom: updatedSince ?? -Infinity,
    filter: withoutGaps({
      skillIds: one(readInteger(parameters, 'skillId')),
      campaignIds: one(readInteger(parameters, 'campaignId')),
      mediaTypeIds: one(readInteger(parameters, 'mediaTypeId')),
      mediaSubTypeIds: one(readInteger(parameters, 'mediaSubTypeId')),
      mediaSubTypeName: parameters.get('mediaSubTypeName'),
      agentIds: one(readInteger(parameters, 'agentId')),
      teamIds: one(readInteger(parameters, 'teamId')),
      isLogged: readFlag(parameters, 'isLogged'),
      isRefused: readFlag(parameters, 'isRefused'),
      isTakeover: readFlag(parameters, 'isTakeover'),
      analyticsProcessed: readFlag(parameters, 'analyticsProcessed'),
      fromAddress: parameters.get('fromAddress') ?? parameters.get('fromAddr'),
      toAddress: parameters.get('toAddress') ?? parameters.get('toAddr'),
    }),
    orderBy:
      order === null ? undefined : { field: order[1] as string, descending: /desc/i.test(order[2] ?? '') },
  };
}

/** Leaves out the members that are `undefined`, and empty lists, which mean "any" as well. */
export function withoutGaps(members: {
  readonly [Name in keyof ContactFilter]: ContactFilter[Name] | undefined;
}): ContactFilter {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  ) as ContactFilter;
}

/** Decides about the row at a position of a day's table; the moment counts for what analytics has seen. */
export type RowTest = (table: DayTable, row: number, now: number) => boolean;

/**
 * Turns a filter into a test over the columns of a table. Addresses are no column: the caller tests them on the
 * rows that remain.
 */
export function compileFilter(filter: ContactFilter): RowTest {
  const tests: RowTest[] = [];
  const admit = (allowed: readonly boolean[], column: 'skill' | 'media'): void => {
    tests.push((table, row) => allowed[table[column][row] as number] === true);
  };
  const { skillIds, campaignIds, mediaTypeIds, mediaSubTypeIds, agentIds, teamIds } = filter;
  if (skillIds)
    admit(
      skillCatalogue.map(({ id }) => skillIds.includes(id)),
      'skill',
    );
  if (campaignIds) {
    admit(
      skillCatalogue.map(({ campaign }) => campaignIds.includes(campaignCatalogue[campaign]?.id ?? 0)),
      'skill',
    );
  }
  if (mediaTypeIds)
    admit(
      mediaCatalogue.map(({ id }) => mediaTypeIds.includes(id)),
      'media',
    );
  const { mediaSubTypeName } = filter;
  if (mediaSubTypeIds || mediaSubTypeName !== undefined) {
    tests.push((table, row) => {
      const subType = mediaCatalogue[table.media[row] as number]?.subTypes[table.subType[row] as number];
      if (subType === undefined) return false;
      const isId = mediaSubTypeIds?.includes(subType.id) ?? true;
      return isId && (mediaSubTypeName ?? subType.name) === subType.name;
    });
  }
  if (agentIds) {
    const agents = new Set(agentIds.map(agentOf));
    tests.push((table, row) => (table.agent[row] as number) >= 0 && agents.has(table.agent[row] as number));
  }
  if (teamIds) {
    tests.push((table, row) => {
      const agent = table.agent[row] as number;
      return agent >= 0 && teamIds.includes(teamCatalogue[agent % teamCatalogue.length]?.id ?? 0);
    });
  }
  const flag = (bit: number, wanted: boolean | undefined): void => {
    if (wanted !== undefined)
      tests.push((table, row) => (((table.flags[row] as number) & bit) !== 0) === wanted);
  };
  flag(loggedBit, filter.isLogged);
  flag(refusedBit, filter.isRefused);
  flag(takeoverBit, filter.isTakeover);
  const { analyticsProcessed } = filter;
  if (analyticsProcessed !== undefined) {
    tests.push((table, row, now) => (table.analyticsAt[row] as number) <= now === analyticsProcessed);
  }
  return (table, row, now) => tests.every((test) => test(table, row, now));
}
