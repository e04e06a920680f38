import { readAnswer } from '../http/read-json';
import { correlationId, dateOf } from '../http/response-headers';
import type { Api } from '../api';
import { completedContacts, type ContactPage, readContactPage } from './contact-page';
import { CxoneError } from '../cxone-error';
import { isObject } from '../json/json';
import { normaliseTimestamp } from '../records/timestamp';

/** One page of the contacts that changed since a moment, the longest unchanged first. */
export interface UpdatedPageRequest {
  /** The earliest `lastUpdateTime` wanted, inclusive. */
  readonly since: Date;
  readonly filter: {
    readonly skillId?: number | undefined;
    readonly campaignId?: number | undefined;
    readonly mediaTypeId?: number | undefined;
    readonly isLogged?: boolean | undefined;
    readonly isRefused?: boolean | undefined;
    readonly isTakeover?: boolean | undefined;
    readonly analyticsProcessed?: boolean | undefined;
  };
  /** Rows to leave out, from 0; not to be trusted among equal stamps (contract §2.6). */
  readonly skip: number;
  /** Rows wanted, at most 10,000 (contract §2.6). */
  readonly top: number;
}

export interface UpdatedPage extends ContactPage {
  /** The latest `lastUpdateTime` of the page, ISO 8601 in milliseconds; null when the page is empty. */
  readonly lastUpdate: string | null;
  /** Rows that were updated before what was asked for: the source rounds `updatedSince` down. */
  readonly hasOlder?: boolean;
  /** CXone's clock by HTTP's own header, in whole seconds: known without rows too, when an answer has no body (§2.7). */
  readonly clock: Date | null;
}

interface UpdatedSource {
  readonly api: Api;
  readonly apiVersion: string;
  /**
   * Whether CXone's `updatedSince` means "at or after" (contract §9: not settled); where it means "after", the
   * millisecond before is asked for.
   */
  readonly updatedSinceInclusive: boolean;
}

/**
 * `GET /contacts/completed?updatedSince=` (contract §2.1, §2.9), ordered by `lastUpdateTime`, which seeking relies on:
 * a page that is out of order, or begins more than a day before it should, is refused, since going on from it would leave
 * rows out.
 *
 * @throws CxoneError
 */
export async function fetchUpdatedPage(
  { api, apiVersion, updatedSinceInclusive }: UpdatedSource,
  request: UpdatedPageRequest,
  signal?: AbortSignal,
): Promise<UpdatedPage> {
  const { since, filter, skip, top } = request;
  const asked = new Date(since.getTime() - (updatedSinceInclusive ? 0 : 1));
  const answer = await api.get(
    completedContacts(apiVersion, {
      updatedSince: asked.toISOString(),
      ...textual(filter),
      tags: 'true',
      orderBy: 'lastUpdateTime asc',
      skip,
      top,
    }),
    signal,
  );
  const page = await readAnswer(answer, (body, contentType) => readContactPage(body, skip, contentType));
  const id = correlationId(answer);
  return {
    ...page,
    ...stampsOf(page.records, asked),
    clock: dateOf(answer),
    ...(id === undefined ? {} : { correlationId: id }),
  };
}

/** By no more than a day does a source round: where even older rows come, it ignores `updatedSince` altogether. */
const roundedAtMostMs = 86_400_000;

/**
 * Records without a readable stamp say nothing about the order: they are rejected or stored later, not here. Rows that
 * are a little older than asked do no harm: the source rounds to the second, the minute or the day.
 */
function stampsOf(records: readonly unknown[], asked: Date): Pick<UpdatedPage, 'lastUpdate' | 'hasOlder'> {
  let last = asked.getTime() - roundedAtMostMs;
  let latest: number | null = null;
  let hasOlder = false;
  for (const record of records) {
    const stamp = isObject(record) ? normaliseTimestamp(record['lastUpdateTime']) : null;
    if (stamp === null) continue;
    const moment = Date.parse(stamp);
    if (moment < last) {
      throw new CxoneError(
        'IncompleteAnswer',
        `CXone Reporting (contacts) answered with rows that are not ordered by lastUpdateTime, or older than asked.`,
      );
    }
    last = moment;
    latest = moment;
    hasOlder ||= moment < asked.getTime();
  }
  const lastUpdate = records.length === 0 ? null : new Date(latest ?? asked.getTime()).toISOString();
  return { lastUpdate, ...(hasOlder && { hasOlder }) };
}

function textual(filter: UpdatedPageRequest['filter']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
}
