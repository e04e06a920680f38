import { dateOf } from '../http/response-headers';
import type { Api } from '../api';
import { readContact } from './contact-record';
import { countContacts } from './contact-count';
import {
  type ContactPageRequest,
  contactsByStart,
  parseContactPage,
  readContactPage,
  startsBefore,
} from './contact-page';
import type { Value } from '../records/codecs';

/** A look at a span of contacts that costs one request: how many there are, and some of them. */
export interface ContactSampleRequest extends Pick<ContactPageRequest, 'from' | 'to' | 'filter'> {
  /** Only contacts whose call was logged, which are those with a recording (contract §2.2). */
  readonly isLogged?: boolean;
  /** From the latest start backwards; from the earliest on if not given. */
  readonly latestFirst?: boolean;
  /** Rows to leave out, from 0; 0 if not given. */
  readonly skip?: number;
  readonly top: number;
  /** Only these fields, so that nothing personal is fetched where ids will do; all of them if not given. */
  readonly fields?: readonly string[];
}

export interface ContactSample {
  /** All matches of the request by CXone's word, those at its end included; 0 for an empty answer, null without one. */
  readonly totalRecords: number | null;
  /** CXone's clock, ISO 8601 with Z; null when the answer does not say (an empty one never does). */
  readonly lastPollTime: string | null;
  /** CXone's clock by HTTP's own header, in whole seconds; null when it is absent. */
  readonly clock: Date | null;
  /** Every known field by its name; records that cannot be read are left out. */
  readonly contacts: readonly Readonly<Record<string, Value>>[];
  /** Bytes of the answer's body. */
  readonly bytes: number;
}

/** How many contacts of a span there are, as `countContacts` proves it; null when unknown. @throws CxoneError */
export async function fetchContactCount(
  api: Api,
  apiVersion: string,
  span: Pick<ContactSampleRequest, 'from' | 'to' | 'filter' | 'isLogged'>,
  signal?: AbortSignal,
): Promise<number | null> {
  return countContacts(async (rows) => {
    const fields = ['contactId', 'contactStartDate'];
    const answer = await api.get(contactsByStart(apiVersion, { ...span, ...rows, fields }), signal);
    return readContactPage(answer.body, rows.skip, answer.header('content-type'));
  }, span.to);
}

/** `GET /contacts/completed` (contract §2.1) for a count and a sample. Nothing of it is stored. @throws CxoneError */
export async function fetchContactSample(
  api: Api,
  apiVersion: string,
  request: ContactSampleRequest,
  signal?: AbortSignal,
): Promise<ContactSample> {
  const { to, skip = 0 } = request;
  const answer = await api.get(contactsByStart(apiVersion, { ...request, skip }), signal);
  const { records, totalRecords, lastPollTime } = await parseContactPage(answer.body);
  // What starts at the end, or later, comes with it where the end is inclusive (contract §2.8).
  const readings = records.filter(startsBefore(to.getTime())).map(readContact);
  return {
    totalRecords: totalRecords ?? (records.length === 0 && skip === 0 ? 0 : null),
    lastPollTime,
    clock: dateOf(answer),
    contacts: readings.flatMap((reading) => (reading.ok ? [reading.values] : [])),
    bytes: answer.body.length,
  };
}
