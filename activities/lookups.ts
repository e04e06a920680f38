import { cancellationSignal, log } from '@temporalio/activity';
import { CxoneError, type LookupPage, mayGoOn, parseLookupPage, readLookup } from '../cxone';
import type { Store } from '../store';
import { readBatch } from './batch';
import type { TenantDirectory } from './tenants';
import type {
  ClaimedLookups,
  ClaimLookupsInput,
  FetchedLookups,
  FetchLookupsInput,
  PersistedLookups,
  PersistLookupsInput,
} from './list-types';

export interface LookupDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
  readonly now: () => number;
}

const hourMs = 3_600_000;
/** Rows per request. Some versions give fewer, whatever is asked (contract §3.1): the total says when to stop. */
const listPage = 1_000;
/** No list is longer; a source that never ends its list is not followed for ever. */
const rowsAtMost = 200_000;
/** A list that was refused is left alone this long: in a backfill, a thousand windows would ask for nothing. */
const failurePauseMs = hourMs;

type LookupMeta = Omit<FetchedLookups, 'pageId' | 'records' | 'refused'>;

/** The small lists contacts refer to. They are optional: no window fails because CXone refuses one. */
export function createLookupActivities({ store, tenants, now }: LookupDependencies) {
  return {
    /** Takes the lists upon the window that are due, at most once per tenant in `lookupRefreshHours`; asks CXone nothing. */
    async claimLookups({ tenant, windowId }: ClaimLookupsInput): Promise<ClaimedLookups> {
      const staleBefore = new Date(now() - tenants(tenant).tuning.lookupRefreshHours * hourMs);
      return store.lookups.claim(tenant, windowId, staleBefore, new Date(now() - failurePauseMs));
    },

    /** Fetches one page of a list and lands it; what this attempt has landed before is not asked for again. */
    async fetchLookups(input: FetchLookupsInput): Promise<FetchedLookups> {
      const { tenant, windowId, attempt, round, list, skip } = input;
      const { cxone } = tenants(tenant);
      const place = { windowId, attempt, round, kind: list, slice: String(skip) };
      const landed = await store.landing.find(place);
      if (landed) {
        const meta = landed.meta as unknown as LookupMeta;
        return { ...meta, pageId: landed.pageId, records: landed.records, refused: null };
      }

      let page: LookupPage;
      try {
        page = await cxone.lookupPage({ list, skip, top: listPage }, cancellationSignal());
      } catch (error) {
        // What may pass is retried; what needs a person must not keep contacts from coming in.
        if (!(error instanceof CxoneError) || error.retryable) throw error;
        const { code, message, remedy } = error;
        log.warn('a reference list cannot be read; the window goes on without it', {
          tenant,
          list,
          code,
          message,
          remedy,
        });
        await store.lookups.noteFailure(tenant, list, code);
        return { pageId: null, records: 0, totalRecords: null, next: null, refused: code };
      }
      const records = page.records.length;
      const meta: LookupMeta = { totalRecords: page.totalRecords, next: nextOf(page, skip) };
      // An empty page is landed too: it ends the list, which is what marks the rows that are gone.
      const { pageId } = await store.landing.land({ ...place, tenant, body: page.body, records, meta });
      return { ...meta, pageId, records, refused: null };
    },

    /** Stores a landed page; with the last one of a list, marks what the list no longer returns. */
    async persistLookups({ tenant, list, pageId, end }: PersistLookupsInput): Promise<PersistedLookups> {
      const { records } = await parseLookupPage(await store.landing.read(pageId), list);
      const batch = await readBatch(records, readLookup[list]);
      const { problem, ...counts } = await store.lookups.persistPage(
        { list: list, pageId: pageId, tenant: tenant },
        batch,
        end ?? undefined,
      );
      if (problem !== null) log.warn('reference list read only in part', { tenant, list, code: problem });
      return { ...counts, problem };
    },
  };
}

/** The offset of the next page; null when this one was the last. */
function nextOf(page: LookupPage, skip: number): number | null {
  const end = skip + page.records.length;
  return end < rowsAtMost && mayGoOn(page, skip, listPage) ? end : null;
}
