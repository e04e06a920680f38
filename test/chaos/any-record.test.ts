import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import { createContactActivities } from '../../activities/contacts';
import { createAgentActivities } from '../../activities/agents';
import { createPageMemory } from '../../activities/page-memory';
import type { PersistResult } from '../../activities/types';
import { agentFields, contactFields } from '../../cxone';
import { openTestEnvironment, type TestEnvironment } from '../integration/store/test-environment';
import { postgresServers } from '../setup/servers';
import { acme } from '../unit/activities/fakes';

/** Any JSON record of a page, stored by our activities in a real PostgreSQL. */
describe.each(postgresServers())('any JSON record, on $label', (server) => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await openTestEnvironment(server);
  });
  afterAll(() => environment?.close());

  let pages = 0;
  const persist = async (kind: 'contacts' | 'agents', records: readonly string[]): Promise<PersistResult> => {
    const list = kind === 'contacts' ? 'completedContacts' : 'agents';
    const body = Buffer.from(`{"totalRecords":${records.length},"${list}":[${records.join(',')}]}`);
    const pageId = await environment.land(`any-${(pages += 1)}`, { kind, body, records: records.length });
    const parts = {
      store: environment.store,
      tenants: acme(),
      memory: createPageMemory<readonly unknown[]>(1),
      now: Date.now,
    };
    const activity = new MockActivityEnvironment();
    const contacts = createContactActivities(parts);
    const agents = createAgentActivities(parts);
    const page = { tenant: 'acme', pageId };
    return kind === 'contacts'
      ? activity.run(async () => contacts.persistContacts({ ...page, recordings: true }))
      : activity.run(async () => agents.persistAgents({ ...page, watermark: null }));
  };

  const counts = async (table: 'contact' | 'agent'): Promise<{ stored: number; rejected: number }> => {
    const [row] = await environment.query<{ stored: number; rejected: number }>(
      `select (select count(*)::int from cxone.${table}) as stored,
              (select count(*)::int from cxone.rejected_record where kind = $1 and reason <> '') as rejected`,
      [`${table}s`],
    );
    return row ?? { stored: -1, rejected: -1 };
  };

  // JSON as text: numbers of any size, and characters that only an escape can hold.
  const awkwardText = fc.constantFrom(
    '"\\u0000"',
    '"\\ud83d"',
    '"a\\u0000\\udc00b"',
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775809',
    '123456789012345678901234567890',
    '1e400',
    '-0',
    '0.1e-300',
    '"1,234.5"',
    '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59.999Z"',
    '"2026-02-30T00:00:00Z"',
    '{"__proto__":{"polluted":true}}',
    '[[[[[[]]]]]]',
    'null',
    '""',
  );
  const anyJson = fc.oneof(
    awkwardText,
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    fc.date({ noInvalidDate: true }).map((date) => JSON.stringify(date)),
  );
  const record = (id: string, start: string, fields: readonly string[]) => {
    const name = fc.oneof(
      fc.constantFrom(...fields),
      fc.constantFrom('__proto__', 'constructor', 'tenant'),
      fc.string(),
    );
    const field = fc.tuple(name, anyJson).map(([key, value]) => `${JSON.stringify(key)}:${value}`);
    const whole = fc
      .tuple(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.array(field, { maxLength: 8 }))
      // The last of equal keys in a JSON object counts, so any key may be spoilt.
      .map(
        ([n, more]) =>
          `{"${id}":${n},"${start}":"2026-07-20T10:00:00Z"${more.map((one) => `,${one}`).join('')}}`,
      );
    return fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: anyJson });
  };

  it.each([
    ['contacts', 'contact', record('contactId', 'contactStartDate', contactFields)],
    ['agents', 'agent', record('agentId', 'lastUpdated', agentFields)],
  ] as const)(
    'of %s is stored or rejected with a reason, and its page never fails',
    async (kind, table, any) => {
      await fc.assert(
        fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 12 }), async (records) => {
          await environment.empty();
          const outcome = await persist(kind, records);
          const { stored, rejected } = await counts(table);
          expect(stored).toBe(outcome.inserted);
          // Two records of a page may have one id, and two rejected ones may be the same text.
          expect(rejected).toBeLessThanOrEqual(outcome.rejected);
          expect(outcome.rejected > 0).toBe(rejected > 0);
          expect(stored + outcome.rejected).toBeLessThanOrEqual(records.length);
          expect(stored + outcome.rejected).toBeGreaterThanOrEqual(new Set(await idsOf(records, table)).size);
        }),
        { numRuns: 60 },
      );
    },
  );

  /** Ids of the records that any reader would take for readable. */
  async function idsOf(records: readonly string[], table: 'contact' | 'agent'): Promise<readonly string[]> {
    const key = `${table}Id`;
    return records.flatMap((text) => {
      const parsed = JSON.parse(text) as unknown;
      const id =
        typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>)[key] : null;
      return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? [String(id)] : [];
    });
  }
});
