import type { TooManyRejected } from '../../activities/types';
import { permanentFailure } from '../failures';

/**
 * The failure of a window most of whose records could not be stored, or more of them than the tenant lets pass: a field
 * that CXone renamed must not empty the tables in silence. What could be stored is, and every rejected record is kept.
 */
export function tooManyRejected(tenant: string, { rejected, contacts, allowed }: TooManyRejected): Error {
  return permanentFailure({
    code: 'TooManyRejected',
    message:
      `${rejected} of ${contacts} contacts of the window were rejected (${percent(rejected / contacts)}), more than ` +
      `maxRejectedShare lets pass (${percent(allowed)}). The others are stored.`,
    remedy:
      `See why: npx cxone-sync rejected list --tenant ${tenant}. Resume to read the window again once the cause is ` +
      'gone, or to accept it: raise maxRejectedShare in the tenants file and restart the workers first.',
  });
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
