import { pino } from 'pino';
import { reportMisconfigured } from '../../../workers/misconfigured-tenants';
import { rememberingMeter } from './meter';

const found = new Map([['bravo', ['tenants.bravo.pageSze is not a known key']]]);

function report(note: () => Promise<void> = async () => undefined) {
  const { meter, shown } = rememberingMeter();
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    {},
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const noted: unknown[] = [];
  const table = {
    note: async (...args: unknown[]) => {
      noted.push(args);
      await note();
    },
  };
  return {
    shown,
    lines,
    noted,
    done: reportMisconfigured({ found, inOrder: ['acme'] }, table, meter, logger),
  };
}

it('tenants not in order are reported to the log, the metrics and the database', async () => {
  const { shown, lines, noted, done } = report();
  await done;
  expect(shown).toEqual([
    ['cxone_tenant_misconfigured', 0, { tenant: 'acme' }],
    ['cxone_tenant_misconfigured', 1, { tenant: 'bravo' }],
  ]);
  expect(lines).toMatchObject([
    { level: 50, tenant: 'bravo', code: 'TenantMisconfigured', problems: found.get('bravo') },
  ]);
  expect(noted).toEqual([[found, ['acme']]]);
});

it('a database that does not take it keeps no worker from starting', async () => {
  const { lines, done } = report(async () => {
    throw new Error('away');
  });
  await done;
  expect(lines).toHaveLength(2);
});
