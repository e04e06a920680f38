import { sleep } from '@temporalio/workflow';
import type { BulkPlan, DownloadInput } from '../activities/types';
import { api } from './activities';

/** Pauses before a request is asked about again: a small one may be done soon, archived recordings take long. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const minuteMs = 60_000;

/** The bulk request that has brought a call. */
export type BulkRef = NonNullable<DownloadInput['bulk']>;

/**
 * Asks for the recordings of calls in bulk, and waits for them on timers, which hold no worker's slot.
 *
 * The first request is the trial: where it brings nothing, none of the others is made.
 *
 * @returns the request by call, of the calls that were brought; the others are to be looked up.
 */
export async function askInBulk(
  tenant: string,
  masterContactIds: readonly string[],
  plan: BulkPlan,
): Promise<ReadonlyMap<string, BulkRef>> {
  const found = new Map<string, BulkRef>();
  const ask = async (calls: readonly string[]): Promise<void> => {
    const { requestId } = await api.requestBulk.executeWithOptions(
      { summary: `recordings of ${calls.length} calls, in bulk` },
      [{ tenant, masterContactIds: calls }],
    );
    if (requestId === null) return;
    const brought = await untilDone({ tenant, requestId, masterContactIds: calls }, plan.waitMinutes);
    for (const call of brought) found.set(call, { requestId, alone: calls.length === 1 });
  };
  const [trial = [], ...others] = inGroups(masterContactIds, plan.callsPerRequest);
  await ask(trial);
  if (found.size > 0) await Promise.all(others.map(ask));
  return found;
}

/** The calls that a request brings; none when it fails, or is not done in time. */
async function untilDone(
  request: {
    readonly tenant: string;
    readonly requestId: string;
    readonly masterContactIds: readonly string[];
  },
  waitMinutes: number,
): Promise<readonly string[]> {
  const until = Date.now() + waitMinutes * minuteMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    await sleep(pauseMs);
    const { status, brought } = await api.pollBulk.executeWithOptions(
      { summary: 'is the bulk request done?' },
      [request],
    );
    if (status !== 'running') return brought;
    if (Date.now() >= until) return [];
  }
}

function inGroups(ids: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, place) =>
    ids.slice(place * size, (place + 1) * size),
  );
}
