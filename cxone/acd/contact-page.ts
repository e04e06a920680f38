import { readAnswer } from '../http/read-json';
import { correlationId, dateOf } from '../http/response-headers';
import type { Api, ApiQuery } from '../api';
import { CxoneError } from '../cxone-error';
import { isObject } from '../json/json';
import { parseList, requireList } from './list-page';
import { normaliseTimestamp } from '../records/timestamp';

/** One page of a window over the contacts' start. */
export interface ContactPageRequest {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  readonly filter: {
    readonly skillId?: number | undefined;
    readonly campaignId?: number | undefined;
    readonly mediaTypeId?: number | undefined;
  };
  /** Rows to leave out, from 0. */
  readonly skip: number;
  /** Rows wanted, at most 10,000 (contract §2.6). */
  readonly top: number;
  /** From the latest start backwards; from the earliest on if not given. */
  readonly latestFirst?: boolean;
  /** Asked for as `endDate` in the place of `to`. */
  readonly endDate?: Date;
  /** Only these fields of each contact; all of them if not given. */
  readonly fields?: readonly string[];
}

export interface ContactPage {
  /** The answer as received, to land; empty when there was none. */
  readonly body: Buffer;
  readonly records: readonly unknown[];
  /** All matches of the request; null when the answer does not say. */
  readonly totalRecords: number | null;
  /** CXone's clock, ISO 8601 with Z; null when the answer does not say. */
  readonly lastPollTime: string | null;
  /** `contactStartDate` of the first and of the last record in the page's order; null when unreadable or empty. */
  readonly firstStart: string | null;
  readonly lastStart: string | null;
  /** Whether the answer links to a page after it. */
  readonly hasNext?: boolean;
  /** CXone's clock by HTTP's own header, in whole seconds; null when it is absent. */
  readonly clock?: Date | null;
  readonly correlationId?: string;
}

/** Names of contract §2.3 that only versions before v27 use. */
const oldNames = ['contactStart', 'fromAddr', 'toAddr', 'mediaType', 'confSeconds'];

/**
 * `GET /contacts/completed` (contract §2.1), ordered by start because offsets mean nothing without an order. Dates
 * carry a literal Z. CXone's `endDate` looks inclusive (§2.8) and may not be, and stamps may be finer than a millisecond
 * (§11.14): `to` itself is asked for, so that no contact lies between two windows, and rows at or after it, which the
 * answer may hold at its end, are the caller's to leave out (`startsBefore`).
 * @throws CxoneError
 */
export async function fetchContactPage(
  api: Api,
  apiVersion: string,
  request: ContactPageRequest,
  signal?: AbortSignal,
): Promise<ContactPage> {
  const { to, skip, fields, endDate = to } = request;
  const answer = await api.get(
    contactsByStart(apiVersion, { ...request, to: endDate, ...(fields === undefined && { tags: true }) }),
    signal,
  );
  const id = correlationId(answer);
  const page = await readAnswer(answer, (body, contentType) => readContactPage(body, skip, contentType));
  return { ...page, clock: dateOf(answer), ...(id !== undefined && { correlationId: id }) };
}

/**
 * The same reading for a page that was landed before.
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape` (also for the field names before v27),
 *   `ResponseTooLarge`
 */
export async function parseContactPage(body: Buffer): Promise<ContactPage> {
  return readContactPage(body, Number.POSITIVE_INFINITY);
}

/** A span of contacts by their start, and which of its rows. */
export interface ContactsByStart {
  readonly from: Date;
  /** As CXone takes it: it may be inclusive. */
  readonly to: Date;
  readonly filter: ContactPageRequest['filter'];
  readonly isLogged?: boolean | undefined;
  readonly latestFirst?: boolean;
  readonly skip: number;
  readonly top: number;
  readonly fields?: readonly string[];
  /** With their tags, which only come when asked for. */
  readonly tags?: boolean;
}

/** The call of the list for contacts by their start. */
export function contactsByStart(
  apiVersion: string,
  { from, to, filter, isLogged, latestFirst = false, skip, top, fields, tags }: ContactsByStart,
): ApiQuery {
  return completedContacts(apiVersion, {
    startDate: from.toISOString(),
    endDate: to.toISOString(),
    ...filter,
    isLogged: isLogged === undefined ? undefined : String(isLogged),
    tags: tags ? 'true' : undefined,
    fields: fields?.join(','),
    orderBy: `contactStartDate ${latestFirst ? 'desc' : 'asc'}`,
    skip,
    top,
  });
}

/** The call of the list; all its parameters are optional (contract §2.1). */
export function completedContacts(apiVersion: string, parameters: ApiQuery['parameters']): ApiQuery {
  return {
    family: 'contacts',
    path: `/incontactapi/services/${apiVersion}/contacts/completed`,
    parameters,
  };
}

/** Reads an answer of the list, asked for from row `skip` on. @throws CxoneError as `parseContactPage` */
export async function readContactPage(
  body: Buffer,
  skip: number,
  contentType?: string,
): Promise<ContactPage> {
  const page = await parseList(body, 'completedContacts', 'contacts', contentType);
  requireList(page, skip, 'contacts');
  const { records, totalRecords, lastPollTime, hasNext } = page;
  const old = records.find(hasOldNames);
  if (old !== undefined) {
    throw new CxoneError(
      'UnexpectedShape',
      'CXone answered with the contact field names of API versions before v27 (contactStart, fromAddr …).',
      { remedy: 'Pin apiVersion in the tenants file to v27.0 or later; v34.0 is the one to use.' },
    );
  }
  return {
    body,
    records,
    totalRecords,
    lastPollTime,
    firstStart: startOf(records[0]),
    lastStart: startOf(records.at(-1)),
    ...(hasNext && { hasNext }),
  };
}

/**
 * Whether a record belongs to a window that ends, exclusively, at `to` (epoch ms). Digits below the millisecond are cut,
 * which decides nothing: `to` has none. A record without a readable start is not left out for that.
 */
export function startsBefore(to: number): (record: unknown) => boolean {
  return (record) => {
    const start = isObject(record) ? normaliseTimestamp(record['contactStartDate']) : null;
    return start === null || Date.parse(start) < to;
  };
}

function hasOldNames(record: unknown): boolean {
  if (!isObject(record) || record['contactStartDate'] !== undefined) return false;
  return oldNames.some((name) => record[name] !== undefined);
}

/** Which contact a record is, and its stamps, as normalised text; null without an id. */
export function stampsOf(
  record: unknown,
): { readonly contactId: string; readonly start: string | null; readonly update: string | null } | null {
  if (!isObject(record)) return null;
  const { contactId, contactStartDate, lastUpdateTime } = record;
  const hasId =
    typeof contactId === 'string' || typeof contactId === 'number' || typeof contactId === 'bigint';
  if (!hasId || contactId === '') return null;
  return {
    contactId: String(contactId),
    start: normaliseTimestamp(contactStartDate),
    update: normaliseTimestamp(lastUpdateTime),
  };
}

/** Always with milliseconds, which CXone leaves out at will (contract §2.8): equal starts must be equal text. */
export function startOf(record: unknown): string | null {
  const start = isObject(record) ? normaliseTimestamp(record['contactStartDate']) : null;
  return start === null ? null : new Date(start).toISOString();
}
