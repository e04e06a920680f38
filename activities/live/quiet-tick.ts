import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { type ContactPage, CxoneError, filterCombinations, leastCap, readContact } from '../../cxone';
import { type Store, StoreError } from '../../store';
import { clockOf } from '../answer-clocks';
import { readBatch } from '../batch';
import { callsToSweep } from '../recordings/recording-choice';
import type { Tenant } from '../tenants';
import type { Increment, Span } from './types';
import { filterOf } from '../windows';

interface QuietDependencies {
  readonly store: Pick<Store, 'contacts' | 'recordings' | 'windows'>;
  readonly now: () => number;
}

/** More than a list that is taken for whole may have: a full page is never one. */
const rowsAsked = 2 * leastCap;
/** More passes than this are left to a window, which can go on where it was interrupted. */
const passesAtMost = 4;
const minuteMs = 60_000;

/**
 * Whether what CXone shows of the increment is stored already, row for row: then the watermark moves and the ledger gets
 * its line here, and the tick is spared a window. Null when anything is new, or is not proven by one small request for
 * each pass: errors of CXone's, a small quota included, are the window's to deal with. One answer is believed only where
 * the next tick's overlap asks about all of the time again; and once in a while a window is read anyway, for the agents
 * and the reference data.
 *
 * @param mark the watermark
 * @throws StoreError
 */
export async function closeIfQuiet(
  dependencies: QuietDependencies,
  tenant: Tenant,
  mark: Date,
  increment: Span,
): Promise<Pick<Increment, 'to' | 'quiet'> | null> {
  const { name, tuning } = tenant;
  const longest = tuning.overlapMinutes * minuteMs;
  if (Date.parse(increment.to) - mark.getTime() > longest) return null;
  const seen = await lookForChanges(dependencies, tenant, increment);
  if (seen === null) return null;
  const { workflowExecution } = activityInfo();
  const window = {
    ...{ tenant: name, from: new Date(increment.from), to: new Date(seen.to), by: 'update' as const },
    ...{ filter: filterOf({}, tuning), unchanged: seen.unchanged },
    refreshHours: Math.min(tuning.agentRefreshHours, tuning.lookupRefreshHours),
  };
  const claimant = {
    workflowId: workflowExecution?.workflowId ?? '',
    runId: workflowExecution?.runId ?? '',
  };
  if (window.to <= window.from) return null;
  if (!(await dependencies.store.windows.closeQuiet(window, claimant))) return null;
  return { to: seen.to, quiet: { unchanged: seen.unchanged, sweep: await isSweepDue(dependencies, tenant) } };
}

/** How many contacts CXone shows since a moment, all of them stored, and up to when; null when any is new. */
async function lookForChanges(
  { store, now }: QuietDependencies,
  { name, cxone, tuning }: Tenant,
  { from, to }: Span,
): Promise<{ readonly unchanged: number; readonly to: string } | null> {
  const passes = filterCombinations(tuning);
  if (passes.length > passesAtMost || tuning.pageSize < rowsAsked) return null;
  // A server of CXone's that is behind shows only what it knows: the slowest clock counts.
  let end = to;
  let unchanged = 0;
  for (const filter of passes) {
    const asked = { since: new Date(from), filter, skip: 0, top: rowsAsked };
    const page = await cxone.updatedPage(asked, cancellationSignal()).catch(nullIfCxoneFailed);
    if (page === null || !isWhole(page)) return null;
    const { rows, rejected } = await readBatch(page.records, readContact);
    if (rejected.length > 0) return null;
    if (rows.length > 0 && !(await store.contacts.holds(name, rows, tuning))) return null;
    unchanged += rows.length;
    const clock = clockOf(page, now);
    if (clock < end) end = clock;
  }
  return { unchanged, to: end };
}

function nullIfCxoneFailed(error: unknown): null {
  if (error instanceof CxoneError) return null;
  throw error;
}

function isWhole({ records, totalRecords, hasNext }: ContactPage): boolean {
  const isCounted = totalRecords === null || totalRecords === records.length;
  return records.length < leastCap && isCounted && hasNext !== true;
}

/**
 * Whether a sweep would find anything to ask about now, of the calls that probably have nothing, too. Where the database
 * does not say, the sweep meets the trouble itself: recordings hold up no tick.
 */
async function isSweepDue({ store, now }: QuietDependencies, tenant: Tenant): Promise<boolean> {
  if (!tenant.tuning.recordings) return false;
  try {
    const list = { after: null, limit: 1, withUnlikely: true };
    const calls = await callsToSweep(store, tenant, list, new Date(now()));
    return 'unlikely' in calls || calls.length > 0;
  } catch (error) {
    if (error instanceof StoreError) return true;
    throw error;
  }
}
