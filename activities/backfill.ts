import type { ReadCode } from '../errors';
import type { Store, WindowFilter } from '../store';
import type { TenantDirectory } from './tenants';
import { filterOf } from './windows';

/** Windows of a backfill that lie one behind the other, and what they are to hold. */
export interface CompleteWindowsInput {
  readonly tenant: string;
  /** Epoch ms: where the first window begins, and where each ends. */
  readonly edges: readonly number[];
  /** Absent filters and `recordings` mean "as the tenant's settings say". */
  readonly skillIds?: readonly number[] | undefined;
  readonly campaignIds?: readonly number[] | undefined;
  readonly mediaTypeIds?: readonly number[] | undefined;
  readonly recordings?: boolean | 'later' | undefined;
}

export interface CompleteWindows {
  /** Those that are complete already, by their number in the list, from 0. */
  readonly complete: readonly number[];
  /** Playback queries that the tenant's quota allows per second. */
  readonly mediaPerSecond: number | null;
}

/** What Temporal says of a run: `gone` when it does not know it. Counts are those the run has labelled itself with. */
export interface RunState {
  readonly status: 'running' | 'parked' | 'complete' | 'failed' | 'gone';
  readonly contacts: number;
  readonly recordings: number;
  readonly code?: ReadCode;
}

/** Whether a run still works, or waits for a person. */
export function isUnderWay({ status }: Pick<RunState, 'status'>): boolean {
  return status === 'running' || status === 'parked';
}

export interface BackfillDependencies {
  readonly store: Store;
  readonly tenants: TenantDirectory;
  /** Asks Temporal how the latest run of an id is doing. */
  readonly inspectRun: (workflowId: string) => Promise<RunState>;
  /** Asks Temporal to cancel a run. */
  readonly cancelRun: (workflowId: string) => Promise<void>;
}

/** What a backfill asks of the ledger and of Temporal. */
export function createBackfillActivities({ store, tenants, inspectRun, cancelRun }: BackfillDependencies) {
  return {
    /**
     * Finds which windows need not be read again: complete in the ledger, by start and under the same filter, and, where
     * recordings are wanted, every call of theirs that may have one with its row of recordings.
     *
     * @throws ApplicationFailure `UnknownTenant`.
     */
    async findComplete(input: CompleteWindowsInput): Promise<CompleteWindows> {
      const { tuning } = tenants(input.tenant);
      const filter: WindowFilter = filterOf(input, tuning);
      const complete = await store.windows.completeAmong({
        tenant: input.tenant,
        filter,
        edges: input.edges.map((edge) => new Date(edge)),
        recordings: (input.recordings ?? tuning.recordings) !== false,
        recordedCalls: tuning.recordedCalls,
        recordedMediaTypeIds: tuning.recordedMediaTypeIds,
      });
      const media = tuning.limits?.media;
      return { complete, mediaPerSecond: media ? media.requests / media.perSeconds : null };
    },

    /** How the latest runs of these ids are doing, in their order. */
    async inspectRuns(workflowIds: readonly string[]): Promise<readonly RunState[]> {
      const states: RunState[] = [];
      for (const workflowId of workflowIds) states.push(await inspectRun(workflowId));
      return states;
    },

    /** Asks Temporal to cancel the backfill itself: a workflow cannot end as cancelled of its own accord. */
    async cancelBackfill(workflowId: string): Promise<void> {
      await cancelRun(workflowId);
    },
  };
}
