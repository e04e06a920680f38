import { readAnswer } from '../http/read-json';
import type { Api } from '../api';
import { parseList, requireList } from './list-page';

/** The lists contacts refer to, by the name each has in its path and in its answer (contract §3.3). */
export const lookupNames = ['skills', 'campaigns', 'teams', 'dispositions'] as const;

export type LookupName = (typeof lookupNames)[number];

export interface LookupPageRequest {
  readonly list: LookupName;
  /** Rows to leave out, from 0. */
  readonly skip: number;
  readonly top: number;
}

export interface LookupPage {
  /** The answer to land, as received. */
  readonly body: Buffer;
  readonly records: readonly unknown[];
  /** All rows of the list; null when the answer does not say. */
  readonly totalRecords: number | null;
  /** Whether the answer links to a page after it. */
  readonly hasNext: boolean;
}

/**
 * `GET /skills`, `/campaigns`, `/teams` or `/dispositions` (contract §3.3). Without `orderBy`: what the id is called
 * there differs by version, and a wrong name could be refused; who reads several pages has to compare counts.
 * @throws CxoneError
 */
export async function fetchLookupPage(
  api: Api,
  apiVersion: string,
  { list, skip, top }: LookupPageRequest,
  signal?: AbortSignal,
): Promise<LookupPage> {
  const path = `/incontactapi/services/${apiVersion}/${list}`;
  const answer = await api.get({ family: 'lookups', path, parameters: { skip, top } }, signal);
  return readAnswer(answer, (body, contentType) => read(body, list, skip, contentType));
}

/**
 * The same reading for a page that was landed before.
 * @throws CxoneError `UnexpectedHtml`, `IncompleteAnswer`, `UnexpectedShape`, `ResponseTooLarge`
 */
export async function parseLookupPage(body: Buffer, list: LookupName): Promise<LookupPage> {
  return read(body, list, Number.POSITIVE_INFINITY);
}

async function read(body: Buffer, list: LookupName, skip: number, contentType?: string): Promise<LookupPage> {
  const page = await parseList(body, list, 'lookups', contentType);
  requireList(page, skip, 'lookups');
  const { records, totalRecords, hasNext } = page;
  return { body, records, totalRecords, hasNext };
}
