import { cancellationSignal, log } from '@temporalio/activity';
import { CxoneError } from '../cxone';
import type { Store } from '../store';
import { toFailure } from './interceptors/failures';
import { waitCodes } from './interceptors/quota-waits';
import type { TenantDirectory, TenantTuning } from './tenants';
import { triesSoFar } from './tries';
import type { BulkPlan, PollBulkInput, PolledBulk, RequestBulkInput, RequestedBulk } from './types';

export interface BulkDependencies {
  readonly store: Pick<Store, 'waits'>;
  readonly tenants: TenantDirectory;
}

/** Tries of what would only save look-ups, before these are made instead. */
const triesAtMost = 5;

/** What concerns every source alike: a look-up would end the same way, and its error names what to mend. */
const ofAllSources: ReadonlySet<string> = new Set([
  'InvalidClient',
  'InvalidAccessKey',
  'TokenRefused',
  'IssuerUnknown',
  'TenantUnknown',
  'HostRefused',
]);

/**
 * Media Download (contract §4.7): recordings of many calls by one request. It saves look-ups and is never needed: what
 * it refuses, or does not bring, is looked up.
 */
export function createBulkActivities({ store, tenants }: BulkDependencies) {
  return {
    /** Has the recordings of calls put together. The id of the request may travel; it is no key to anything. */
    async requestBulk({ tenant, masterContactIds }: RequestBulkInput): Promise<RequestedBulk> {
      const { cxone } = tenants(tenant);
      const requestId = await orCode(() => cxone.requestBulkDownload(masterContactIds, cancellationSignal()));
      return typeof requestId === 'string' ? { requestId } : { requestId: null, ...requestId };
    },

    /** How far a request has come, and which calls it brings. Their links stay here: each attempt asks for its own. */
    async pollBulk({ tenant, requestId, masterContactIds }: PollBulkInput): Promise<PolledBulk> {
      const { cxone } = tenants(tenant);
      const answer = await orCode(() =>
        cxone.bulkDownload(requestId, masterContactIds, cancellationSignal()),
      );
      if ('refused' in answer) return { status: 'failed', brought: [] };
      const { status, calls } = answer;
      if (status !== 'running') {
        log.info(`a bulk request is ${status}: it brings ${calls.size} of ${masterContactIds.length} calls`);
      }
      return { status, brought: [...calls.keys()] };
    },
  };

  /** What was asked for, or the code of what stands against it for good, or for too long. */
  async function orCode<T>(ask: () => Promise<T>): Promise<T | { readonly refused: string }> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CxoneError) || waitCodes.has(error.code) || ofAllSources.has(error.code))
        throw error;
      if (error.kind === 'retryable' && (await triesSoFar(store.waits)) < triesAtMost) throw error;
      log.warn('recordings are looked up one by one, since Media Download does not bring them', {
        error: toFailure(error),
      });
      return { refused: error.code };
    }
  }
}

/** How a tenant's recordings are asked for in bulk; undefined when each call is looked up. */
export function bulkPlanOf(tuning: TenantTuning): BulkPlan | undefined {
  if (tuning.recordingSource !== 'bulk') return undefined;
  return { callsPerRequest: tuning.bulkCallsPerRequest, waitMinutes: tuning.bulkWaitMinutes };
}
