import { log } from '@temporalio/activity';
import type { Store } from '../store';
import type { Tenant } from './tenants';

/**
 * Whether only calls that the interaction metadata lists with a recording are to be looked up, as the tenant's settings
 * say; then, at the beginning of a run's list, first settles what the listing tells of the others.
 *
 * @param windowId the window whose calls are at hand; null for those of the tenant
 * @param after where the list goes on; null at its beginning
 */
export async function heedListing(
  { recordings }: Pick<Store, 'recordings'>,
  { name, tuning }: Tenant,
  windowId: string | null,
  after: string | null,
): Promise<boolean> {
  if (tuning.recordingSource !== 'listed') return false;
  if (after !== null) return true;
  const { absent, listed } = await recordings.settleListed(name, windowId);
  if (absent + listed > 0)
    log.info(`the listing has settled calls of ${name}: ${absent} absent, ${listed} listed after all`);
  return true;
}
