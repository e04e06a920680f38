import type { GapSpan, Span } from '../../activities/live/types';
import { store } from '../activity-proxies';
import { causeOf, failRun, permanentFailure, refuseInvalidInput } from '../failures';
import { parseGapInput } from '../inputs';
import { createTenantParking } from '../parking';
import { labelTenantRun, showTenantFailure, showTenantRun } from '../run-details';

/**
 * Waits for a person to decide about what a widened filter lets through and the live sync did not read: further back
 * than it fills by itself, so that reading it may take days and quota. Started by the live sync, which goes on.
 *
 * Parked as `FilterWidened` until a backfill of that time is under way or done, which it checks every half hour, or
 * at once after `resume`; `skip` leaves it unread for good.
 *
 * @throws ApplicationFailure `FilterWidened` when a person aborts, or does not answer in time: the live sync asks again
 * after a day.
 */
export async function askAboutGap(input: GapSpan): Promise<{ readonly status: 'read' | 'dismissed' }> {
  const { tenant, from, to } = refuseInvalidInput(() => parseGapInput(input));
  const span: GapSpan = { tenant, from: from.toISOString(), to: to.toISOString() };
  const parking = createTenantParking(tenant);
  labelTenantRun(tenant);
  showTenantRun(tenant, 'checks whether what the wider filter lets through is read');
  const check = async (): Promise<void> => {
    const missing = await store.lookAtGap.executeWithOptions({ summary: 'is it read?' }, [span]);
    if (missing) throw filterWidened(tenant, missing);
  };
  try {
    if ((await parking.run([check])) === 'skipped') {
      await store.dismissGap.executeWithOptions({ summary: 'is left unread' }, [span]);
      showTenantRun(tenant, 'what the wider filter lets through is left unread before it', 'Incomplete');
      return { status: 'dismissed' };
    }
    showTenantRun(tenant, 'what the wider filter lets through is read, or being read', 'Complete');
    return { status: 'read' };
  } catch (error) {
    showTenantFailure(tenant, causeOf(error));
    return failRun(error);
  }
}

function filterWidened(tenant: string, { from, to }: Span): Error {
  const [first, last] = [from, to].map((instant) => instant.replace('.000Z', 'Z'));
  return permanentFailure({
    code: 'FilterWidened',
    message:
      `The filter of ${tenant} in the tenants file lets through more than before. What it adds is stored from now ` +
      `on, but not of ${first} to ${last}.`,
    remedy:
      `Read it: npx cxone-sync backfill --tenant ${tenant} --from ${first} --to ${last} --force. ` +
      'Then resume this run, or wait: it checks every half hour. Skip it to leave that time as it is.',
  });
}
