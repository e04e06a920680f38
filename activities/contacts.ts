import { cancellationSignal } from '@temporalio/activity';
import {
  type ContactPage,
  type CxoneClient,
  parseContactPage,
  readContact,
  shrinkingPage,
  startsBefore,
} from '../cxone';
import type { Store } from '../store';
import { clockOf } from './answer-clocks';
import { readBatch } from './batch';
import { countBetween, countByEnd } from './counting';
import type { PageMemory } from './page-memory';
import type { TenantDirectory } from './tenants';
import { activityKey } from './attempts';
import type {
  CountInput,
  CountResult,
  FetchedPage,
  FetchPageInput,
  Pass,
  PersistInput,
  PersistResult,
} from './types';

export interface ContactDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
  readonly memory: PageMemory<readonly unknown[]>;
  readonly now: () => number;
}

/** A page is never asked for in smaller pieces than this, however slow CXone is. */
const smallestPage = 50;

/** Contact pages: one request each, landed as received, then stored in one transaction. */
export function createContactActivities({ store, tenants, memory, now }: ContactDependencies) {
  const counting = createCounting();
  const request = async (...asked: Parameters<typeof requestPage>): Promise<Page> => {
    const page = await requestPage(...asked);
    return { ...page, lastPollTime: clockOf(page, now) };
  };
  return {
    /**
     * Fetches one slice of a pass and lands it. A slice that this attempt has landed before is not asked for again.
     * When CXone times out, the page is asked for again at half the size (contract §2.6).
     */
    async fetchContactPage(input: FetchPageInput): Promise<FetchedPage> {
      const { cxone } = tenants(input.tenant);
      const { windowId, attempt, round } = input;
      const place = { windowId, attempt, round, kind: 'contacts' as const, slice: sliceName(input) };
      const landed = await store.landing.find(place);
      if (landed) {
        const { tied: _said, ...meta } = landed.meta as PageMeta & { readonly tied: boolean };
        return { ...meta, pageId: landed.pageId, records: landed.records };
      }

      const { page, top } = await shrinkingPage(
        (rows) => request(cxone, input, rows),
        input.top,
        smallestPage,
      );
      const meta = metaOf(page, top, input);
      if (page.records.length === 0) return { ...meta, pageId: null, records: 0 };
      const { pageId } = await store.landing.land({
        ...place,
        tenant: input.tenant,
        body: page.body,
        records: page.records.length,
        meta: { ...meta, tied: input.tied },
      });
      memory.put(pageId, page.records);
      return { ...meta, pageId, records: page.records.length };
    },

    /** Asks CXone how many contacts each pass holds; costs one small request a pass, by update three. */
    async countContacts(input: CountInput): Promise<CountResult> {
      const { cxone } = tenants(input.tenant);
      const sofar = counting.resume(activityKey());
      const ask = (filter: Pass) => async (from: string, skip: number, top: number) => {
        const upToItself = input.read !== undefined;
        const page = await request(cxone, { ...input, from, filter, skip, upToItself }, top);
        sofar.lastPollTime = page.lastPollTime ?? sofar.lastPollTime;
        return page;
      };
      for (const [place, filter] of input.passes.entries()) {
        if (place < sofar.totals.length) continue;
        if (input.by === 'start') {
          const read = input.read === undefined ? 0 : (input.read[place] ?? null);
          const count = read === null ? { total: null } : await countByEnd(ask(filter), input.from, read);
          sofar.totals.push(count.total);
          if (count.goesOn) sofar.goOn.push(place);
        } else {
          const { between, since } = await countBetween(ask(filter), input.from, input.to);
          sofar.since = sofar.since === null || since === null ? null : sofar.since + since;
          sofar.totals.push(between);
        }
      }
      counting.end(activityKey());
      const { totals, since, lastPollTime, goOn } = sofar;
      return {
        totals,
        lastPollTime,
        ...(input.by === 'update' && { since }),
        ...(goOn.length > 0 && { goOn }),
      };
    },

    /** Stores a landed page in one transaction; a page stored before is left alone and its outcome returned again. */
    async persistContacts(input: PersistInput): Promise<PersistResult> {
      const records =
        memory.take(input.pageId) ?? (await parseContactPage(await store.landing.read(input.pageId))).records;
      const { recordings, before } = input;
      const own = before === undefined ? records : records.filter(startsBefore(Date.parse(before)));
      const batch = await readBatch(own, readContact);
      const recordingOptions = recordings ? tenants(input.tenant).tuning : undefined;
      return store.contacts.persistPage(input.pageId, input.tenant, batch, {
        recordings,
        recordedCalls: recordingOptions?.recordedCalls,
        recordedMediaTypeIds: recordingOptions?.recordedMediaTypeIds,
      });
    },
  };
}

type PageMeta = Omit<FetchedPage, 'pageId' | 'records'>;
type Page = ContactPage & { readonly lastUpdate?: string | null; readonly hasOlder?: boolean };

interface Counted {
  totals: (number | null)[];
  since: number | null;
  lastPollTime: string | null;
  /** Places of the passes whose list goes on behind what was read. */
  readonly goOn: number[];
}

/** Counts kept in mind at most; those of runs that were cancelled would pile up. */
const countsInMind = 100;

/**
 * Where counts stand that a quota has interrupted: with a small quota and many passes, an attempt that begins again
 * would never get to its end. Another worker starts over.
 */
function createCounting() {
  const counts = new Map<string, Counted>();
  return {
    resume(key: string): Counted {
      const count = counts.get(key) ?? { totals: [], since: 0, lastPollTime: null, goOn: [] };
      counts.set(key, count);
      const [oldest] = counts.keys();
      if (oldest !== undefined && counts.size > countsInMind) counts.delete(oldest);
      return count;
    },
    end: (key: string): boolean => counts.delete(key),
  };
}

function metaOf(page: Page, top: number, input: FetchPageInput): PageMeta {
  const { totalRecords, lastPollTime, firstStart, lastStart, lastUpdate } = page;
  return {
    ...{ top, totalRecords, lastPollTime, firstStart, lastStart },
    ...(lastUpdate === undefined ? {} : { lastUpdate }),
    ...(page.hasNext && { hasNext: true }),
    ...(page.hasOlder && { hasOlder: true }),
    ...beyondOf(page, input),
  };
}

/** How many rows of a page by start are not of its window. */
function beyondOf({ records }: Page, { by, to, upToItself }: FetchPageInput): Pick<FetchedPage, 'beyond'> {
  if (by !== 'start' || !upToItself) return {};
  const isOwn = startsBefore(Date.parse(to));
  const beyond = records.reduce<number>((sum, record) => sum + (isOwn(record) ? 0 : 1), 0);
  return beyond === 0 ? {} : { beyond };
}

async function requestPage(
  cxone: CxoneClient,
  input: Pick<FetchPageInput, 'by' | 'from' | 'to' | 'filter' | 'skip' | 'upToItself'>,
  top: number,
): Promise<Page> {
  const { filter, skip } = input;
  const from = new Date(input.from);
  if (input.by === 'start') {
    const to = new Date(input.to);
    const end = input.upToItself ? {} : { endDate: new Date(to.getTime() - 1) };
    return cxone.contactPage({ from, to, ...end, filter, skip, top }, cancellationSignal());
  }
  return cxone.updatedPage({ since: from, filter, skip, top }, cancellationSignal());
}

function sliceName({ pass, by, from, to, skip, top, filter }: FetchPageInput): string {
  const rows = `${skip}+${top}`;
  return by === 'start'
    ? `${pass}:${from}/${to}:${rows}`
    : `${pass}:${from}:${rows}:${JSON.stringify(filter)}`;
}
