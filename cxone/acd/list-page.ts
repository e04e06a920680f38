import { CxoneError, familyNames } from '../cxone-error';
import type { ApiFamily } from '../../errors';
import { brokenJson, readLists } from '../http/read-json';
import { isObject, type JsonObject, jsonType, valueOf } from '../json/json';
import type { ParsedList } from '../records/records';
import { normaliseTimestamp } from '../records/timestamp';

/** What every ACD list answer has in common (contract §2.1, §3.1), after all forms of "empty" became one. */
export interface ListPage {
  /** What stands around the list; of other lists in it there is only a number. */
  readonly wrapper: JsonObject;
  readonly records: readonly unknown[];
  /** False when the answer had no such list at all, or null in its place. */
  readonly listed: boolean;
  /** All matches, not the page; null when the answer does not say. */
  readonly totalRecords: number | null;
  /** The server's clock, ISO 8601 with Z; null when the answer does not say. */
  readonly lastPollTime: string | null;
  /** Whether the answer links to a page after it. The link itself is never followed. */
  readonly hasNext: boolean;
}

const wrapperKeys = ['totalRecords', 'lastPollTime', 'businessUnitId', '_links', 'hiddenAgents'];

/**
 * Reads the list under `key`: 204, an empty body, a bare `[]`, a missing or null key and the old `resultSet` wrapper
 * are all fine (contract §2.3, §2.7).
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer` (broken JSON), `UnexpectedShape` (JSON, but no such answer),
 *   `ResponseTooLarge`
 */
export async function parseList(
  body: Buffer,
  key: string,
  family: ApiFamily,
  contentType?: string,
): Promise<ListPage> {
  const answer = await readLists(body, family, contentType);
  if (answer === undefined) return emptyPage;
  const { frame, lists } = answer;
  if (frame === null) return emptyPage;
  if (Array.isArray(frame))
    return { ...emptyPage, records: await recordsOf(lists, frame, family), listed: true };
  if (!isObject(frame)) throw unexpected(family, `a JSON ${jsonType(frame)}`);

  const inner = valueOf(frame, 'resultSet');
  const wrapper = isObject(inner) ? { ...frame, ...inner } : frame;
  const list = valueOf(wrapper, key);
  if (list === undefined || list === null) {
    const ours = wrapperKeys.some((name) => valueOf(wrapper, name) !== undefined) || list === null;
    if (!ours && inner === undefined && Object.keys(wrapper).length > 0)
      throw unexpected(family, `no ${key}`);
  } else if (!Array.isArray(list)) {
    throw unexpected(family, `a JSON ${jsonType(list)} as ${key}`);
  }
  const listed = Array.isArray(list);
  return {
    wrapper,
    records: listed ? await recordsOf(lists, list, family) : [],
    listed,
    totalRecords: countOf(valueOf(wrapper, 'totalRecords')),
    lastPollTime: normaliseTimestamp(valueOf(wrapper, 'lastPollTime')),
    hasNext: hasNext(wrapper),
  };
}

function hasNext(wrapper: JsonObject): boolean {
  const links = valueOf(wrapper, '_links');
  const next = isObject(links) ? valueOf(links, 'next') : undefined;
  return typeof next === 'string' && next !== '';
}

/** What a page says about the list it is a part of. */
export interface PageOfList {
  readonly records: readonly unknown[];
  readonly totalRecords: number | null;
  readonly hasNext?: boolean;
}

/**
 * Whether rows may follow the page: a page as full as it was asked for promises another one, and so does a link, also
 * where the total says otherwise, which may be capped or count the page alone. A source that gives more than was asked
 * for does not page at all.
 */
export function mayGoOn(
  { records, totalRecords, hasNext: linked }: PageOfList,
  skip: number,
  top: number,
): boolean {
  if (records.length === 0) return false;
  if (records.length === top || linked === true) return true;
  return totalRecords !== null && skip + records.length < totalRecords;
}

/** No source serves fewer rows a page than this when it is asked for more: a shorter page was not cut. */
export const leastCap = 25;

/** Whether the rows of a page prove that its total is none: there are more of them than it says. */
export function isDisproved({ records, totalRecords }: PageOfList, skip: number): boolean {
  return totalRecords !== null && records.length > 0 && skip + records.length > totalRecords;
}

/** The records of a list that stands in the frame as its number. @throws CxoneError `IncompleteAnswer` */
async function recordsOf(
  lists: readonly ParsedList[],
  [place]: readonly unknown[],
  family: ApiFamily,
): Promise<readonly unknown[]> {
  const list = lists[Number(place)];
  if (list === undefined) throw unexpected(family, 'lists inside of lists');
  try {
    return await list.parse();
  } catch (error) {
    throw brokenJson(error, family);
  }
}

/**
 * Refuses an answer that says there are rows but does not bring its list: taking it for the end would lose them.
 * @throws CxoneError `IncompleteAnswer`
 */
export function requireList(page: ListPage, skip: number, family: ApiFamily): void {
  if (page.listed || page.totalRecords === null || page.totalRecords <= skip) return;
  throw new CxoneError(
    'IncompleteAnswer',
    `${familyNames[family]} says there are ${page.totalRecords} rows, but sent no list from row ${skip} on.`,
  );
}

/** A count as a number or, in old versions, as text; null when it is neither. */
export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

const emptyPage: ListPage = {
  wrapper: {},
  records: [],
  listed: false,
  totalRecords: null,
  lastPollTime: null,
  hasNext: false,
};

function unexpected(family: ApiFamily, what: string): CxoneError {
  return new CxoneError('UnexpectedShape', `${familyNames[family]} answered with ${what}, not with a list.`);
}
