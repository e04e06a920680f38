import { type CxoneClient, type FilterList, implausibleClock } from '../../cxone';
import { permissions } from '../../errors';
import type { Tenant } from '../../config';
import { clockRemedy, clockText } from '../command/clock-text';
import { count, duration } from '../command/output';
import type { Check, Finding } from './check';
import { roleMenu } from './permissions';
import { finding } from './refusal';

/** What the list checks share: CXone's clock in the first answer that had it, and our own at that moment. */
export interface Clocks {
  cxone?: { readonly at: number; readonly ours: number; readonly date?: number | null };
}

export interface ListDependencies {
  readonly tenant: Tenant;
  readonly client: CxoneClient;
  readonly clocks: Clocks;
  readonly now: () => number;
}

const dayMs = 86_400_000;
/** Look-back when the last day shows no contact; by contract §2.6 no longer range is sure to work. */
const longestDays = 30;

/** Reporting, agents, reference data, the filters of the tenants file, and the two clocks. */
export function listChecks(dependencies: ListDependencies): readonly Check[] {
  const check = (
    name: string,
    family: 'contacts' | 'agents' | 'lookups',
    ask: (dependencies: ListDependencies) => Promise<Finding>,
    needs = ['tenant'],
  ): Check => ({ name, needs, run: () => finding(family, () => ask(dependencies)) });

  return [
    check('contacts', 'contacts', contacts),
    check('agents', 'agents', agents),
    check('look-ups', 'lookups', referenceData),
    check('filters', 'lookups', filters, ['tenant', 'look-ups']),
    { name: 'clock', needs: ['tenant'], run: () => clock(dependencies) },
  ];
}

async function contacts(dependencies: ListDependencies): Promise<Finding> {
  for (const days of [1, longestDays]) {
    const total = await contactsOf(dependencies, days);
    const span = days === 1 ? 'the last 24 hours' : `the last ${days} days`;
    if (total === null)
      return { status: 'ok', message: 'Reporting answers, without saying how many contacts.' };
    if (total > 0) return { status: 'ok', message: `Reporting shows ${count(total)} contacts of ${span}.` };
  }
  return {
    status: 'unknown',
    code: 'NoContacts',
    message: `Reporting answers, but shows no contact of the last ${longestDays} days.`,
    remedy: `If there were calls: in CXone, ${roleMenu}: ${permissions.contacts}; and the data view must cover all teams and skills.`,
  };
}

async function contactsOf({ client, clocks, now }: ListDependencies, days: number): Promise<number | null> {
  const asked = now();
  const {
    totalRecords,
    lastPollTime,
    clock: date,
  } = await client.probe.contacts({
    from: new Date(asked - days * dayMs),
    to: new Date(asked),
    filter: {},
    top: 1,
    fields: ['contactId', 'contactStartDate'],
  });
  noteClock(clocks, lastPollTime, (asked + now()) / 2, date);
  return totalRecords;
}

async function agents({ client, clocks, now }: ListDependencies): Promise<Finding> {
  const asked = now();
  const {
    totalRecords,
    hiddenAgents,
    lastPollTime,
    records,
    clock: date,
  } = await client.agentPage({ skip: 0, top: 1 });
  noteClock(clocks, lastPollTime, (asked + now()) / 2, date);
  if (hiddenAgents > 0) {
    return {
      status: 'failed',
      code: 'HiddenAgents',
      message: `The service user cannot see ${count(hiddenAgents)} agents.`,
      remedy: `In CXone: ${roleMenu}: ${permissions.agents}, and a data view that covers all teams.`,
    };
  }
  const total = totalRecords ?? records.length;
  if (total > 0)
    return { status: 'ok', message: `The service user sees ${count(total)} agents; none is hidden.` };
  return {
    status: 'failed',
    code: 'NoAgents',
    message: 'The list of agents is empty, though the service user itself is one.',
    remedy: `In CXone: ${roleMenu}: ${permissions.agents}, and a data view that covers all teams.`,
  };
}

async function referenceData({ client, clocks, now }: ListDependencies): Promise<Finding> {
  const asked = now();
  const { ids, lastPollTime } = await client.probe.listedIds('skills');
  noteClock(clocks, lastPollTime, (asked + now()) / 2);
  return { status: 'ok', message: `The service user sees ${count(ids.size)} skills.` };
}

async function filters({ tenant, client }: ListDependencies): Promise<Finding> {
  const wanted: readonly (readonly [string, readonly number[], FilterList])[] = [
    ['skillIds', tenant.skillIds, 'skills'],
    ['campaignIds', tenant.campaignIds, 'campaigns'],
    ['mediaTypeIds', tenant.mediaTypeIds, 'media-types'],
  ];
  const unknown: string[] = [];
  for (const [key, ids, list] of wanted) {
    if (ids.length === 0) continue;
    const listed = await client.probe.listedIds(list);
    const missing = listed.complete ? ids.filter((id) => !listed.ids.has(id)) : [];
    if (missing.length > 0)
      unknown.push(`${key} ${missing.join(', ')} (CXone lists ${count(listed.ids.size)} ${list})`);
  }
  if (unknown.length === 0) return { status: 'ok', message: filterMessage(tenant) };
  return {
    status: 'failed',
    code: 'UnknownFilter',
    message: `Filters of the tenants file that CXone does not list: ${unknown.join('; ')}.`,
    remedy:
      'Correct the ids in the tenants file, or ask the customer to let the service user see them; contacts of ' +
      'unknown ids would be silently absent.',
  };
}

async function clock({ clocks }: ListDependencies): Promise<Finding> {
  if (clocks.cxone === undefined) {
    return { status: 'unknown', code: 'NoClock', message: 'No answer had CXone’s clock (lastPollTime).' };
  }
  const { at, ours, date = null } = clocks.cxone;
  const found = implausibleClock({ lastPollTime: at, date, ours });
  if (found !== null) {
    return {
      status: 'failed',
      code: 'ClockImplausible',
      message: clockText(found),
      remedy: clockRemedy(found),
    };
  }
  const apart = duration(Math.abs(at - ours));
  return {
    status: 'ok',
    message: `CXone’s clock is ${apart} ${at < ours ? 'behind' : 'ahead of'} this machine’s.`,
  };
}

function noteClock(
  clocks: Clocks,
  lastPollTime: string | null,
  ours: number,
  date: Date | null = null,
): void {
  if (lastPollTime !== null)
    clocks.cxone ??= { at: Date.parse(lastPollTime), ours, date: date?.getTime() ?? null };
}

function filterMessage({ skillIds, campaignIds, mediaTypeIds }: Tenant): string {
  const set = skillIds.length + campaignIds.length + mediaTypeIds.length;
  return set === 0
    ? 'None are set: all contacts are read.'
    : `CXone lists all ${count(set)} ids of the tenants file.`;
}
