import type { Api } from './api';
import { type ContactSampleRequest, fetchContactCount, fetchContactSample } from './acd/contact-sample';
import { lookAtExtraction } from './extraction/jobs';
import { countOf, mayGoOn, parseList } from './acd/list-page';
import { isObject, valueOf } from './json/json';
import { fetchPlaybackLook } from './media/playback-sample';

/** A reference list of the Admin API whose ids a tenant may filter by (contract §3.3). */
export type FilterList = 'skills' | 'campaigns' | 'media-types';

/** The ids that the service user sees in a reference list. */
export interface ListedIds {
  readonly ids: ReadonlySet<number>;
  /** False when there were more than we cared to read. */
  readonly complete: boolean;
  /** CXone's clock, ISO 8601 with Z; null when the answer does not say. */
  readonly lastPollTime: string | null;
}

export type Probe = ReturnType<typeof createProbe>;

const lists: Readonly<Record<FilterList, { readonly key: string; readonly ids: readonly string[] }>> = {
  skills: { key: 'skills', ids: ['skillId'] },
  // The spec says `id`, answers at v30 `campaignId` (contract §3.3).
  campaigns: { key: 'campaigns', ids: ['campaignId', 'id'] },
  'media-types': { key: 'mediaTypes', ids: ['mediaTypeId', 'id'] },
};
const listPage = 10_000;
const mostPages = 3;

/** Small questions that show what a tenant's credentials can do and how much there is. All throw `CxoneError`. */
export function createProbe(api: Api, apiVersion: string) {
  /** One request for each 10,000 entries, at most three. */
  async function listedIds(list: FilterList, signal?: AbortSignal): Promise<ListedIds> {
    const { key, ids: names } = lists[list];
    const ids = new Set<number>();
    let lastPollTime: string | null = null;
    for (let page = 0, skip = 0; page < mostPages; page += 1) {
      const path = `/incontactapi/services/${apiVersion}/${list}`;
      // The list of media types knows no paging.
      const parameters = list === 'media-types' ? {} : { skip, top: listPage };
      const answer = await api.get({ family: 'lookups', path, parameters }, signal);
      const read = await parseList(answer.body, key, 'lookups', answer.header('content-type'));
      for (const record of read.records) {
        const id = isObject(record) ? idOf(record, names) : null;
        if (id !== null) ids.add(id);
      }
      lastPollTime ??= read.lastPollTime;
      const isPaged = list !== 'media-types';
      if (!isPaged || !mayGoOn(read, skip, listPage)) return { ids, complete: true, lastPollTime };
      skip += read.records.length;
    }
    return { ids, complete: false, lastPollTime };
  }

  return {
    contacts: (request: ContactSampleRequest, signal?: AbortSignal) =>
      fetchContactSample(api, apiVersion, request, signal),
    contactCount: (request: Parameters<typeof fetchContactCount>[2], signal?: AbortSignal) =>
      fetchContactCount(api, apiVersion, request, signal),
    listedIds,
    playback: (masterContactId: string, signal?: AbortSignal) =>
      fetchPlaybackLook(api, masterContactId, signal),
    extraction: (signal?: AbortSignal) => lookAtExtraction(api, signal),
  };
}

function idOf(record: Readonly<Record<string, unknown>>, names: readonly string[]): number | null {
  return names.map((name) => countOf(valueOf(record, name))).find((id) => id !== null) ?? null;
}
