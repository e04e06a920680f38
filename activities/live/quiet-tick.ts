import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { type ContactPage, filterCombinations, readContact } from '../../cxone';
import type { Store } from '../../store';
import { clockOf } from '../answer-clocks';
import { readBatch } from '../batch';
import { prepareSweep } from '../recordings/recording-choice';
import type { Tenant } from '../tenants';
import type { Increment, Span } from '../types';
import { filterOf } from '../windows';

interface QuietDependencies {
  readonly store: Pick<Store, 'contacts' | 'recordings' | 'windows'>;
  readonly now: () => number;
}

/** A page with fewer rows than any source serves at a time, though more were asked for, is the whole list. */
const wholeBelow = 25;
/** More passes than this are left to a window, which can go on where it was interrupted. */
const passesAtMost = 4;

/**
 * Whether what CXone shows of the increment is stored already, row for row: then the watermark moves and the ledger gets
 * its line here, and the tick is spared a window. Null when anything is new, or too much to be sure of by one request
 * for each pass.
 *
 * @throws CxoneError, StoreError
 */
export async function closeIfQuiet(
  { store, now }: QuietDependencies,
  tenant: Tenant,
  { from, to }: Span,
): Promise<Pick<Increment, 'to' | 'quiet'> | null> {
  const { name, cxone, tuning } = tenant;
  const passes = filterCombinations(tuning);
  if (passes.length > passesAtMost) return null;
  const clocks = [to];
  let unchanged = 0;
  for (const filter of passes) {
    const page = await cxone.updatedPage(
      { since: new Date(from), filter, skip: 0, top: 2 * wholeBelow },
      cancellationSignal(),
    );
    if (!isWhole(page)) return null;
    const { rows, rejected } = await readBatch(page.records, readContact);
    if (rejected.length > 0) return null;
    if (rows.length > 0 && !(await store.contacts.holds(name, rows))) return null;
    unchanged += rows.length;
    clocks.push(clockOf(page, now));
  }
  // A server of CXone's that is behind shows only what it knows: the watermark goes no further than the slowest clock.
  const end = clocks.toSorted()[0] as string;
  if (Date.parse(end) <= Date.parse(from)) return null;
  const { workflowExecution } = activityInfo();
  const moved = await store.windows.closeQuiet(
    {
      tenant: name,
      from: new Date(from),
      to: new Date(end),
      by: 'update',
      filter: filterOf({}, tuning),
      unchanged,
    },
    { workflowId: workflowExecution?.workflowId ?? '', runId: workflowExecution?.runId ?? '' },
  );
  if (!moved) return null;
  return { to: end, quiet: { unchanged, sweep: await isSweepDue({ store, now }, tenant) } };
}

function isWhole({ records, totalRecords, hasNext }: ContactPage): boolean {
  const isCounted = totalRecords === null || totalRecords === records.length;
  return records.length < wholeBelow && isCounted && hasNext !== true;
}

/** Whether a sweep would find anything to ask about now, of the calls that probably have nothing, too. */
async function isSweepDue({ store, now }: QuietDependencies, tenant: Tenant): Promise<boolean> {
  const { name, tuning } = tenant;
  const { recordings, recordedCalls } = tuning;
  if (!recordings) return false;
  await prepareSweep(store, tenant, null);
  const time = new Date(now());
  if ((await store.recordings.dueOfTenant(name, 1, time, recordedCalls)).length > 0) return true;
  return recordedCalls === 'all' && (await store.recordings.unlikelyOfTenant(name, 1, time)).length > 0;
}
