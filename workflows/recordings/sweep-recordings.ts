import { continueAsNew, ContinueAsNew, defineQuery, setHandler, workflowInfo } from '@temporalio/workflow';
import { api, store } from '../activity-proxies';
import { addRecordings, downloadAll, noRecordings, type RecordingsDone } from './download-chunk';
import { causeOf, failRun, refuseInvalidInput } from '../failures';
import { parseTenantInput, type TenantInput } from '../inputs';
import { createTenantParking } from '../parking';
import { priorityOf } from '../priorities';
import { labelTenantRun, showTenantFailure, showTenantRun } from '../run-details';

/** Calls asked for at a time. */
const chunkSize = 100;
/** Recordings of a tenant queried at the same time; its quota bounds them anyway. */
const inFlight = 8;

/** What a sweep hands to its continuation. */
export interface CarriedSweep {
  readonly after: string | null;
  readonly done: RecordingsDone;
}

export const sweepQuery = defineQuery<RecordingsDone>('progress');

/**
 * Looks for the recordings of a tenant that are due, whichever window brought their calls: those the live sync left to
 * it, and those that were not there yet when they were queried last; then, when nothing else is due, the calls that
 * probably have none. One at a time for each tenant, by its id.
 *
 * @returns what became of them. Those still `pending` are due again later; the next sweep finds them.
 * @throws ApplicationFailure, non-retryable, with the code of what concerns all recordings: credentials, permission, disk.
 */
export async function sweepRecordings(input: TenantInput, carried?: CarriedSweep): Promise<RecordingsDone> {
  const { tenant } = refuseInvalidInput(() => parseTenantInput(input));
  let done = carried?.done ?? noRecordings;
  let after = carried?.after ?? null;
  setHandler(sweepQuery, () => done, { description: 'What became of the recordings so far' });
  const parking = createTenantParking(tenant);
  if (!carried) labelTenantRun(tenant);
  const sweep = async (): Promise<void> => {
    let lately: ReadonlySet<string> = new Set();
    if (parking.times() > 0) await api.authenticate({ tenant, anew: true });
    for (;;) {
      const due = await store.recordingsToSweep.executeWithOptions({ summary: 'recordings to query' }, [
        { tenant, after, limit: chunkSize, withUnlikely: true },
      ]);
      const isUnlikely = 'unlikely' in due;
      // What is due is asked for from the top each time, since newer calls go first. A call that comes twice in a row was
      // not settled by being asked about: it is left to the next sweep.
      const masterContactIds = (isUnlikely ? due.unlikely : due).filter((id) => !lately.has(id));
      if (masterContactIds.length === 0) return;
      lately = new Set(masterContactIds);
      const priority = isUnlikely ? { priority: priorityOf('backfill', tenant) } : {};
      await downloadAll({ tenant, masterContactIds, inFlight, ...priority }, (change) => {
        done = addRecordings(done, change);
        showTenantRun(tenant, describe(done));
      });
      after = masterContactIds.at(-1) ?? null;
      if (workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof sweepRecordings>(input, { after, done });
      }
    }
  };
  try {
    const outcome = await parking.run([sweep]);
    showTenantRun(tenant, describe(done), outcome === 'done' ? 'Complete' : 'Incomplete');
    return done;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    showTenantFailure(tenant, causeOf(error));
    return failRun(error);
  }
}

function describe({ stored, pending, failed }: RecordingsDone): string {
  return `recordings: ${stored} stored, ${pending} not there yet, ${failed} failed`;
}
