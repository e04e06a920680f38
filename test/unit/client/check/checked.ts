import { type CheckReport, type CheckResult, isFailure } from '../../../../client/check/check';
import { reportPage } from '../../../../client/check/report';
import { checkTenant } from '../../../../client/check/run-all';
import { reportText } from '../../../../client/check/table';
import type { Tenant } from '../../../../config';
import type { FaultRule } from '../../../../simulator';
import { leaks, secretForms } from '../../../e2e/leaks';
import type { SimulatedTenant } from '../simulated-tenant';

/** Noon: the last hour has calls, some of them too young for a recording. */
const noon = Date.parse('2026-03-10T12:00:00Z');
export const now = () => noon;

/** The checks there are, in order. */
export const names = [
  'discovery',
  'application',
  'access-key',
  'token',
  'tenant',
  'contacts',
  'agents',
  'look-ups',
  'filters',
  'clock',
  'media-playback',
  'download',
  'sentiments',
  'extraction',
  'evaluations',
];

/** Checks a tenant under faults. Whatever comes out, in whatever form, must hold no secret. */
export async function checkUnder(
  { simulator, tenant }: SimulatedTenant,
  faults: readonly FaultRule[] = [],
  changes: Partial<Tenant> = {},
): Promise<CheckReport> {
  simulator.setFaults(faults);
  const report = await checkTenant(tenant(changes), { now });
  const page = reportPage(report, { tenant: 'acme', at: noon });
  for (const text of [JSON.stringify(report), reportText(report).join('\n'), page]) {
    expect(leaks(secretForms(simulator), [{ where: 'the report', text }])).toEqual([]);
    expect(text).not.toContain(simulator.credentials.accessKeyId);
  }
  expect(report.checks.map(({ name }) => name)).toEqual(names);
  expect(report.ok).toBe(!report.checks.some(isFailure));
  return report;
}

/** The result of the check of that name. */
export function result({ checks }: CheckReport, name: string): CheckResult {
  const found = checks.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
}

/** Names of the checks that ended so. */
export function withStatus({ checks }: CheckReport, status: CheckResult['status']): readonly string[] {
  return checks.filter((one) => one.status === status).map(({ name }) => name);
}
