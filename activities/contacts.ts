import { cancellationSignal } from '@temporalio/activity';
import {
  type ContactPage,
  CxoneError,
  type CxoneClient,
  parseContactPage,
  readContact,
  type Reading,
} from '../cxone';
import type { Batch, Store } from '../store';
import type { PageMemory } from './page-memory';
import type { TenantDirectory } from './tenants';
import { activityKey } from './tries';
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
}

/** A page is never asked for in smaller pieces than this, however slow CXone is. */
const smallestPage = 50;
/** Errors that smaller pages may cure. */
const tooMuchAtOnce: ReadonlySet<string> = new Set(['RequestTimeout', 'ResponseTooLarge']);

/** Contact pages: one request each, landed as received, then stored in one transaction. */
export function createContactActivities({ store, tenants, memory }: ContactDependencies) {
  const counting = createCounting();
  return {
    /**
     * Fetches one slice of a pass and lands it. A slice that this attempt has landed before is not asked for again.
     * When CXone times out, the page is asked for again at half the size (contract §2.6).
     */
    async fetchContactPage(input: FetchPageInput): Promise<FetchedPage> {
      const { cxone } = tenants(input.tenant);
      const place = {
        windowId: input.windowId,
        attempt: input.attempt,
        round: input.round,
        kind: 'contacts' as const,
        slice: sliceName(input),
      };
      const landed = await store.landing.find(place);
      if (landed) {
        const { tied: _said, ...meta } = landed.meta as PageMeta & { readonly tied: boolean };
        return { ...meta, pageId: landed.pageId, records: landed.records };
      }

      const { page, top } = await fetchAtTop(cxone, input, input.top);
      const meta: PageMeta = {
        top,
        totalRecords: page.totalRecords,
        lastPollTime: page.lastPollTime,
        firstStart: page.firstStart,
        lastStart: page.lastStart,
      };
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

    /** Asks CXone how many contacts each pass holds; costs one small request a pass. */
    async countContacts(input: CountInput): Promise<CountResult> {
      const { cxone } = tenants(input.tenant);
      const sofar = counting.resume(activityKey());
      for (const filter of input.passes.slice(sofar.totals.length)) {
        const page = await request(cxone, { ...input, filter, skip: 0 }, 1);
        sofar.totals.push(page.totalRecords ?? (page.records.length === 0 ? 0 : null));
        sofar.lastPollTime = page.lastPollTime ?? sofar.lastPollTime;
      }
      counting.end(activityKey());
      return sofar;
    },

    /** Stores a landed page in one transaction; a page stored before is left alone and its outcome told again. */
    async persistContacts(input: PersistInput): Promise<PersistResult> {
      const records =
        memory.take(input.pageId) ?? parseContactPage(await store.landing.read(input.pageId)).records;
      const batch = toBatch(records.map(readContact));
      return store.contacts.persistPage(input.pageId, input.tenant, batch, { recordings: input.recordings });
    },
  };
}

type PageMeta = Omit<FetchedPage, 'pageId' | 'records'>;

/** Counts kept in mind at most; those of runs that were cancelled would pile up. */
const countsInMind = 100;

/**
 * Where counts stand that a quota has interrupted: with a small quota and many passes, an attempt that begins again
 * would never get to its end. Another worker begins anew.
 */
function createCounting() {
  const counts = new Map<string, { totals: (number | null)[]; lastPollTime: string | null }>();
  return {
    resume(key: string) {
      const count = counts.get(key) ?? { totals: [], lastPollTime: null };
      counts.set(key, count);
      const [oldest] = counts.keys();
      if (oldest !== undefined && counts.size > countsInMind) counts.delete(oldest);
      return count;
    },
    end: (key: string): boolean => counts.delete(key),
  };
}

/** Splits readings into rows for the table, rejected records and signs of schema drift. */
export function toBatch(readings: readonly Reading[]): Batch {
  const rows: Batch['rows'][number][] = [];
  const rejected: Batch['rejected'][number][] = [];
  const drift = new Map<string, Batch['drift'][number]>();
  for (const reading of readings) {
    if (reading.ok) {
      rows.push(reading);
      for (const sign of reading.drift) drift.set(`${sign.field}:${sign.observedType}`, sign);
    } else {
      rejected.push(reading);
    }
  }
  return { rows, rejected, drift: [...drift.values()] };
}

async function fetchAtTop(
  cxone: CxoneClient,
  input: FetchPageInput,
  top: number,
): Promise<{ readonly page: ContactPage; readonly top: number }> {
  try {
    return { page: await request(cxone, input, top), top };
  } catch (error) {
    const tooMuch = error instanceof CxoneError && tooMuchAtOnce.has(error.code);
    if (!tooMuch || top <= smallestPage) throw error;
    return fetchAtTop(cxone, input, Math.max(smallestPage, Math.floor(top / 2)));
  }
}

async function request(
  cxone: CxoneClient,
  input: { readonly from: string; readonly to: string; readonly filter: Pass; readonly skip: number },
  top: number,
): Promise<ContactPage> {
  const range = { from: new Date(input.from), to: new Date(input.to) };
  return cxone.contactPage({ ...range, filter: input.filter, skip: input.skip, top }, cancellationSignal());
}

function sliceName(input: FetchPageInput): string {
  return `${input.pass}:${input.from}/${input.to}:${input.skip}+${input.top}`;
}
