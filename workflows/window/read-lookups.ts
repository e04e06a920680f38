import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { LookupName, LookupProblem, OpenWindow } from '../../activities/types';
import { optionalActivities, store } from '../activity-proxies';
import { causeOf } from '../failures';

/** How the reference data of a run was read. */
export interface LookupProgress {
  /** Rows read by this run; 0 when every list was fresh. */
  readonly rows: number;
  /** Lists that could not be read, by this run or by one shortly before it. */
  readonly notRead: readonly LookupProblem[];
}

/**
 * Brings in the lists contacts refer to, those that are due. A list that CXone refuses, or does not answer for, is
 * noted and left to a later window: contacts do not need it.
 */
export async function readLookups(
  window: OpenWindow,
  round: number,
  onProgress: (progress: LookupProgress) => void,
): Promise<void> {
  const { tenant, windowId } = window;
  const { due, failed } = await store.claimLookups({ tenant, windowId });
  let progress: LookupProgress = { rows: 0, notRead: failed };
  onProgress(progress);
  for (const list of due) {
    const { rows, problem } = await readList(window, round, list);
    const notRead = problem === null ? progress.notRead : [...progress.notRead, { list, code: problem }];
    progress = { rows: progress.rows + rows, notRead };
    onProgress(progress);
  }
}

/** Reads one list to its end. */
async function readList(
  { tenant, windowId, attempt }: OpenWindow,
  round: number,
  list: LookupName,
): Promise<{ readonly rows: number; readonly problem: string | null }> {
  let rows = 0;
  let skip: number | null = 0;
  while (skip !== null) {
    const fetched: Awaited<ReturnType<typeof optionalActivities.fetchLookups>> | string = await fetchPage({
      tenant,
      windowId,
      attempt,
      round,
      list,
      skip,
    });
    if (typeof fetched === 'string') return { rows, problem: fetched };
    const { pageId, records, next, totalRecords, refused } = fetched;
    if (pageId === null) return { rows, problem: refused };
    const end = next === null ? { totalRecords } : null;
    const { problem } = await store.persistLookups.executeWithOptions({ summary: `${records} ${list}` }, [
      { tenant, list, pageId, end },
    ]);
    rows += records;
    if (problem !== null) return { rows, problem };
    skip = next;
  }
  return { rows, problem: null };
}

/** One page, or the code of the error that outlasted its few attempts. */
async function fetchPage(
  input: Parameters<typeof optionalActivities.fetchLookups>[0],
): Promise<Awaited<ReturnType<typeof optionalActivities.fetchLookups>> | string> {
  try {
    return await optionalActivities.fetchLookups.executeWithOptions({ summary: input.list }, [input]);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return causeOf(error).code;
  }
}
