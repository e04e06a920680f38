import { log } from '@temporalio/activity';
import type { Store } from '../../store';
import type { Tenant } from '../tenants';
import type { SweepInput, UnlikelyCalls } from '../types';

/** Between two readings of the listing within a long sweep. */
const settleEverySeconds = 600;

/**
 * Settles, at the beginning of a window's list, what the interaction metadata says of its calls, for tenants whose
 * settings go by it.
 *
 * @param after where the list goes on; null at its beginning
 */
export async function settleWindow(
  { recordings }: Pick<Store, 'recordings'>,
  { name, tuning }: Tenant,
  windowId: string,
  after: string | null,
): Promise<void> {
  if (tuning.recordedCalls === 'listed' && after === null) await settleListed({ recordings }, name, windowId);
}

/**
 * Prepares a tenant's calls for the next list of a sweep: a portion of those that have no row yet although they should,
 * and at its beginning, then every ten minutes, what the interaction metadata says.
 */
async function prepareSweep(
  { recordings }: Pick<Store, 'recordings'>,
  { name, tuning }: Tenant,
  after: string | null,
): Promise<void> {
  const { skillIds, campaignIds, mediaTypeIds } = tuning;
  const unfiltered = [skillIds, campaignIds, mediaTypeIds].every((ids) => ids.length === 0);
  const { older, listed, notLogged } = await recordings.catchUp(name, { ...tuning, unfiltered });
  if (older + listed + notLogged > 0) {
    log.info(
      `calls of ${name}: ${older} of earlier contacts and ${listed} that are listed are to be asked about, ` +
        `${notLogged} not any more`,
    );
  }
  const isTime = await recordings.isTimeToSettle(name, after === null ? 0 : settleEverySeconds);
  if (isTime && tuning.recordedCalls === 'listed') await settleListed({ recordings }, name, null);
}

/** So few that calls which may have something, once they come, wait for less than a minute. */
const unlikelyAtATime = 20;

/**
 * What a sweep asks about now: the tenant's calls that are due, the likeliest first and of these the newest. Once there
 * are none, by whichever run, and where it is wanted, a few of those that probably have nothing.
 */
export async function callsToSweep(
  store: Pick<Store, 'recordings'>,
  tenant: Tenant,
  { after, limit, withUnlikely = false }: Omit<SweepInput, 'tenant'>,
  time: Date,
): Promise<readonly string[] | UnlikelyCalls> {
  await prepareSweep(store, tenant, after);
  const { name, tuning } = tenant;
  const due = await store.recordings.dueOfTenant(name, limit, time, tuning.recordedCalls);
  if (due.length > 0 || tuning.recordedCalls !== 'all' || !withUnlikely) return due;
  const unlikely = await store.recordings.unlikelyOfTenant(name, unlikelyAtATime, time);
  return unlikely.length > 0 ? { unlikely } : [];
}

async function settleListed(
  { recordings }: Pick<Store, 'recordings'>,
  tenant: string,
  windowId: string | null,
): Promise<void> {
  const { absent, listed } = await recordings.resolveListed(tenant, windowId);
  if (absent + listed > 0)
    log.info(`the listing has settled calls of ${tenant}: ${absent} absent, ${listed} listed after all`);
}
